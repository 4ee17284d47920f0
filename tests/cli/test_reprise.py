"""« import reprise », run as a person would."""

import json

import pytest

from marketplace.cli import main
from tests.reprise.conftest import marches

BONNE = ["BRL", "Canal", "1", "Gros œuvre", "Bâti Sorgue", 500, 120]
FAUSSE = ["BRL", "Canal", "2", "Sols", "Bâti Sorgue", "beaucoup", 0]


@pytest.fixture
def fichier(url_base, fabrique, tmp_path, monkeypatch):
    """A workbook of one good marché and one that cannot be read, on the test's database."""
    monkeypatch.setenv("DATABASE_URL", url_base)
    monkeypatch.setenv("DOSSIER_VAR", str(tmp_path / "var"))
    fabrique.territoire()
    chemin = tmp_path / "suivi.xlsx"
    chemin.write_bytes(marches(BONNE, FAUSSE))
    return chemin


def json_de(capsys, *ordre):
    assert main(["import", "reprise", *map(str, ordre), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_un_essai_dit_tout_et_n_ecrit_rien(fichier, capsys):
    essai = json_de(capsys, fichier, "--dry-run")
    assert essai["reprise"] is None
    assert essai["marches"] == {"lus": 1, "crees": 1}
    assert essai["heures"] == 120
    assert [(r["ligne"], r["id"]) for r in essai["refuses"]] == [(3, "Suivi")]
    assert json_de(capsys, fichier)["reprise"] == "REP-000001"


def test_reprendre_deux_fois_ne_change_rien(fichier, capsys):
    assert json_de(capsys, fichier)["marches"]["crees"] == 1
    seconde = json_de(capsys, fichier)
    assert seconde["reprise"] is None
    assert seconde["marches"] == {"lus": 1, "crees": 0}


def test_les_reponses_se_donnent_dans_un_fichier(fichier, tmp_path, capsys):
    reponses = tmp_path / "reponses.json"
    reponses.write_text(json.dumps({"valeurs": {"entreprise": {"Bâti Sorgue": "+Bâtisseurs de la Sorgue"}}}))
    json_de(capsys, fichier, "--mapping", reponses)
    reponses.write_text(json.dumps({"valeurs": {"couleur": {"a": "b"}}}))
    assert main(["import", "reprise", str(fichier), "--mapping", str(reponses)]) == 1
    assert "couleur" in capsys.readouterr().err
    reponses.write_text("{")
    assert main(["import", "reprise", str(fichier), "--mapping", str(reponses)]) == 1


def test_un_fichier_absent_donne_une_ligne_en_francais(fichier, tmp_path, capsys):
    assert main(["import", "reprise", str(tmp_path / "rien.xlsx")]) == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_le_recit_dit_les_totaux_et_les_lignes_refusees(fichier, capsys):
    assert main(["import", "reprise", str(fichier)]) == 0
    texte = "".join(capsys.readouterr())
    assert "Suivi, ligne 3" in texte
    assert "Reprise REP-000001 : 1 marchés" in texte
