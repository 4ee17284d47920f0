"""`marketplace detecter FILE.csv --json`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from marketplace.cli.avis import ajouter
from marketplace.erreurs import ErreurExploitation


def lancer(*arguments: str) -> int:
    racine = argparse.ArgumentParser()
    ajouter(racine.add_subparsers())
    choisi = racine.parse_args(arguments)
    return int(choisi.action(choisi))


def lire(fichier: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    assert lancer("detecter", str(fichier), "--json") == 0
    return [json.loads(ligne) for ligne in capsys.readouterr().out.splitlines()]


def test_un_objet_par_ligne_dans_l_ordre(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fichier = tmp_path / "avis.csv"
    fichier.write_text(
        'id,texte\n1,"Clause d\'insertion.\nLot 2 : 140 heures"\n2,\n3,Marché réservé aux ESAT (L. 2113-12)\n',
        encoding="utf-8",
    )
    lus = lire(fichier, capsys)
    assert [o["ligne"] for o in lus] == [2, 3, 4]
    assert set(lus[0]) == {"ligne", "clause", "reserve", "proba", "heures", "extrait"}
    assert (lus[0]["clause"], lus[0]["reserve"], lus[0]["heures"]) == (True, False, [140])
    assert (lus[1]["clause"], lus[1]["heures"], lus[1]["extrait"]) == (False, [], "")
    assert (lus[2]["clause"], lus[2]["reserve"]) == (False, True)


@pytest.mark.parametrize("encodage", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separateur", [",", ";", "\t"])
def test_les_encodages_et_les_separateurs_courants(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], encodage: str, separateur: str
) -> None:
    fichier = tmp_path / "avis.csv"
    texte = "Marché réservé à une entreprise adaptée"
    fichier.write_bytes(f"Avis{separateur}Texte\r\n7{separateur}{texte}\r\n".encode(encodage))
    (lu,) = lire(fichier, capsys)
    assert lu["reserve"] is True
    assert lu["extrait"] == texte


def test_une_seule_colonne_garde_ses_virgules_et_ses_lignes_vides(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fichier = tmp_path / "avis.csv"
    fichier.write_text("texte\nLots 1, 2 et 3, clause d'insertion : 90 heures\n\nSans objet\n\n", encoding="utf-8")
    lus = lire(fichier, capsys)
    assert [(o["ligne"], o["clause"], o["heures"]) for o in lus] == [(2, True, [90]), (3, False, []), (4, False, [])]


def test_sans_colonne_texte_les_colonnes_trouvees_sont_dites(tmp_path: Path) -> None:
    fichier = tmp_path / "avis.csv"
    fichier.write_text("objet;acheteur\na;b\n", encoding="utf-8")
    with pytest.raises(ErreurExploitation) as refus:
        lancer("detecter", str(fichier), "--json")
    assert "« texte »" in refus.value.message
    assert "objet, acheteur" in refus.value.message
    assert "\n" not in refus.value.message


def test_un_fichier_absent_vide_ou_binaire_est_refuse(tmp_path: Path) -> None:
    with pytest.raises(ErreurExploitation, match="Impossible de lire"):
        lancer("detecter", str(tmp_path / "absent.csv"))
    with pytest.raises(ErreurExploitation, match="Impossible de lire"):
        lancer("detecter", str(tmp_path))
    vide = tmp_path / "vide.csv"
    vide.write_bytes(b"")
    with pytest.raises(ErreurExploitation, match="aucune"):
        lancer("detecter", str(vide))
    binaire = tmp_path / "classeur.xlsx"
    binaire.write_bytes(b"PK\x03\x04\0\0\0\0texte")
    with pytest.raises(ErreurExploitation, match="enregistrez-le en CSV"):
        lancer("detecter", str(binaire))


def test_sans_json_une_ligne_lisible(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fichier = tmp_path / "avis.csv"
    fichier.write_text("texte\nClause sociale : lot 4 : 62 heures d'insertion\n", encoding="utf-8")
    assert lancer("detecter", str(fichier)) == 0
    sortie = capsys.readouterr()
    assert "62 h (lot 4)" in sortie.out
    assert "1 avis lus" in sortie.err
