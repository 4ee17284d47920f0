"""Papers taken from the pages, and checked by their code."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pypdf
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace.bilans.models import Attestation
from marketplace.comptes.models import Affectation
from marketplace.contexte import Contexte
from marketplace.heures.models import Contrat
from marketplace.journal.models import LecturePersonne
from tests.fabrique import Fabrique
from tests.heures.conftest import Chantier

Ouvrir = Callable[[Affectation], FlaskClient]


def texte_pdf(contenu: bytes) -> str:
    lu = pypdf.PdfReader(io.BytesIO(contenu))
    assert lu.trailer["/Root"]["/MarkInfo"]["/Marked"]
    return " ".join(p.extract_text() for p in lu.pages)


@pytest.fixture
def fait(chantier: Chantier) -> Contrat:
    """A salarié whose 120 h of October are validated."""
    contrat = chantier.salarie()
    chantier.valider(chantier.declarer({contrat: "120"}))
    return contrat


def test_l_attestation_de_realisation_ne_nomme_personne_et_se_verifie(
    chantier: Chantier,
    fait: Contrat,
    connecter: Ouvrir,
    ctx: Contexte,
) -> None:
    employeur = connecter(chantier.chapeau_employeur)
    reponse = employeur.post(f"/papiers/marches/{chantier.marche.ref}/realisation")
    assert reponse.mimetype == "application/pdf"
    texte = texte_pdf(reponse.data)
    personne = chantier.personne(fait)
    assert personne.nom not in texte
    assert "120,00 h" in texte.replace("\u202f", " ")
    code = re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}", texte)
    assert code
    page = employeur.get(f"/papiers/verifier?code={code[0].lower()}").get_data(as_text=True)
    assert "Ce papier existe" in page
    assert chantier.marche.ref in page
    inconnu = employeur.get("/papiers/verifier?code=AAAA-BBBB-CCCC").get_data(as_text=True)
    assert "Aucun papier ne porte ce code" in inconnu


def test_le_certificat_d_achevement_attend_la_fin_ou_l_objectif(
    chantier: Chantier,
    fait: Contrat,
    connecter: Ouvrir,
    ctx: Contexte,
) -> None:
    navigateur = connecter(chantier.chapeau_facilitateur)
    adresse = f"/papiers/marches/{chantier.marche.ref}/achevement"
    page = navigateur.post(adresse, headers={"Referer": "/facilitateur/marches"}, follow_redirects=True)
    assert "délivrez plutôt une attestation" in page.get_data(as_text=True)
    with ctx.lecture() as s:
        assert s.scalars(select(Attestation)).all() == []
    assert navigateur.post(f"/papiers/marches/{chantier.marche.ref}/diplome").status_code == 404
    assert navigateur.post("/papiers/marches/M-999999/fiche").status_code == 404


def test_l_attestation_d_heures_est_a_la_personne_et_sa_lecture_est_notee(
    chantier: Chantier,
    fait: Contrat,
    connecter: Ouvrir,
    ctx: Contexte,
) -> None:
    personne = chantier.personne(fait)
    navigateur = connecter(chantier.chapeau_facilitateur)
    reponse = navigateur.post(f"/papiers/personnes/{personne.ref}/heures")
    assert personne.nom in texte_pdf(reponse.data)
    with ctx.lecture() as s:
        papier = s.scalars(select(Attestation)).one()
        assert personne.nom not in str(papier.contenu)
        finalites = s.scalars(select(LecturePersonne.finalite).where(LecturePersonne.personne_id == personne.id))
        assert any("attestation" in f for f in finalites)
    page = navigateur.get(f"/papiers/verifier?code={papier.code}").get_data(as_text=True)
    assert personne.nom not in page
    assert connecter(chantier.chapeau_employeur).post(f"/papiers/personnes/{personne.ref}/heures").status_code == 404


def test_une_personne_sans_heure_n_a_rien_a_attester(fabrique: Fabrique, connecter: Ouvrir) -> None:
    facilitateur = fabrique.facilitateur()
    personne = fabrique.personne()
    page = connecter(facilitateur).post(f"/papiers/personnes/{personne.ref}/heures", follow_redirects=True)
    assert "Aucune heure validée" in page.get_data(as_text=True)


def test_le_bilan_d_un_acheteur_ne_montre_que_ses_marches(
    chantier: Chantier,
    fait: Contrat,
    connecter: Ouvrir,
    fabrique: Fabrique,
    ctx: Contexte,
) -> None:
    from marketplace.comptes.models import Organisation

    with ctx.lecture() as s:
        acheteur = s.get_one(Organisation, chantier.marche.acheteur_id)
    page = connecter(fabrique.acheteur(organisation=acheteur)).get("/acheteur/bilan?annee=2026").get_data(as_text=True)
    assert "120" in page
    assert "secret" in page
    assert chantier.personne(fait).nom not in page
    autre = connecter(fabrique.acheteur()).get("/acheteur/bilan?annee=2026").get_data(as_text=True)
    assert "Aucun marché suivi" in autre
