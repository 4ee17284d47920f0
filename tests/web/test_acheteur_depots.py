from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from marketplace.bilans.models import Attestation
from marketplace.comptes.models import TypeOrganisation
from marketplace.marches.models import Clause, DepotAcheteur, Marche


@pytest.fixture
def ville(fabrique):
    return fabrique.organisation(TypeOrganisation.ACHETEUR, nom="Ville exemple")


@pytest.fixture
def marche(fabrique, ville):
    return fabrique.marche(acheteur_id=ville.id, titulaire=fabrique.organisation())


def jour(fabrique, jours=0):
    return (fabrique.jour - timedelta(days=jours)).isoformat()


def test_l_acheteur_depose_puis_lit_recu_et_pris_en_compte(fabrique, connecter, ctx, ville, marche):
    page = f"/acheteur/marches/{marche.ref}"
    navigateur = connecter(fabrique.acheteur(organisation=ville))
    assert "<details><summary>Avenant</summary>" in navigateur.get(page).text
    reponse = navigateur.post(
        f"{page}/deposer/avenant",
        data={"avenant-numero": "1", "avenant-jour": jour(fabrique), "avenant-montant": "95 000,50"},
        follow_redirects=True,
    )
    assert "Reçu</strong>, pas encore pris en compte" in reponse.text
    assert "rien dit des heures" in reponse.text
    with ctx.lecture() as s:
        depot = s.scalars(select(DepotAcheteur)).one()
        assert depot.montant == Decimal("95000.50")

    bureau = connecter(fabrique.facilitateur())
    fiche = bureau.get(f"/facilitateur/marches/{marche.ref}").text
    assert "Ce que l&#39;acheteur a déposé" in fiche or "Ce que l'acheteur a déposé" in fiche
    bureau.post(f"/facilitateur/marches/{marche.ref}/depots/{depot.id}/pris-en-compte")
    navigateur = connecter(fabrique.acheteur(organisation=ville))
    lu = navigateur.get(page).text
    assert "Pris en compte le" in lu
    assert "Retirer" not in lu


def test_un_depot_refuse_garde_tout_et_montre_l_erreur_pres_du_champ(fabrique, connecter, ctx, ville, marche):
    navigateur = connecter(fabrique.acheteur(organisation=ville))
    reponse = navigateur.post(
        f"/acheteur/marches/{marche.ref}/deposer/attribution",
        data={
            "attribution-jour": jour(fabrique, 3),
            "attribution-titulaire": "Maçonnerie d'exemple",
            "attribution-siret": "12345678901234",
            "attribution-montant": "12 500,5",
        },
    )
    assert reponse.status_code == 422
    assert "<details open><summary>Attribution</summary>" in reponse.text
    assert 'id="attribution-siret-erreur"' in reponse.text
    assert 'href="#attribution-siret"' in reponse.text
    for saisi in ("Maçonnerie d&#39;exemple", "12345678901234", "12 500,5", jour(fabrique, 3)):
        assert f'value="{saisi}"' in reponse.text
    with ctx.lecture() as s:
        assert s.scalars(select(DepotAcheteur)).all() == []


def test_le_motif_d_une_penalite_refuse_un_numero_de_securite_sociale(fabrique, connecter, ville, marche):
    navigateur = connecter(fabrique.acheteur(organisation=ville))
    reponse = navigateur.post(
        f"/acheteur/marches/{marche.ref}/deposer/penalite",
        data={
            "penalite-jour": jour(fabrique),
            "penalite-decision": "maintenue",
            "penalite-montant": "100",
            "penalite-motif": "1 85 05 78 006 084 91",
        },
    )
    assert reponse.status_code == 422
    assert "sécurité sociale" in reponse.text


def test_l_avenant_depose_preremplit_celui_du_facilitateur_qui_seul_change_le_registre(
    fabrique, connecter, ctx, ville, marche
):
    navigateur = connecter(fabrique.acheteur(organisation=ville))
    navigateur.post(
        f"/acheteur/marches/{marche.ref}/deposer/avenant",
        data={
            "avenant-numero": "4",
            "avenant-jour": jour(fabrique),
            "avenant-montant": "77000",
            "avenant-heures": "1300",
            "avenant-motif": "Travaux ajoutés",
        },
    )
    with ctx.lecture() as s:
        depot = s.scalars(select(DepotAcheteur)).one()
    bureau = connecter(fabrique.facilitateur())
    adresse = f"/facilitateur/marches/{marche.ref}/avenants/nouveau?depot={depot.id}"
    page = bureau.get(adresse).text
    for valeur in ('value="77000"', 'value="1300"', 'value="Travaux ajoutés"', f'value="{jour(fabrique)}"'):
        assert valeur in page
    with ctx.lecture() as s:
        version = s.scalar(select(Marche.version).where(Marche.id == marche.id))
    bureau.post(
        adresse,
        data={
            "signe_le": jour(fabrique),
            "document": "Avenant n° 4",
            "objet": "Travaux ajoutés",
            "montant_apres": "77000",
            "effet": "fixe",
            "heures": "1300",
            "version": version,
        },
    )
    with ctx.lecture() as s:
        assert s.scalar(select(DepotAcheteur.pris_en_compte_le)) is not None
        assert s.scalar(select(Marche.montant_ht).where(Marche.id == marche.id)) == 77000
        clause = select(Clause.heures_prevues).where(Clause.marche_id == marche.id, Clause.remplacee_le.is_(None))
        assert s.scalar(clause) == 1300


def test_deposer_ne_s_ouvre_qu_a_l_acheteur_du_marche(fabrique, connecter, client, ctx, marche):
    adresse = f"/acheteur/marches/{marche.ref}/deposer/avenant"
    donnees = {"avenant-numero": "1", "avenant-jour": jour(fabrique), "avenant-montant": "1"}
    assert client.post(adresse, data=donnees).status_code in {302, 401}
    for intrus in (fabrique.acheteur(), fabrique.employeur(), fabrique.facilitateur(), fabrique.referent()):
        assert connecter(intrus).post(adresse, data=donnees).status_code == 404
    with ctx.lecture() as s:
        assert s.scalars(select(DepotAcheteur)).all() == []
    ville = fabrique.acheteur()
    assert connecter(ville).post(f"/acheteur/marches/{marche.ref}/deposer/autre", data=donnees).status_code == 404


def test_le_point_avant_solde_se_lit_des_deux_cotes_pres_de_la_fin(fabrique, connecter, ville, marche):
    loin = fabrique.marche(acheteur_id=ville.id, date_fin=fabrique.jour + timedelta(days=31))
    pres = fabrique.marche(400, acheteur_id=ville.id, date_fin=fabrique.jour + timedelta(days=30))
    acheteur, bureau = fabrique.acheteur(organisation=ville), fabrique.facilitateur()
    for affectation, racine in ((acheteur, "/acheteur/marches"), (bureau, "/facilitateur/marches")):
        navigateur = connecter(affectation)
        assert "Avant le solde" not in navigateur.get(f"{racine}/{loin.ref}").text
        lu = navigateur.get(f"{racine}/{pres.ref}").text
        assert "Avant le solde" in lu
        assert "Il manque 400" in lu


def test_la_fiche_bilan_dit_les_memes_points_que_la_page(fabrique, connecter, ctx, ville):
    marche = fabrique.marche(400, acheteur_id=ville.id, date_fin=fabrique.jour + timedelta(days=10))
    navigateur = connecter(fabrique.acheteur(organisation=ville))
    navigateur.post(
        f"/acheteur/marches/{marche.ref}/deposer/avenant",
        data={"avenant-numero": "1", "avenant-jour": jour(fabrique), "avenant-montant": "95000"},
    )
    papier = navigateur.post(f"/papiers/marches/{marche.ref}/fiche")
    assert papier.data.startswith(b"%PDF")
    with ctx.lecture() as s:
        phrases = s.scalars(select(Attestation.contenu)).one()["phrases"]
    assert "Avant le solde : Un avenant déposé n'est pas pris en compte." in phrases
    assert any(p.startswith("Avant le solde : Il manque 400") for p in phrases)
