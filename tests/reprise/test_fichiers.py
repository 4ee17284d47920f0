"""Files that cannot be taken, encodings that can."""

from __future__ import annotations

import io
import zipfile

import pytest

from marketplace import tableur
from marketplace.erreurs import FichierRefuse
from marketplace.reprise import examen
from marketplace.reprise.rules.champs import IGNOREE, MARCHES
from tests.reprise.conftest import ENTETES, Bureau, classeur, marches

CSV = "Maître d'ouvrage;Opération;Lot;Intitulé;Titulaire;Heures prévues\nBRL;Été;1;Gros œuvre;Bâti Sorgue;1 234,5\n"
LIGNE = ["BRL", "Canal", "1", "Gros œuvre", "Bâti Sorgue", 500, 120]


@pytest.mark.parametrize("encodage", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "mac-roman"])
def test_un_csv_se_lit_dans_tous_les_encodages(bureau: Bureau, encodage: str) -> None:
    e = bureau.lire(CSV.replace("œ", "oe").encode(encodage), "suivi.csv")
    (marche,) = e.plan.nouveaux
    assert (marche.source.texte("operation"), marche.source.texte("titulaire")) == ("Été", "Bâti Sorgue")
    assert str(marche.prevues) == "1234.50"


@pytest.mark.parametrize("separateur", [";", "\t", ","])
def test_un_csv_se_lit_avec_tous_les_separateurs(bureau: Bureau, separateur: str) -> None:
    texte = CSV.replace("1 234,5", "12").replace(";", separateur)
    assert len(bureau.lire(texte.encode(), "suivi.csv").plan.nouveaux) == 1


@pytest.mark.parametrize(
    ("contenu", "nom", "motif"),
    [
        (b"", "suivi.xlsx", "vide"),
        (b"\n\n ", "suivi.csv", "vide"),
        (b"%PDF-1.7 ...", "suivi.xlsx", "XLSX ou en CSV"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 50, "suivi.xlsx", "XLSX ou en CSV"),
        (b"abc\x00def", "suivi.csv", "ni un classeur"),
        (b"PK\x03\x04 pas une archive", "suivi.xlsx", "abîmé"),
        (b"un;deux\n1;2\n", "suivi.csv", "Aucune feuille"),
        (CSV.encode(), "suivi 290053417210012.csv", "sécurité sociale"),
    ],
)
def test_un_fichier_inutilisable_est_refuse_en_francais(bureau: Bureau, contenu: bytes, nom: str, motif: str) -> None:
    with pytest.raises(FichierRefuse, match=motif):
        bureau.lire(contenu, nom)


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9, 0.99])
def test_un_classeur_coupe_est_refuse(bureau: Bureau, part: float) -> None:
    contenu = marches(*[LIGNE] * 50)
    with pytest.raises(FichierRefuse, match="abîmé"):
        bureau.lire(contenu[: int(len(contenu) * part)])


def test_un_classeur_dont_une_feuille_est_abimee_est_refuse(bureau: Bureau) -> None:
    sortie = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(marches(LIGNE))) as avant, zipfile.ZipFile(sortie, "w") as apres:
        for nom in avant.namelist():
            contenu = avant.read(nom)
            apres.writestr(nom, contenu[: len(contenu) // 2] if nom.endswith("sheet1.xml") else contenu)
    with pytest.raises(FichierRefuse, match="abîmé"):
        bureau.lire(sortie.getvalue())


def test_une_bombe_est_refusee_avant_d_etre_depliee(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tableur, "OCTETS_DEPLIES_MAX", 1_000_000)
    bombe = io.BytesIO()
    with zipfile.ZipFile(bombe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 5_000_000)
    with pytest.raises(FichierRefuse, match="trop lourd"):
        bureau.lire(bombe.getvalue())


def test_un_fichier_trop_lourd_ou_trop_long_est_refuse(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tableur, "LIGNES_MAX", 20)
    with pytest.raises(FichierRefuse, match="Plus de 20 lignes"):
        bureau.lire(marches(*[LIGNE] * 30))
    monkeypatch.setattr(examen, "CLASSEUR_MAX", 100)
    with pytest.raises(FichierRefuse, match="200 Mo"):
        bureau.lire(marches(LIGNE))


def test_les_feuilles_qui_ne_disent_rien_sont_laissees_de_cote(bureau: Bureau) -> None:
    e = bureau.lire(classeur(Listes=[["ETTI"], ["AI"]], Suivi=[ENTETES, LIGNE], Notes=[["à faire", "appeler"]]))
    assert {g.nom: g.genre for g in e.grilles} == {"Listes": IGNOREE, "Suivi": MARCHES, "Notes": IGNOREE}


def test_une_colonne_et_une_feuille_se_corrigent(bureau: Bureau) -> None:
    entetes = ["Client", "Truc", "Qui", "Volume"]
    contenu = classeur(Suivi=[entetes, ["BRL", "Gros œuvre", "Bâti Sorgue", 50]])
    champs = {"client": "acheteur", "truc": "intitule", "qui": "titulaire", "volume": "heures_prevues"}
    e = bureau.lire(contenu, genres={"Suivi": MARCHES}, colonnes={MARCHES: champs})
    assert [(m.intitule, m.prevues) for m in e.plan.nouveaux] == [("Gros œuvre", 50)]
    bureau.prendre(contenu, genres={"Suivi": MARCHES}, colonnes={MARCHES: champs})
    suite = classeur(Suivi=[entetes, ["BRL", "Peinture", "Bâti Sorgue", 70]])
    assert [m.intitule for m in bureau.lire(suite).plan.nouveaux] == ["Peinture"]
