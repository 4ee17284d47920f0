"""Reading a table that somebody saved from a spreadsheet: CSV or XLSX in, headers and rows of text out.

Nothing here knows what the columns mean. Every cell comes out as text, dates as « 2026-03-02 ».
"""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from marketplace.erreurs import FichierRefuse
from marketplace.valeurs import cle

LIGNES_MAX = 20_000
COLONNES_MAX = 200
OCTETS_DEPLIES_MAX = 200 * 1024 * 1024
LIGNES_AVANT_ENTETE = 15
_ABIME = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, OSError, IndexError, TypeError, SyntaxError)


@dataclass(frozen=True, slots=True)
class LigneTableau:
    """One row, with its number as the spreadsheet shows it."""

    numero: int
    cellules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tableau:
    """Headers and the rows under them that hold something."""

    entetes: tuple[str, ...]
    lignes: tuple[LigneTableau, ...]


@dataclass(frozen=True, slots=True)
class Feuille:
    """One sheet as it stands: its name and every row that holds something."""

    nom: str
    lignes: tuple[LigneTableau, ...]


def lire_feuilles(contenu: bytes, nom: str) -> tuple[Feuille, ...]:
    """Every sheet of an XLSX that holds something, or the one table of a CSV in whatever encoding.

    Raises FichierRefuse with what to do: empty, truncated, not a table, too many rows, a bomb.
    """
    if not contenu.strip(b"\x00 \t\r\n"):
        raise FichierRefuse("Ce fichier est vide : choisissez-en un autre.")
    if nom.lower().endswith((".xls", ".ods", ".pdf", ".doc", ".docx")) or contenu[:4] in (b"\xd0\xcf\x11\xe0", b"%PDF"):
        raise FichierRefuse("Ce format n'est pas lu : enregistrez le classeur en XLSX ou en CSV.")
    if contenu[:4] == b"PK\x03\x04":
        feuilles = list(_feuilles_xlsx(contenu))
    else:
        feuilles = [Feuille("", _bornees(_lire_csv(_en_utf8(contenu)), ""))]
    remplies = tuple(f for f in feuilles if f.lignes)
    if not remplies:
        raise FichierRefuse("Ce fichier est vide : choisissez-en un autre.")
    return remplies


def _en_utf8(contenu: bytes) -> bytes:
    """A CSV saved as « Unicode » or from an old Mac, brought back to UTF-8. Raises FichierRefuse when it is no text."""
    if contenu.startswith((b"\xff\xfe", b"\xfe\xff")):
        contenu = contenu.decode("utf-16", errors="replace").encode()
    if b"\x00" in contenu:
        raise FichierRefuse("Ce fichier n'est ni un classeur XLSX ni un CSV : enregistrez-le de nouveau.")
    try:
        contenu.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Windows leaves these five bytes undefined; a Mac writes accents with three of them.
        if any(octet in contenu for octet in b"\x81\x8d\x8f\x90\x9d") or (
            b"\x8e" in contenu and b"\xe9" not in contenu
        ):
            return contenu.decode("mac-roman").encode()
    return contenu


def _bornees(lignes: Iterator[LigneTableau], feuille: str) -> tuple[LigneTableau, ...]:
    """The rows that hold something. Raises FichierRefuse past LIGNES_MAX of them."""
    lues = []
    for ligne in lignes:
        if any(ligne.cellules):
            lues.append(ligne)
        if len(lues) > LIGNES_MAX:
            ou = f" dans la feuille « {feuille} »" if feuille else ""
            raise FichierRefuse(f"Plus de {LIGNES_MAX} lignes{ou} : découpez le fichier.")
    return tuple(lues)


def _feuilles_xlsx(contenu: bytes) -> Iterator[Feuille]:
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
            if sum(f.file_size for f in archive.infolist()) > OCTETS_DEPLIES_MAX:
                raise FichierRefuse("Ce classeur est trop lourd : découpez-le.")
        with warnings.catch_warnings():
            # What openpyxl cannot keep (validations, drawings) is nothing that is read here.
            warnings.simplefilter("ignore")
            classeur = openpyxl.load_workbook(io.BytesIO(contenu), read_only=True, data_only=True)
            for feuille in classeur.worksheets:
                feuille.reset_dimensions()
                lignes = (
                    LigneTableau(numero, tuple(_texte(c) for c in cellules[:COLONNES_MAX]))
                    for numero, cellules in enumerate(feuille.iter_rows(values_only=True), 1)
                )
                yield Feuille(feuille.title, _bornees(lignes, feuille.title))
    except FichierRefuse:
        raise
    except _ABIME:
        raise FichierRefuse("Ce classeur est abîmé : enregistrez-le de nouveau depuis le tableur.") from None


def lire_tableau(contenu: bytes, nom: str) -> Tableau:
    """The table of a CSV (UTF-8 or Windows, comma, semicolon or tab) or of the first sheet of an XLSX.

    Rows above the headers (titles, blanks) are skipped. Raises FichierRefuse with what to do.
    """
    if not contenu.strip():
        raise FichierRefuse("Ce fichier est vide : choisissez-en un autre.")
    if contenu[:4] == b"PK\x03\x04":
        lignes = _lire_xlsx(contenu)
    elif nom.lower().endswith((".xls", ".ods", ".pdf", ".doc", ".docx")) or b"\x00" in contenu[:4096]:
        raise FichierRefuse("Ce format n'est pas lu : enregistrez le tableau en XLSX ou en CSV.")
    else:
        lignes = _lire_csv(contenu)
    return _sous_l_entete(lignes)


def _lire_csv(contenu: bytes) -> Iterator[LigneTableau]:
    try:
        texte = contenu.decode("utf-8-sig")
    except UnicodeDecodeError:
        texte = contenu.decode("cp1252", errors="replace")
    debut = "\n".join(texte.splitlines()[:LIGNES_AVANT_ENTETE])
    separateur = max(";\t,", key=debut.count)
    try:
        for numero, cellules in enumerate(csv.reader(io.StringIO(texte, newline=""), delimiter=separateur), 1):
            yield LigneTableau(numero, tuple(c.strip() for c in cellules[:COLONNES_MAX]))
    except csv.Error:
        raise FichierRefuse("Ce fichier CSV est abîmé : enregistrez-le de nouveau depuis le tableur.") from None


def _lire_xlsx(contenu: bytes) -> Iterator[LigneTableau]:
    import openpyxl  # half a second, only paid by those who send a workbook

    try:
        with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
            if sum(f.file_size for f in archive.infolist()) > OCTETS_DEPLIES_MAX:
                raise FichierRefuse("Ce classeur est trop lourd : découpez-le.")
        classeur = openpyxl.load_workbook(io.BytesIO(contenu), read_only=True, data_only=True)
        feuille = classeur.worksheets[0]
        feuille.reset_dimensions()
        for numero, cellules in enumerate(feuille.iter_rows(values_only=True), 1):
            yield LigneTableau(numero, tuple(_texte(c) for c in cellules[:COLONNES_MAX]))
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, IndexError):
        raise FichierRefuse("Ce classeur est abîmé : enregistrez-le de nouveau depuis le tableur.") from None


def _texte(cellule: Any) -> str:
    if cellule is None:
        return ""
    if isinstance(cellule, datetime):
        return cellule.date().isoformat() if cellule.time() == time() else cellule.isoformat(" ", "minutes")
    if isinstance(cellule, date | time):
        return cellule.isoformat()
    if isinstance(cellule, float) and cellule.is_integer():
        return str(int(cellule))
    return " ".join(str(cellule).split())


def _sous_l_entete(lignes: Iterator[LigneTableau]) -> Tableau:
    """The header is the first row of the top that fills the most cells."""
    lues: list[LigneTableau] = []
    for ligne in lignes:
        if any(ligne.cellules):
            lues.append(ligne)
        if len(lues) > LIGNES_MAX + LIGNES_AVANT_ENTETE:
            raise FichierRefuse(f"Plus de {LIGNES_MAX} lignes : découpez le fichier.")
    if not lues:
        raise FichierRefuse("Ce fichier est vide : choisissez-en un autre.")
    tete = lues[:LIGNES_AVANT_ENTETE]
    rang = max(range(len(tete)), key=lambda i: (sum(1 for c in tete[i].cellules if c), -i))
    largeur = len(tete[rang].cellules)
    premier = next(
        i
        for i in range(rang + 1)
        if sum(1 for c in tete[i].cellules if c) * 2 > sum(1 for c in tete[rang].cellules if c)
    )
    entetes = tete[premier].cellules + ("",) * max(0, largeur - len(tete[premier].cellules))
    return Tableau(entetes, tuple(lues[premier + 1 :]))


def reconnaitre_colonnes(entetes: Sequence[str], synonymes: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Which column holds which field: exact name first, then a likeness (« Prenom », « Tél. portable »).

    A column serves one field, a field takes one column.
    """
    from rapidfuzz import fuzz

    cles = [cle(e) for e in entetes]
    trouvees: dict[str, int] = {}
    prises: set[int] = set()
    for champ, mots in synonymes.items():
        for mot in mots:
            rang = next((i for i, c in enumerate(cles) if c == mot and i not in prises), None)
            if rang is not None:
                trouvees[champ] = rang
                prises.add(rang)
                break
    for champ, mots in synonymes.items():
        if champ in trouvees:
            continue
        notes = [(max(fuzz.ratio(c, mot) for mot in mots), i) for i, c in enumerate(cles) if c and i not in prises]
        if notes and max(notes)[0] >= 88:
            trouvees[champ] = max(notes)[1]
            prises.add(trouvees[champ])
    return trouvees
