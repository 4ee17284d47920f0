"""The commands that size a clause and import published marchés, run as a person would."""

import json

import pytest

from marketplace.cli import main
from tests.marches.test_import_decp import ACHETEUR, fiche, fichier


@pytest.fixture
def base(url_base, tmp_path, monkeypatch):
    """The command line on the test's database."""
    monkeypatch.setenv("DATABASE_URL", url_base)
    monkeypatch.setenv("DOSSIER_VAR", str(tmp_path / "var"))
    return tmp_path


def test_dimensionner_rend_les_heures_et_l_exact_sans_base(capsys, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    ordre = "dimensionner --montant 1000000 --part-mo 0.5 --taux-effort 0.05 --cout-horaire 30 --json"
    assert main(ordre.split()) == 0
    sortie = capsys.readouterr()
    resultat = json.loads(sortie.out)
    assert (resultat["heures"], resultat["exact"]) == (833, "833.33")
    assert resultat["version"] == "2026-1"
    assert sortie.err == ""


@pytest.mark.parametrize(
    ("options", "heures"),
    [("", 995), ("--arrondi plancher", 994), ("--pas 10", 990), ("--duree-mois 10 --le 2026-11-21", 995)],
)
def test_dimensionner_suit_l_arrondi_demande(capsys, options, heures):
    ordre = f"dimensionner --montant 1200000 --part-mo 0,45 --taux-effort 0.07 --cout-horaire 38 --json {options}"
    assert main(ordre.split()) == 0
    assert json.loads(capsys.readouterr().out)["heures"] == heures


@pytest.mark.parametrize(
    "faux",
    [
        "--montant 1000 --part-mo 1.5 --taux-effort 0.05 --cout-horaire 30",
        "--montant -5 --part-mo 0.5 --taux-effort 0.05 --cout-horaire 30",
        "--montant 1000 --part-mo 0.5 --taux-effort 0.05 --cout-horaire 2",
        "--montant 1000 --part-mo 0.5 --taux-effort 0.05 --cout-horaire 30 --duree-mois 0",
        "--montant 1000 --part-mo 0.5 --taux-effort 0.05 --cout-horaire 30 --pas 0",
    ],
)
def test_une_valeur_impossible_donne_une_ligne_en_francais_et_un_code_non_nul(capsys, faux):
    assert main(["dimensionner", *faux.split(), "--json"]) == 1
    sortie = capsys.readouterr()
    assert sortie.out == ""
    assert len(sortie.err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("ordre", "attendu"),
    [
        (
            "--cas bons --montant 420000 --part-mo 0.5 --taux-effort 0.05 --cout-horaire 30",
            {"heures": 350, "heures_pour_mille": "0.8333"},
        ),
        (
            "--cas tranches --montant 600000 --part-mo 1 --taux-effort 0.05 --cout-horaire 60 --tranche 9 --affermie 1",
            {"heures": 500},
        ),
        ("--cas reprise --heures 20000 --part-reprise 0.8 --taux-effort 0.1", {"heures": 400, "exact": "400.00"}),
        ("--cas anru --heures 12000 --volet gestion_urbaine", {"heures": 1200}),
        ("--cas avenant --heures 800 --montant 1000000 --nouveau-montant 1150000", {"heures": 920}),
        (
            "--cas groupement --heures 1000 --membre Mandataire=0.6 --membre Cotraitant=0.4",
            {
                "heures": 1000,
                "detail": [{"nom": "Mandataire", "heures": "600.00"}, {"nom": "Cotraitant", "heures": "400.00"}],
            },
        ),
    ],
)
def test_dimensionner_connait_les_autres_calculs(capsys, ordre, attendu):
    assert main(["dimensionner", *ordre.split(), "--json"]) == 0
    resultat = json.loads(capsys.readouterr().out)
    assert {champ: resultat[champ] for champ in attendu} == attendu
    assert resultat["version"] == "2026-1"
    assert main(["dimensionner", *ordre.split()]) == 0
    assert f"{resultat['heures']} h (" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("ordre", "mot"),
    [
        ("--montant 1000", "--part-mo, --taux-effort, --cout-horaire"),
        ("--cas anru --heures 100", "--volet"),
        ("--cas groupement --heures 100 --membre A=0.6", "100 %"),
        ("--cas tranches --montant 1 --part-mo 1 --taux-effort 1 --cout-horaire 30 --affermie 1", "tranche"),
    ],
)
def test_dimensionner_dit_ce_qui_manque(capsys, ordre, mot):
    assert main(["dimensionner", *ordre.split(), "--json"]) == 1
    sortie = capsys.readouterr()
    assert sortie.out == ""
    assert mot in sortie.err


def test_import_decp_compte_refuse_et_se_repete_sans_rien_changer(base, fabrique, capsys):
    fabrique.territoire()
    from marketplace.comptes.models import TypeOrganisation

    fabrique.organisation(TypeOrganisation.ACHETEUR, siret=ACHETEUR)
    chemin = base / "decp.json"
    chemin.write_bytes(fichier(fiche(), fiche(id="autre", montant=-1)))
    attendu = {"lus": 2, "crees": 1, "mis_a_jour": 0, "inchanges": 0, "pistes": 1}
    for options in (["--dry-run"], []):
        assert main(["import", "decp", str(chemin), "--json", *options]) == 0
        resultat = json.loads(capsys.readouterr().out)
        assert {cle: resultat[cle] for cle in attendu} == attendu
        assert resultat["refuses"] == [{"ligne": 2, "id": "autre", "motif": "Le montant (-1 €) est impossible."}]
    assert main(["import", "decp", str(chemin), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["inchanges"] == 1
    assert main(["import", "decp", str(chemin), "--strict"]) == 1
    assert "ligne 2 (autre)" in capsys.readouterr().err


def test_import_decp_dit_en_francais_ce_qui_manque(base, fabrique, capsys):
    chemin = base / "absent.json"
    assert main(["import", "decp", str(chemin)]) == 1
    assert "territoire" in capsys.readouterr().err
    fabrique.territoire()
    assert main(["import", "decp", str(chemin)]) == 1
    assert "Impossible de lire" in capsys.readouterr().err
    chemin.write_text('[{"id": ')
    assert main(["import", "decp", str(chemin), "--json"]) == 1
    sortie = capsys.readouterr()
    assert sortie.out == ""
    assert "coupé" in sortie.err
    assert main(["import", "decp", str(chemin), "--territoire", "lune"]) == 1
    fabrique.territoire("gard", nom="Gard", departements=["30"])
    assert main(["import", "decp", str(chemin)]) == 1
    assert "--territoire" in capsys.readouterr().err


def test_export_decp_ecrit_un_fichier_que_l_import_relit(base, fabrique, capsys):
    fabrique.territoire()
    from marketplace.comptes.models import TypeOrganisation

    acheteur = fabrique.organisation(TypeOrganisation.ACHETEUR, siret=ACHETEUR)
    fabrique.marche(100, acheteur_id=acheteur.id)
    fabrique.marche(100)
    sortie = base / "decp.json"
    assert main(["export", "decp", str(sortie), "--json"]) == 0
    resume = json.loads(capsys.readouterr().out)
    assert resume["exportes"] == 1
    assert "typesPrix" in resume["incomplets"][0]["champs"]
    assert "SIRET" in resume["ecartes"][0]["motif"]
    assert main(["import", "decp", str(sortie), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["crees"] == 1
    assert main(["export", "decp", str(sortie), "--annee", "1999"]) == 0
    assert "0 exportés" in capsys.readouterr().out
    assert main(["export", "decp", str(base / "absent" / "decp.json")]) == 1
    assert "Impossible d'écrire" in capsys.readouterr().err
