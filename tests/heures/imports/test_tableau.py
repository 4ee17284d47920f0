"""Any file that people send: read, or refused with what to do."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta

import pytest
from openpyxl import Workbook

from marketplace.erreurs import FichierRefuse
from marketplace.heures.imports import tableau as module
from marketplace.heures.imports.tableau import NIR_EFFACE, effacer_nir, interpreter, lire_grille, lire_tableau

NIR = "2 90 05 34 172 123 45"


def classeur(*lignes: list[object]) -> bytes:
    livre = Workbook()
    for ligne in lignes:
        livre.active.append(ligne)
    tampon = io.BytesIO()
    livre.save(tampon)
    return tampon.getvalue()


def archive(**fichiers: bytes) -> bytes:
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as z:
        for nom, contenu in fichiers.items():
            z.writestr(nom.replace("__", "/").replace("_", "."), contenu)
    return tampon.getvalue()


@pytest.mark.parametrize(
    ("contenu", "phrase"),
    [
        (b"", "vide"),
        (b"\xef\xbb\xbf\r\n;;;\r\n", "vide"),
        (b"PK\x03\x04coupe", "abîmé"),
        (classeur(["a"])[:-400], "abîmé"),
        (archive(xl__vbaProject_bin=b"x"), "macros"),
        (archive(mimetype=b"x", content_xml=b"x"), "ods"),
        (archive(xl__workbook_xml=b"0" * 60_000_000), "trop lourd"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "mot de passe"),
        (b"\xd0\xcf\x11\xe0autre", "ancien format"),
        (b"%PDF-1.4", "PDF"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "ni un classeur"),
        (b"Nom;Heures\n", "aucune ligne"),
    ],
)
def test_un_fichier_impossible_est_refuse_avec_une_phrase(contenu: bytes, phrase: str) -> None:
    with pytest.raises(FichierRefuse, match=phrase):
        lire_tableau(contenu)


def test_au_dela_de_200_mo_rien_n_est_lu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TAILLE_MAX", 10)
    with pytest.raises(FichierRefuse, match="200 Mo"):
        lire_grille(b"Nom;Heures\nx;1\n")


def test_deux_lignes_de_titres_se_lisent_ensemble() -> None:
    tableau = lire_tableau(
        classeur(
            ["Export", None, None, None, None, None, None, None],
            ["Client", None, "Salarié", None, "Période", None, "Heures", None],
            ["Code", "Nom", "Matricule", "Nom", "Du", "Au", "Travaillées", "Formation"],
            ["C1", "Bâti", "M1", "Garance", "05/10/2026", "11/10/2026", "35,00", ""],
        )
    )
    assert tableau.manques == ()
    assert tableau.lignes[0].numero == 4
    assert dict(tableau.lignes[0].cellules) == {
        "code_client": "C1",
        "client": "Bâti",
        "matricule": "M1",
        "nom": "Garance",
        "du": "05/10/2026",
        "au": "11/10/2026",
        "heures": "35,00",
    }


def test_un_fichier_sans_titres_se_lit_par_ses_valeurs() -> None:
    contenu = "Bâti Exemple;Garance Inès;05/10/2026;11/10/2026;35,00\nAutre;Tiers Léa;05/10/2026;11/10/2026;28\n"

    def connu(role: str, valeur: str) -> bool:
        return valeur == {"client": "Bâti Exemple", "nom": "Garance Inès"}[role]

    tableau = lire_tableau(contenu.encode(), connu=connu)
    assert tableau.sans_entete
    assert dict(tableau.lignes[0].cellules) == {
        "client": "Bâti Exemple",
        "nom": "Garance Inès",
        "du": "05/10/2026",
        "au": "11/10/2026",
        "heures": "35,00",
    }
    assert set(tableau.devinees) == {"client", "nom", "du", "au", "heures"}


def test_les_numeros_de_securite_sociale_disparaissent_ou_qu_ils_soient() -> None:
    lignes = [["Bâti", NIR, f"Nom{i}", "10/2026", "7", "rien"] for i in range(30)]
    lignes[4][5] = f"voir {NIR}"
    lignes[7][2] = NIR
    tableau = lire_tableau(classeur(["Client", "Divers", "Nom", "Mois", "Heures", "Note"], *lignes))
    assert tableau.ecartees == ("Divers",)
    assert tableau.cellules_effacees == 2
    assert NIR not in str(tableau)
    assert tableau.lignes[7].cellules["nom"] == NIR_EFFACE
    # What is kept from one page to the next says the same, without the numbers.
    contenu = classeur(["Client", "Divers", "Nom", "Mois", "Heures", "Note"], *lignes)
    gardee = effacer_nir(lire_grille(contenu))
    assert NIR not in str(gardee)
    assert interpreter(gardee, {}, lambda *_: False) == tableau


@pytest.mark.parametrize("titre", ["N° Sécu", "NIR salarié", "Numéro de sécurité sociale", "N° S.S."])
def test_une_colonne_qui_se_dit_nir_est_retiree_meme_vide_de_sens(titre: str) -> None:
    tableau = lire_tableau(classeur(["Client", titre, "Nom", "Mois", "Heures"], ["A", "xyz", "B", "10/2026", 7]))
    assert tableau.ecartees == (titre,)


def test_les_cellules_d_heures_et_de_dates_du_tableur_se_lisent() -> None:
    contenu = classeur(
        ["Client", "Nom", "Du", "Au", "Heures"],
        ["A", "B", date(2026, 10, 5), date(2026, 10, 11), timedelta(hours=35, minutes=30)],
        ["A", "C", "05/10/2026", 46306, 7.5],
    )
    lignes = lire_tableau(contenu).lignes
    assert [x.cellules["heures"] for x in lignes] == ["35:30", "7.5"]
    assert [x.cellules["au"] for x in lignes] == ["2026-10-11", "46306"]


def test_deux_colonnes_du_meme_nom_se_distinguent() -> None:
    tableau = lire_tableau(classeur(["Nom", "Nom", "Mois", "Heures"], ["Bâti", "Garance", "10/2026", 7]))
    assert [c.nom for c in tableau.toutes] == ["Nom", "Nom (colonne b)", "Mois", "Heures"]
    choisi = lire_tableau(
        classeur(["Nom", "Nom", "Mois", "Heures"], ["Bâti", "Garance", "10/2026", 7]),
        {"client": "Nom", "nom": "Nom (colonne b)"},
    )
    assert (choisi.lignes[0].cellules["client"], choisi.lignes[0].cellules["nom"]) == ("Bâti", "Garance")
