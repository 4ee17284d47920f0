"""A spreadsheet or a CSV read as rows of text, whatever its encoding, its separator and the lines above its header."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from rapidfuzz import fuzz, process

from marketplace.erreurs import FichierRefuse
from marketplace.marches.imports.fichiers import decoder
from marketplace.personnes.rules.proteges import contient_nir
from marketplace.valeurs import cle

LIGNES_MAX = 100_000
ENTETE_MAX = 20
"""Lines looked at to find the header: exports often start with a title and a period."""
SEUIL = 88
"""Likeness (0 to 100) from which a column name is recognised."""

COLONNES: Mapping[str, tuple[str, ...]] = {
    "chantier": ("chantier", "client", "code chantier", "code client", "affaire", "marche", "lieu de mission", "site"),
    "matricule": ("matricule", "code salarie", "numero salarie", "id salarie", "code interimaire"),
    "nom": ("nom", "salarie", "interimaire", "nom du salarie", "nom prenom", "nom et prenom", "personne"),
    "prenom": ("prenom", "prenom du salarie"),
    "mois": ("mois", "periode", "mois de paie", "mois travaille"),
    "du": ("du", "date debut", "debut", "debut de semaine", "semaine du"),
    "au": ("au", "date fin", "fin", "fin de semaine"),
    "heures": ("heures", "heures travaillees", "nb heures", "nombre d heures", "heures effectuees", "total heures"),
    "formation": ("formation", "heures formation", "heures de formation"),
}
NIR = ("numero de securite sociale", "securite sociale", "n ss", "nir", "num secu", "numero insee")


@dataclass(frozen=True, slots=True)
class LigneLue:
    """One row: its number as the spreadsheet shows it, and its cells by role, as text."""

    numero: int
    cellules: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Tableau:
    """What was read: the roles found (role → header as written), headers dropped because they hold a NIR, rows."""

    colonnes: Mapping[str, str]
    ecartees: tuple[str, ...]
    lignes: tuple[LigneLue, ...]


def lire_tableau(contenu: bytes, colonnes: Mapping[str, str] | None = None) -> Tableau:
    """Read an XLSX or a CSV. `colonnes` (role → header) settles what the names alone would not.

    A column that holds social security numbers is dropped before anything else. Raises FichierRefuse when the
    file cannot be read or when a needed column is missing.
    """
    grille = _xlsx(contenu) if contenu.startswith(b"PK") else _csv(contenu)
    if not grille:
        raise FichierRefuse("Ce fichier est vide.")
    if len(grille) > LIGNES_MAX:
        raise FichierRefuse(f"Plus de {LIGNES_MAX} lignes : découpez le fichier, puis recommencez.")
    rang, roles = _entete(grille, colonnes or {})
    entete = grille[rang]
    ecartees = _colonnes_nir(entete, grille[rang + 1 :])
    roles = {role: i for role, i in roles.items() if i not in ecartees}
    _exiger_colonnes(roles)
    lignes = tuple(
        LigneLue(rang + 2 + n, {role: _cellule(ligne, i) for role, i in roles.items()})
        for n, ligne in enumerate(grille[rang + 1 :])
        if any(_cellule(ligne, i) for i in roles.values())
    )
    return Tableau({role: entete[i] for role, i in roles.items()}, tuple(entete[i] for i in sorted(ecartees)), lignes)


def _cellule(ligne: list[str], rang: int) -> str:
    return ligne[rang] if rang < len(ligne) else ""


def _texte(valeur: Any) -> str:
    """A cell as one would type it: dates ISO, whole numbers without a decimal point."""
    if valeur is None:
        return ""
    if isinstance(valeur, datetime):
        return valeur.date().isoformat()
    if isinstance(valeur, date):
        return valeur.isoformat()
    if isinstance(valeur, time):
        return f"{valeur.hour}h{valeur.minute:02d}"
    if isinstance(valeur, float):
        return f"{round(valeur, 4):g}" if valeur != int(valeur) else str(int(valeur))
    return str(valeur).strip()


def _xlsx(contenu: bytes) -> list[list[str]]:
    try:
        classeur = load_workbook(io.BytesIO(contenu), data_only=True, read_only=False)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError):
        raise FichierRefuse(
            "Ce classeur est illisible : enregistrez-le de nouveau en .xlsx, puis recommencez."
        ) from None
    feuille = classeur.worksheets[0] if classeur.worksheets else None
    if feuille is None:
        raise FichierRefuse("Ce classeur n'a aucune feuille.")
    return [[_texte(v) for v in ligne] for ligne in feuille.iter_rows(values_only=True)]


def _csv(contenu: bytes) -> list[list[str]]:
    texte = decoder(contenu)
    if "\0" in texte:
        raise FichierRefuse("Ce fichier n'est ni un classeur .xlsx ni un CSV.")
    tete = "\n".join(texte.splitlines()[:ENTETE_MAX])
    separateur = max((";", "\t", ","), key=tete.count)
    return [[c.strip() for c in ligne] for ligne in csv.reader(io.StringIO(texte), delimiter=separateur)]


def _reconnaitre(entete: list[str], imposees: Mapping[str, str]) -> dict[str, int]:
    """Role → column of a header row: imposed names first, then exact ones, then near ones."""
    plats = [cle(c) for c in entete]
    roles: dict[str, int] = {}
    for role, nom in imposees.items():
        if cle(nom) in plats:
            roles[role] = plats.index(cle(nom))
    pris = set(roles.values())
    for exact in (True, False):
        for role, noms in COLONNES.items():
            if role in roles:
                continue
            for rang, plat in enumerate(plats):
                if rang in pris or not plat:
                    continue
                proche = process.extractOne(plat, noms, scorer=fuzz.ratio, score_cutoff=100 if exact else SEUIL)
                if proche is not None:
                    roles[role] = rang
                    pris.add(rang)
                    break
    return roles


def _entete(grille: list[list[str]], imposees: Mapping[str, str]) -> tuple[int, dict[str, int]]:
    meilleur: tuple[int, dict[str, int]] = (0, {})
    for rang, ligne in enumerate(grille[:ENTETE_MAX]):
        roles = _reconnaitre(ligne, imposees)
        if len(roles) > len(meilleur[1]):
            meilleur = rang, roles
    return meilleur


def _colonnes_nir(entete: list[str], lignes: list[list[str]]) -> set[int]:
    trouvees = {i for i, nom in enumerate(entete) if cle(nom) in NIR}
    for ligne in lignes:
        trouvees |= {
            i for i, cellule in enumerate(ligne[: len(entete)]) if len(cellule) >= 13 and contient_nir(cellule)
        }
    return trouvees


def _exiger_colonnes(roles: Mapping[str, int]) -> None:
    manques = []
    if "heures" not in roles:
        manques.append("les heures")
    if "chantier" not in roles:
        manques.append("le chantier ou le client")
    if "nom" not in roles and "matricule" not in roles:
        manques.append("le nom ou le matricule")
    if "mois" not in roles and "du" not in roles:
        manques.append("le mois, ou les dates")
    if manques:
        raise FichierRefuse(
            f"Colonne introuvable : {', '.join(manques)}. Indiquez son nom dans le fichier de correspondance."
        )
