"""The pages of the report, as a facilitateur reads them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pypdf
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.engine import URL

from marketplace.app import create_app
from marketplace.comptes.models import Utilisateur
from marketplace.contexte import Contexte
from seeds.demo.herault_2020.semer import COURRIEL
from tests.donnees import contexte_de, copier_base


@pytest.fixture
def ctx_neuf(serveur: URL | None, base_2020: str, tmp_path: Path) -> Iterator[Contexte]:
    ctx = contexte_de(copier_base(serveur, base_2020, tmp_path), tmp_path)
    ctx.config = replace(ctx.config, mode_demo=True, limites_actives=False)
    yield ctx
    ctx.sessions.kw["bind"].dispose()


@pytest.fixture
def agathe(ctx_neuf: Contexte) -> FlaskClient:
    """The facilitateur of the year 2020, signed in."""
    application = create_app(ctx_neuf)
    application.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    navigateur = application.test_client()
    with ctx_neuf.lecture() as s:
        qui = s.scalars(select(Utilisateur).where(Utilisateur.courriel == COURRIEL)).one()
    with navigateur.session_transaction() as session:
        session["jeton"], session["affectation"] = qui.jeton_session, 1
        session["vu"] = session["debut"] = int(ctx_neuf.horloge().timestamp())
    return navigateur


def test_le_bilan_montre_ses_tableaux_ses_phrases_et_les_lignes_de_chaque_case(agathe: FlaskClient) -> None:
    page = agathe.get("/facilitateur/bilan?annee=2020").get_data(as_text=True)
    assert "126\u202f348" in page
    assert "CD34 DSP THD est une opération exceptionnelle" in page
    assert "Par maître d&#39;ouvrage" in page
    lignes = agathe.get("/facilitateur/bilan/lignes?annee=2020&tableau=statut&ligne=Justice").get_data(as_text=True)
    assert "3 lignes" in lignes
    assert "CT-" in lignes
    assert agathe.get("/facilitateur/bilan/lignes?tableau=inconnu&ligne=x").status_code == 404
    sans = agathe.get("/facilitateur/bilan?annee=2020&sans=1").get_data(as_text=True)
    assert "92\u202f348" in sans


def test_une_annee_vide_dit_quoi_faire(agathe: FlaskClient) -> None:
    page = agathe.get("/facilitateur/bilan?annee=2024").get_data(as_text=True)
    assert "choisissez une autre période" in page
    assert agathe.get("/facilitateur/bilan?annee=abc").status_code == 200
    assert agathe.get("/facilitateur/bilan?annee=2020&acheteur=ORG-999999").status_code == 404


def test_les_fichiers_portent_leur_perimetre_et_leur_empreinte(agathe: FlaskClient) -> None:
    classeur = agathe.get("/facilitateur/bilan/fichier/xlsx?annee=2020")
    livre = openpyxl.load_workbook(io.BytesIO(classeur.data))
    a_propos = {r[0].value: r[1].value for r in livre["À propos"].iter_rows(min_row=3, max_row=9)}
    assert a_propos["Périmètre"] == "Tout le territoire"
    assert len(str(a_propos["Empreinte du registre"])) == 64
    assert "marketplace bilan" in str(a_propos["Pour le refaire"])
    feuille = livre["Par genre"]
    assert [feuille.cell(4, 1).value, feuille.cell(4, 3).value] == ["F", 50]
    archive = zipfile.ZipFile(io.BytesIO(agathe.get("/facilitateur/bilan/fichier/csv?annee=2020").data))
    genre = archive.read("genre.csv")
    assert genre.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in genre
    assert {"heures.csv", "marches.csv", "a-propos.csv"} <= set(archive.namelist())
    pdf = pypdf.PdfReader(io.BytesIO(agathe.get("/facilitateur/bilan/fichier/pdf?annee=2020").data))
    racine = pdf.trailer["/Root"]
    assert racine["/MarkInfo"]["/Marked"]
    assert racine["/Lang"] == "fr"
    assert "pdfuaid" in pdf.xmp_metadata.rdf_root.toxml()
    assert agathe.get("/facilitateur/bilan/fichier/exe?annee=2020").status_code == 404


def test_arreter_puis_relire_un_bilan(agathe: FlaskClient) -> None:
    suite = agathe.post("/facilitateur/bilan/arreter?annee=2020", data={"note": "Comité du 4 février"})
    assert suite.status_code == 302
    page = agathe.get(suite.headers["Location"]).get_data(as_text=True)
    assert "Comité du 4 février" in page
    assert "Rien n&#39;a changé" in page or "Rien n'a changé" in page
    assert agathe.get(suite.headers["Location"] + "/fichier/pdf").mimetype == "application/pdf"
    refus = agathe.post("/facilitateur/bilan/arreter?annee=2026", follow_redirects=True).get_data(as_text=True)
    assert "pas finie" in refus
    assert agathe.get("/facilitateur/bilan/arretes/B-999999").status_code == 404


def test_nommer_une_ligne_garde_ce_qui_est_tape(agathe: FlaskClient) -> None:
    page = agathe.post(
        "/facilitateur/bilan/lignes-du-bilan", data={"nom-libelle": "Mon groupe", "nom-jour": "2021-01-01"}
    )
    assert page.status_code == 422
    texte = page.get_data(as_text=True)
    assert "Choisissez un acheteur." in texte
    assert 'value="Mon groupe"' in texte
