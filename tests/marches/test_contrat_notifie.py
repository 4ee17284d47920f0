"""What a notified contract fixes, what keeps a marché in the ledger (R12, R64), what a study ends."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, func, select, update

from marketplace.comptes.models import Organisation
from marketplace.contexte import PARIS
from marketplace.erreurs import RegleViolee
from marketplace.heures.models import Photographie
from marketplace.heures.photographies import photographier
from marketplace.marches.models import Clause, Marche
from marketplace.marches.queries.attaches import ATTACHES, ce_qui_retient, colonnes_vers_un_marche
from marketplace.marches.rules.etats import EtatMarche
from marketplace.marches.services import changer_etat, modifier_marche, supprimer_marche
from marketplace.marches.services.marches import PROPRES, RELEVES
from marketplace.marches.services.saisie import SaisieMarche


@pytest.fixture
def facilitateur(fabrique):
    fabrique.territoire()
    return fabrique.acteur(fabrique.facilitateur())


def corriger(ctx, acteur, marche, **champs):
    """Send the form of « Corriger » again, with some fields changed."""
    with ctx.lecture() as s:
        m = s.get_one(Marche, marche.id)
        valeurs = {
            "intitule": m.intitule,
            "acheteur": s.get_one(Organisation, m.acheteur_id).nom,
            "titulaire": s.get_one(Organisation, m.titulaire_id).nom,
            "secteur": m.secteur,
            "nature": m.nature,
            "montant_ht": m.montant_ht,
            "date_debut": m.date_debut,
            "date_fin": m.date_fin,
        }
        version = m.version
    modifier_marche(ctx, acteur, marche.ref, SaisieMarche(**(valeurs | champs)), version=version)


def ancien(ctx, fabrique, **champs):
    """A marché entered two days ago."""
    marche = fabrique.marche(**champs)
    with ctx.transaction() as s:
        s.get_one(Marche, marche.id).cree_le = ctx.horloge() - timedelta(days=2)
    return marche


@pytest.mark.parametrize("champ", ["montant_ht", "date_fin"])
def test_apres_la_notification_le_montant_et_la_fin_passent_par_un_avenant(ctx, fabrique, facilitateur, champ):
    marche = ancien(ctx, fabrique, montant_ht=Decimal(100000))
    nouveau = {"montant_ht": Decimal(120000), "date_fin": marche.date_fin + timedelta(days=30)}
    with pytest.raises(RegleViolee, match="avenant") as refus:
        corriger(ctx, facilitateur, marche, **{champ: nouveau[champ]})
    assert refus.value.champ == champ
    with pytest.raises(RegleViolee, match="avenant"):
        corriger(ctx, facilitateur, marche, **{champ: None})
    corriger(ctx, facilitateur, marche, intitule="Intitulé corrigé")
    with ctx.lecture() as s:
        garde = s.get_one(Marche, marche.id)
        assert (garde.intitule, garde.montant_ht, garde.date_fin) == ("Intitulé corrigé", 100000, marche.date_fin)


def test_un_montant_absent_se_complete_et_une_faute_du_jour_se_corrige(ctx, fabrique, facilitateur):
    vide = ancien(ctx, fabrique, montant_ht=None)
    corriger(ctx, facilitateur, vide, montant_ht=Decimal(90000))
    saisi = fabrique.marche(montant_ht=Decimal(10000))
    assert ctx.aujourdhui() == ctx.horloge().astimezone(PARIS).date()
    corriger(ctx, facilitateur, saisi, montant_ht=Decimal(100000))
    with ctx.lecture() as s:
        assert s.scalars(select(Marche.montant_ht).order_by(Marche.montant_ht)).all() == [90000, 100000]


def test_avant_la_notification_tout_se_corrige(ctx, fabrique, facilitateur):
    marche = ancien(ctx, fabrique, montant_ht=Decimal(100000), etat=EtatMarche.EN_CONSULTATION)
    corriger(ctx, facilitateur, marche, montant_ht=Decimal(80000))
    with ctx.lecture() as s:
        assert s.get_one(Marche, marche.id).montant_ht == 80000


def test_la_page_de_correction_mene_a_l_avenant(fabrique, connecter):
    marche = fabrique.marche(800)
    navigateur = connecter(fabrique.facilitateur())
    adresse = f"/facilitateur/marches/{marche.ref}"
    assert f"{adresse}/avenants/nouveau" in navigateur.get(f"{adresse}/modifier").text
    etude = fabrique.marche(800, etat=EtatMarche.A_ETUDIER)
    assert "avenants/nouveau" not in navigateur.get(f"/facilitateur/marches/{etude.ref}/modifier").text


def test_un_marche_etudie_sans_clause_n_attend_plus_rien(ctx, fabrique, connecter):
    marche = fabrique.marche(0, etat=EtatMarche.A_ETUDIER)
    with ctx.transaction() as s:
        s.execute(delete(Clause).where(Clause.marche_id == marche.id))
    moi = fabrique.facilitateur()
    page = connecter(moi)
    adresse = f"/facilitateur/marches/{marche.ref}"
    assert "À faire ensuite" in page.get(adresse).text
    motif = "Trop court pour recruter"
    changer_etat(ctx, fabrique.acteur(moi), marche.ref, EtatMarche.ETUDIE, clausable=False, motif=motif)
    texte = page.get(adresse).text
    assert "Combler l'écart" not in texte
    assert "Attestation de réalisation" not in texte
    assert "Attestation de réalisation" in page.get(f"/facilitateur/marches/{fabrique.marche(800).ref}").text
    assert "Trop court pour recruter" in texte
    assert "À faire ensuite" not in texte


def test_la_page_d_etat_dit_ce_qu_elle_exige_et_mene_au_lien_avec_l_objet(ctx, fabrique, connecter):
    marche = fabrique.marche(500, etat=EtatMarche.PROGRAMME)
    with ctx.transaction() as s:
        s.execute(update(Clause).where(Clause.marche_id == marche.id).values(lien_objet=""))
    page = connecter(fabrique.facilitateur())
    adresse = f"/facilitateur/marches/{marche.ref}"
    texte = page.get(f"{adresse}/etat").text
    assert "Exigé pour : étudié, sans suite." in texte
    assert f'href="{adresse}/objectif">Écrire ce lien' in texte
    with ctx.transaction() as s:
        s.execute(update(Clause).where(Clause.marche_id == marche.id).values(lien_objet="Main-d'œuvre"))
    assert "Écrire ce lien" not in page.get(f"{adresse}/etat").text


def test_un_marche_publie_ne_se_supprime_pas_et_la_page_dit_pourquoi(ctx, fabrique, connecter):
    marche = fabrique.marche(800)
    navigateur = connecter(fabrique.facilitateur())
    adresse = f"/facilitateur/marches/{marche.ref}/supprimer"
    assert "Supprimer ce marché</button>" in navigateur.get(adresse).text
    fabrique.offre(marche=marche)
    page = navigateur.get(adresse).text
    assert "Il porte des offres." in page
    assert "Supprimer ce marché</button>" not in page
    with ctx.lecture() as s:
        assert ce_qui_retient(s, marche.id) == ("des offres",)


def test_les_releves_du_mois_n_empechent_pas_de_supprimer_un_marche_saisi_par_erreur(ctx, fabrique, facilitateur):
    marche = fabrique.marche(800)
    assert photographier(ctx, ctx.aujourdhui(), dry_run=False)["prises"] == 1
    with ctx.lecture() as s:
        assert s.scalar(select(func.count()).select_from(Photographie)) == 1
    supprimer_marche(ctx, facilitateur, marche.ref)
    with ctx.lecture() as s:
        assert s.get(Marche, marche.id) is None


def test_tout_ce_qui_tient_a_un_marche_part_avec_lui_ou_se_dit():
    partent = {table.__tablename__ for table in PROPRES} | set(RELEVES) | {"intervenant", "marche_decp"}
    vers = colonnes_vers_un_marche()
    assert set(ATTACHES) <= vers
    muettes = {c for c in vers - set(ATTACHES) if c.split(".")[0] not in partent}
    assert muettes == set()
