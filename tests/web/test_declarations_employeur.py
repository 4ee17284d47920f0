"""The employer's pages: home, list, grid, signature. No word of status anywhere."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace.comptes.models import TypeOrganisation
from marketplace.heures.models import EtatDeclaration, Modalite
from marketplace.heures.services.validation import demander_correction
from marketplace.journal.models import LecturePersonne, Relance
from tests.heures.conftest import OCTOBRE, SEPTEMBRE, Chantier
from tests.heures.conftest import chantier as chantier  # noqa: PLC0414

MOTS_INTERDITS = re.compile(
    r"\b(RSA|ASS|AAH|TH|RQTH|QPV|DELD|handicap|bénéficiaire|allocataire|frein)\b", re.IGNORECASE
)


@pytest.fixture
def employeur(chantier: Chantier, connecter) -> FlaskClient:
    return connecter(chantier.chapeau_employeur)


def page(client: FlaskClient, adresse: str) -> str:
    reponse = client.get(adresse)
    assert reponse.status_code == 200, adresse
    return unescape(reponse.text)


def grille(chantier: Chantier, mois: str = "2026-10") -> str:
    return f"/employeur/declarations/{chantier.marche.ref}/{mois}"


def test_l_accueil_dit_d_abord_ce_qu_il_faut_declarer(chantier: Chantier, employeur: FlaskClient) -> None:
    for _ in range(4):
        chantier.salarie()
    chantier.declaration()
    texte = page(employeur, "/employeur")
    assert "Déclarer octobre</strong> : 4 personnes" in texte
    assert "attendu depuis le 10 novembre" in texte
    assert grille(chantier) in texte


def test_l_accueil_dit_les_heures_qui_restent_et_trois_facons(chantier: Chantier, employeur: FlaskClient) -> None:
    texte = page(employeur, "/employeur")
    assert "Il reste 1\u202f000\u202fh à faire" in texte
    assert "2 personnes à 20\u00a0h par semaine pendant 25 semaines" in texte
    for facon in ("Embaucher", "intérim d'insertion", "Sous-traiter"):
        assert facon in texte


def test_sans_rien_a_faire_l_accueil_le_dit(chantier: Chantier, employeur: FlaskClient) -> None:
    assert "Rien n'attend de vous aujourd'hui." in page(employeur, "/employeur")


def test_etre_rappele_laisse_un_seul_appel_au_facilitateur(chantier: Chantier, employeur: FlaskClient) -> None:
    for _ in range(2):
        assert employeur.post(f"/employeur/rappel/{chantier.marche.ref}").status_code == 302
    with chantier.ctx.lecture() as s:
        (appel,) = s.scalars(select(Relance)).all()
    assert (appel.objet_ref, appel.prochaine_date) == (chantier.marche.ref, date(2026, 11, 21))
    autre = chantier.fabrique.marche()
    assert employeur.post(f"/employeur/rappel/{autre.ref}").status_code == 404


def test_la_grille_est_deja_remplie_et_se_signe(chantier: Chantier, employeur: FlaskClient) -> None:
    a, b = chantier.salarie(), chantier.salarie(debut=date(2026, 10, 12))
    declaration = chantier.declaration()
    texte = page(employeur, grille(chantier))
    assert chantier.personne(a).nom in texte
    assert "du 12 octobre au 31 octobre" in texte
    reponse = employeur.post(
        grille(chantier),
        data={
            f"h-{a.ref}": "151,67",
            f"h-{b.ref}": "70h30",
            f"f-{b.ref}": "7",
            "signataire": "Dominique Exemple",
            "acte": "signer",
            "version": declaration.version,
        },
    )
    assert reponse.status_code == 302
    assert chantier.lire(declaration.id).etat is EtatDeclaration.DECLAREE
    assert chantier.avancement().declarees == Decimal("229.17")
    assert "Signée, en attente de validation" in page(employeur, "/employeur/declarations")
    assert "77,5\u202fh" in page(employeur, grille(chantier))


def test_une_erreur_garde_tout_ce_qui_est_ecrit(chantier: Chantier, employeur: FlaskClient) -> None:
    a, b = chantier.salarie(), chantier.salarie()
    declaration = chantier.declaration()
    reponse = employeur.post(
        grille(chantier),
        data={f"h-{a.ref}": "140", f"h-{b.ref}": "300", "signataire": "D. Exemple", "version": 1},
    )
    assert reponse.status_code == 422
    assert 'value="140"' in reponse.text
    assert 'value="300"' in reponse.text
    assert f'id="h-{b.ref}-erreur"' in reponse.text
    assert f'id="h-{a.ref}-erreur"' not in reponse.text
    assert "un mois ne dépasse pas 220" in reponse.text
    assert chantier.lire(declaration.id).etat is EtatDeclaration.A_FAIRE


def test_le_brouillon_revient_et_ses_totaux_se_calculent_sans_javascript(
    chantier: Chantier, employeur: FlaskClient
) -> None:
    a = chantier.salarie()
    chantier.declaration()
    reponse = employeur.post(grille(chantier), data={f"h-{a.ref}": "70h30", "acte": "brouillon", "version": 1})
    assert reponse.status_code == 302
    texte = page(employeur, grille(chantier))
    assert 'value="70h30"' in texte
    assert "70,5\u202fh" in texte


def test_copier_le_mois_dernier_remplit_la_grille_sans_signer(chantier: Chantier, employeur: FlaskClient) -> None:
    a = chantier.salarie()
    chantier.declarer({a: ("112,5", "7")}, SEPTEMBRE)
    declaration = chantier.declaration()
    assert "Copier les heures du mois dernier" in page(employeur, grille(chantier))
    texte = page(employeur, grille(chantier) + "?copier=1")
    assert 'value="112,5"' in texte
    assert 'value="7"' in texte
    assert chantier.lire(declaration.id).etat is EtatDeclaration.A_FAIRE


def test_une_page_ancienne_donne_409_et_garde_la_saisie(chantier: Chantier, employeur: FlaskClient) -> None:
    a = chantier.salarie()
    chantier.declaration()
    employeur.post(grille(chantier), data={f"h-{a.ref}": "10", "acte": "brouillon", "version": 1})
    reponse = employeur.post(
        grille(chantier), data={f"h-{a.ref}": "99", "signataire": "D.", "acte": "signer", "version": 1}
    )
    assert reponse.status_code == 409
    assert 'value="99"' in reponse.text


def test_la_demande_de_correction_se_lit_avec_sa_raison(chantier: Chantier, employeur: FlaskClient) -> None:
    a = chantier.salarie()
    id_ = chantier.declarer({a: "100"})
    demander_correction(chantier.ctx, chantier.facilitateur, id_, motif="dates_contrat", precision="fin le 15")
    assert "Les dates du contrat sont à revoir : fin le 15" in page(employeur, "/employeur/declarations")
    texte = page(employeur, grille(chantier))
    assert "Les dates du contrat sont à revoir : fin le 15" in texte
    assert 'value="100"' in texte


def test_une_heure_qui_ne_compte_pas_dit_pourquoi_a_l_employeur(chantier: Chantier, employeur: FlaskClient) -> None:
    a = chantier.salarie(fenetre_fin=date(2026, 10, 14))
    chantier.valider(chantier.declarer({a: "110"}))
    texte = page(employeur, grille(chantier))
    assert "en dehors de la période de validation" in texte
    assert "50\u202fh" in texte


def test_tout_peut_se_reprendre_avant_la_validation(chantier: Chantier, employeur: FlaskClient) -> None:
    a = chantier.salarie()
    id_ = chantier.declarer({a: "100"})
    assert employeur.post(grille(chantier) + "/reprendre").status_code == 302
    assert chantier.lire(id_).etat is EtatDeclaration.BROUILLON
    assert 'value="100"' in page(employeur, grille(chantier))


def test_les_salaries_se_lisent_avec_leur_date_et_rien_de_plus(chantier: Chantier, employeur: FlaskClient) -> None:
    a = chantier.salarie()
    chantier.valider(chantier.declarer({a: "100"}))
    texte = page(employeur, "/employeur/salaries")
    assert "31/08/2028" in texte
    assert "100\u202fh" in texte
    fiche = page(employeur, f"/employeur/salaries/{a.ref}")
    assert "jusqu'au 31 août 2028" in fiche
    reponse = employeur.post(f"/employeur/salaries/{a.ref}/fin", data={"fin": "2026-11-20", "motif_fin": ""})
    assert reponse.status_code == 422
    reponse = employeur.post(f"/employeur/salaries/{a.ref}/fin", data={"fin": "2026-09-20", "motif_fin": "demission"})
    assert "déjà déclarées après cette date" in reponse.text
    reponse = employeur.post(f"/employeur/salaries/{a.ref}/fin", data={"fin": "2026-11-20", "motif_fin": "demission"})
    assert reponse.status_code == 302
    assert "(démission)" in page(employeur, f"/employeur/salaries/{a.ref}")


def test_un_oui_donne_un_contrat_sans_proposition(chantier: Chantier, employeur: FlaskClient) -> None:
    personne = chantier.fabrique.personne()
    validation = chantier.fabrique.validation(
        personne, demandeur_id=chantier.titulaire.id, marche_id=chantier.marche.id, poste="Coffreur"
    )
    adresse = f"/employeur/salaries/nouveau/{validation.ref}"
    assert 'value="Coffreur"' in page(employeur, adresse)
    champs = {
        "poste": "Coffreur",
        "marche": chantier.marche.ref,
        "type_contrat": "cdd",
        "modalite": "embauche_directe",
        "debut": "2026-11-02",
        "fin": "2027-02-28",
        "heures_hebdo": "35",
    }
    refus = employeur.post(adresse, data=champs | {"fin": "2026-10-01"})
    assert refus.status_code == 422
    assert "finit avant de commencer" in refus.text
    assert 'value="Coffreur"' in refus.text
    assert employeur.post(adresse, data=champs).status_code == 302
    assert "Coffreur" in page(employeur, "/employeur/salaries")


def test_rien_d_une_autre_organisation_n_existe(chantier: Chantier, connecter) -> None:
    a = chantier.salarie()
    chantier.declaration()
    validation = chantier.fabrique.validation(chantier.fabrique.personne(), demandeur_id=chantier.titulaire.id)
    autre = connecter(chantier.fabrique.employeur())
    for adresse in (
        grille(chantier),
        f"/employeur/salaries/{a.ref}",
        f"/employeur/salaries/nouveau/{validation.ref}",
        "/employeur/declarations/M-999999/2026-10",
        "/employeur/declarations/M-999999/octobre",
    ):
        assert autre.get(adresse).status_code == 404, adresse
    assert autre.post(grille(chantier), data={"acte": "brouillon"}).status_code == 404


def test_aucun_mot_de_statut_sur_les_pages_de_l_employeur(chantier: Chantier, employeur: FlaskClient) -> None:
    a = chantier.salarie(fenetre_fin=date(2026, 10, 14))
    chantier.valider(chantier.declarer({a: "110"}, SEPTEMBRE))
    chantier.declaration()
    for adresse in (
        "/employeur",
        "/employeur/declarations",
        grille(chantier),
        grille(chantier, "2026-09"),
        "/employeur/salaries",
        f"/employeur/salaries/{a.ref}",
    ):
        texte = re.sub(r"<[^>]+>", " ", page(employeur, adresse))
        assert not MOTS_INTERDITS.search(texte), adresse
        assert "1990" not in texte


def test_les_noms_lus_par_l_employeur_sont_au_journal(chantier: Chantier, employeur: FlaskClient) -> None:
    a = chantier.salarie()
    chantier.declaration()
    page(employeur, grille(chantier))
    with chantier.ctx.lecture() as s:
        lecture = s.scalars(select(LecturePersonne)).one()
    assert (lecture.personne_id, lecture.organisation_id) == (a.personne_id, chantier.titulaire.id)


def test_le_mois_se_garde_en_retard_calcule(chantier: Chantier, employeur: FlaskClient) -> None:
    chantier.salarie()
    chantier.declaration(SEPTEMBRE)
    chantier.declaration(OCTOBRE)
    texte = page(employeur, "/employeur/declarations")
    assert texte.count("En retard") == 2
    assert "10 octobre" in texte


def test_le_titulaire_confirme_ou_conteste_depuis_sa_liste(
    chantier: Chantier, employeur: FlaskClient, connecter
) -> None:
    etti = chantier.structure(TypeOrganisation.ETTI)
    interim = chantier.fabrique.employeur(etti)
    contrats = [chantier.salarie(employeur=etti, modalite=Modalite.MAD_ETTI, type_contrat="mission") for _ in range(2)]
    acteur = chantier.fabrique.acteur(interim)
    premiere = chantier.declarer({contrats[0]: "100"}, SEPTEMBRE, acteur=acteur, employeur=etti)
    seconde = chantier.declarer({contrats[1]: "90"}, OCTOBRE, acteur=acteur, employeur=etti)
    assert "2 déclarations" in page(employeur, "/employeur")
    texte = page(employeur, "/employeur/declarations")
    assert "100\u202fh pour 1 personne" in texte
    assert chantier.personne(contrats[0]).nom not in texte
    base = "/employeur/declarations"
    assert employeur.post(f"{base}/{premiere}/confirmer", data={"version": 2}).status_code == 302
    assert chantier.lire(premiere).etat is EtatDeclaration.CONFIRMEE
    assert page(employeur, f"{base}/{seconde}/contester")
    assert employeur.post(f"{base}/{seconde}/contester", data={"motif": ""}).status_code == 422
    version = chantier.lire(seconde).version
    envoi = employeur.post(f"{base}/{seconde}/contester", data={"motif": "20 h de trop", "version": version})
    assert envoi.status_code == 302
    assert chantier.lire(seconde).etat is EtatDeclaration.CONTESTEE
    assert connecter(interim).get(f"{base}/{seconde}/contester").status_code == 404


def test_une_organisation_pas_encore_verifiee_ne_lit_aucun_nom(chantier: Chantier, connecter) -> None:
    a_verifier = chantier.fabrique.organisation(verifiee_le=None)
    marche = chantier.fabrique.marche(titulaire=a_verifier)
    contrat = chantier.salarie(employeur=a_verifier, marche=marche)
    chantier.declaration(employeur=a_verifier, marche=marche)
    client = connecter(chantier.fabrique.employeur(a_verifier))
    for adresse in (
        f"/employeur/declarations/{marche.ref}/2026-10",
        "/employeur/salaries",
        f"/employeur/salaries/{contrat.ref}",
    ):
        assert client.get(adresse).status_code == 404
    assert client.get("/employeur").status_code == 200
