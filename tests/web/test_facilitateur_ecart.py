"""« Combler l'écart » and the penalty as a simulation."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from marketplace.comptes.models import TypeOrganisation
from marketplace.heures.models import DecisionLigne
from tests.heures.conftest import OCTOBRE, SEPTEMBRE, Chantier
from tests.heures.conftest import chantier as chantier  # noqa: PLC0414


@pytest.fixture
def facilitateur(chantier: Chantier, connecter) -> FlaskClient:
    return connecter(chantier.chapeau_facilitateur)


def test_l_ecart_se_dit_en_personnes_et_en_semaines_avec_qui_appeler(
    chantier: Chantier, facilitateur: FlaskClient
) -> None:
    for type_, nom, commune in (
        (TypeOrganisation.ETTI, "Intérim Loin", "34142"),
        (TypeOrganisation.ETTI, "Intérim Près", "34172"),
        (TypeOrganisation.EI, "Chantier Exemple", "34145"),
    ):
        chantier.fabrique.organisation(type_, nom=nom, code_insee=commune, telephone="04 00 00 00 01")
    chantier.fabrique.validation(chantier.fabrique.personne())
    chantier.fabrique.offre(chantier.titulaire, chantier.marche, intitule="Maçon finisseur")
    reponse = facilitateur.get(f"/facilitateur/marches/{chantier.marche.ref}/ecart")
    assert reponse.status_code == 200
    texte = reponse.text
    assert "2 personnes à 20\u00a0h par semaine pendant 25 semaines" in texte
    assert "1 personne validée est libre" in texte
    assert "Maçon finisseur" in texte
    assert texte.index("Intérim Près") < texte.index("Intérim Loin")
    assert "Chantier Exemple" in texte
    assert "04 00 00 00 01" in texte


def test_un_marche_qui_depasse_son_objectif_peut_partager(chantier: Chantier, facilitateur: FlaskClient) -> None:
    petit = chantier.fabrique.marche(heures=100, titulaire=chantier.titulaire, intitule="Petit chantier exemple")
    contrat = chantier.salarie(marche=petit)
    chantier.valider(chantier.declarer({contrat: "140"}, marche=petit))
    texte = facilitateur.get(f"/facilitateur/marches/{chantier.marche.ref}/ecart").text
    assert "Petit chantier exemple" in texte
    assert "même titulaire" in texte
    assert "40\u202fh" in texte


def test_t19_la_penalite_est_une_simulation(chantier: Chantier, facilitateur: FlaskClient) -> None:
    marche = chantier.fabrique.marche(heures=833, titulaire=chantier.titulaire)
    contrats = [chantier.salarie(marche=marche) for _ in range(3)]
    for mois, heures in ((SEPTEMBRE, "110"), (OCTOBRE, "93,33")):
        chantier.valider(chantier.declarer(dict.fromkeys(contrats, heures), mois, marche=marche))
    with chantier.ctx.transaction() as s:
        # 3 × 203,33 = 609,99 h : one hundredth more gives the 610 h of the case.
        ligne = s.get_one(DecisionLigne, 1)
        ligne.valorisees += Decimal("0.01")
    base = f"/facilitateur/marches/{marche.ref}/penalite"
    texte = facilitateur.get(f"{base}?montant=40&mise_en_demeure=2026-11-01").text
    assert "8\u202f920" in texte
    assert "L'acheteur décide" in texte.replace("&#39;", "'")
    texte = facilitateur.get(f"{base}?montant=40&neutralisees=33&motif=force_majeure").text
    assert "7\u202f600" in texte
    assert "mise en demeure" in texte
    assert "6\u202f000" in facilitateur.get(f"{base}?montant=40&plafond=6000&neutralisees=33&motif=force_majeure").text


def test_sans_montant_au_contrat_il_n_y_a_pas_de_penalite(chantier: Chantier, facilitateur: FlaskClient) -> None:
    base = f"/facilitateur/marches/{chantier.marche.ref}/penalite"
    assert "Le contrat ne prévoit pas de pénalité horaire" in facilitateur.get(base).text
    refus = facilitateur.get(f"{base}?montant=-4")
    assert refus.status_code == 422
    refus = facilitateur.get(f"{base}?montant=40&neutralisees=10")
    assert refus.status_code == 422
    assert "Choisissez le motif" in refus.text


def test_les_pages_de_l_ecart_sont_au_facilitateur_du_territoire(chantier: Chantier, connecter) -> None:
    employeur = connecter(chantier.chapeau_employeur)
    ailleurs = chantier.fabrique.territoire("gard", nom="Gard")
    opcs = chantier.fabrique.organisation(TypeOrganisation.OPCS, territoire_id=ailleurs.id)
    etranger = connecter(chantier.fabrique.facilitateur(organisation=opcs))
    for page in ("ecart", "penalite"):
        adresse = f"/facilitateur/marches/{chantier.marche.ref}/{page}"
        assert employeur.get(adresse).status_code == 404
        assert etranger.get(adresse).status_code == 404


def test_la_penalite_montre_les_deux_cotes_et_un_projet_de_courrier(
    chantier: Chantier, facilitateur: FlaskClient
) -> None:
    import io

    from docx import Document

    base = f"/facilitateur/marches/{chantier.marche.ref}/penalite"
    page = facilitateur.get(f"{base}?montant=40").text
    assert "Aucune offre n&#39;a été publiée pour ce marché." in page
    assert "Aucun arrêt de chantier noté." in page
    assert "Ce qui ne dépendait pas de lui" in page
    fichier = facilitateur.get(f"{base}/courrier.docx?montant=40")
    assert fichier.status_code == 200
    lus = [p.text for p in Document(io.BytesIO(fichier.data)).paragraphs]
    assert lus[0].startswith("PROJET DE COURRIER")
    assert any("40\u202f000" in texte for texte in lus)
    assert facilitateur.get(f"{base}/courrier.docx?montant=-4").status_code == 302


def test_une_offre_s_ecrit_en_un_clic_pour_le_titulaire(chantier: Chantier, facilitateur: FlaskClient) -> None:
    chantier.salarie()
    page = facilitateur.get(f"/facilitateur/marches/{chantier.marche.ref}/ecart").text
    assert "Écrire une offre pour Bâti Exemple" in page
    reponse = facilitateur.post(
        "/agir-pour",
        data={
            "organisation": chantier.titulaire.ref,
            "source": "telephone",
            "suite": f"/employeur/offres/nouvelle?marche={chantier.marche.ref}",
        },
        follow_redirects=True,
    )
    assert reponse.status_code == 200
    assert f'value="{chantier.marche.ref}" selected' in reponse.text.replace("selected value", "value") or (
        f'selected value="{chantier.marche.ref}"' in reponse.text
    )
