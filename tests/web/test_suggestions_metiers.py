"""Trades while one types: old official labels, a word under way, familiar words, and vague ones that get a question."""

from __future__ import annotations

import pytest

from marketplace.app import DOSSIER_MODELES, DOSSIER_REFERENTIELS, create_app
from marketplace.matching import Ranker


@pytest.fixture(scope="module")
def moteur():
    return Ranker.ouvrir(DOSSIER_REFERENTIELS, DOSSIER_MODELES)


@pytest.fixture
def taper(ctx_reference, moteur):
    ctx_reference.obtenir_ranker = lambda: moteur
    page = create_app(ctx_reference).test_client()
    return lambda q: page.get("/suggestions/metiers", query_string={"q": q}).get_json()


@pytest.mark.parametrize(
    ("ancien", "code"),
    [
        ("Maçon", "F1703"),
        ("MACONNE", "F1703"),
        ("Agent de propreté de locaux", "K2204"),
        ("Conducteur d'engins de terrassement", "F1302"),
        ("maitre d'oeuvre", "F1106"),
    ],
)
def test_un_libelle_officiel_arrive_dans_les_cinq_premiers(taper, ancien, code):
    assert code in [x["valeur"] for x in taper(ancien)[:5]], taper(ancien)


def test_chaque_metier_n_est_propose_qu_une_fois(taper):
    codes = [x["valeur"] for x in taper("agent d'entretien")]
    assert len(codes) == len(set(codes)) > 1


def test_un_mot_en_cours_propose_deja(taper):
    assert any("Maçon" in x["libelle"] for x in taper("maço"))
    assert any("Cariste" in x["libelle"] for x in taper("caris"))


def test_un_mot_familier_est_lu(taper):
    assert taper("nounou")[0]["valeur"] == "K1303"
    assert taper("nounou") == taper(" NOUNOU ")


@pytest.mark.parametrize("vague", ["polyvalent", "n'importe quel travail", "permis b"])
def test_un_mot_vague_recoit_une_question_et_aucun_metier(taper, vague):
    (ligne,) = taper(vague)
    assert ligne["question"].endswith((".", "?"))
    assert ligne["valeur"] == ""


@pytest.mark.parametrize("texte", ["", " ", "a", "😀", "日本語", "é" * 10_000, "%_'\"; DROP", "<b>"])
def test_rien_de_bizarre_ne_fait_tomber_les_suggestions(taper, texte):
    assert isinstance(taper(texte), list)
