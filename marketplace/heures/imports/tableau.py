"""A spreadsheet or a CSV read as rows of text, whatever its encoding, its separator and the lines above its header."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from marketplace.erreurs import FichierRefuse
from marketplace.heures.imports.colonnes import deviner, manquantes, reconnaitre_noms
from marketplace.marches.imports.fichiers import TAILLE_MAX, decoder
from marketplace.personnes.rules.proteges import colonnes_nir, contient_nir
from marketplace.valeurs import cle

LIGNES_MAX = 100_000
COLONNES_MAX = 120
ENTETE_MAX = 20
"""Lines looked at to find the header: exports often start with a title and a period."""
OCTETS_DEPLIES_MAX = 300_000_000
RAPPORT_MAX = 200
"""A workbook that unfolds beyond these is a bomb, or no payroll."""
NIR_EFFACE = "[numéro de sécurité sociale effacé]"
PART_NIR = 0.1
"""Share of its values that hold a NIR from which a whole column is dropped; below, the cells alone are blanked."""

Grille = list[list[str]]


@dataclass(frozen=True, slots=True)
class LigneLue:
    """One row: its number as the spreadsheet shows it, and its cells by role, as text."""

    numero: int
    cellules: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Colonne:
    """A column as a person may name it, with a few of its values."""

    nom: str
    exemples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tableau:
    """What was read: roles (role → header as written), those only guessed, what is missing, headers dropped because
    they hold a NIR, cells blanked for the same reason, columns of absences, rows.
    """

    colonnes: Mapping[str, str]
    devinees: tuple[str, ...]
    manques: tuple[str, ...]
    ecartees: tuple[str, ...]
    cellules_effacees: int
    sup: tuple[str, ...]
    absences: tuple[str, ...]
    toutes: tuple[Colonne, ...]
    sans_entete: bool
    lignes: tuple[LigneLue, ...]


def lire_tableau(
    contenu: bytes,
    colonnes: Mapping[str, str] | None = None,
    connu: Callable[[str, str], bool] = lambda *_: False,
) -> Tableau:
    """Read an XLSX or a CSV. `colonnes` (role → header) settles what the names alone would not; `connu(role, value)`
    tells a client or a person of ours, to recognise a column by its values.

    What holds social security numbers is dropped before anything else. Raises FichierRefuse when the file cannot be
    read; a needed column that is missing is told by `manques`.
    """
    return interpreter(lire_grille(contenu), colonnes or {}, connu)


def lire_grille(contenu: bytes) -> Grille:
    """The cells of a file as text. Raises FichierRefuse, with what to do."""
    if len(contenu) >= TAILLE_MAX:
        raise FichierRefuse("Ce fichier pèse 200 Mo ou plus : découpez-le, puis recommencez.")
    if not contenu.strip(b"\xef\xbb\xbf\xff\xfe\r\n\t ;,\x00"):
        raise FichierRefuse("Ce fichier est vide : choisissez-en un autre.")
    if contenu.startswith(b"PK"):
        grille = list(_xlsx(contenu))
    elif contenu.startswith(b"\xd0\xcf\x11\xe0"):
        raise FichierRefuse(_ancien(contenu))
    elif contenu.startswith(b"%PDF"):
        raise FichierRefuse("Ceci est un PDF : exportez les heures en .xlsx ou en .csv, puis recommencez.")
    else:
        grille = list(_csv(contenu))
    while grille and not any(grille[-1]):
        grille.pop()
    if not grille:
        raise FichierRefuse("Ce fichier est vide : choisissez-en un autre.")
    return grille


def _ancien(contenu: bytes) -> str:
    """An OLE container: an encrypted workbook, or one of the former format."""
    if "EncryptedPackage".encode("utf-16-le") in contenu:
        return "Ce classeur est protégé par un mot de passe : enregistrez-le sans mot de passe, puis recommencez."
    return "Ce classeur est à l'ancien format .xls : enregistrez-le en .xlsx, puis recommencez."


def _xlsx(contenu: bytes) -> Iterable[list[str]]:
    from openpyxl import load_workbook  # half a second, only paid by those who send a workbook

    refus = FichierRefuse("Ce classeur est abîmé : enregistrez-le de nouveau en .xlsx, puis recommencez.")
    try:
        with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
            noms = archive.namelist()
            deplie = sum(f.file_size for f in archive.infolist())
        if deplie > OCTETS_DEPLIES_MAX or (deplie > 20_000_000 and deplie > RAPPORT_MAX * len(contenu)):
            raise FichierRefuse("Ce classeur est trop lourd une fois ouvert : découpez-le, puis recommencez.")
        if any(nom.endswith("vbaProject.bin") for nom in noms):
            raise FichierRefuse("Ce classeur contient des macros : enregistrez-le en .xlsx simple, puis recommencez.")
        if "mimetype" in noms and "content.xml" in noms:
            raise FichierRefuse("Ce tableau est au format .ods : enregistrez-le en .xlsx ou en .csv, puis recommencez.")
        classeur = load_workbook(io.BytesIO(contenu), data_only=True, read_only=True)
        visibles = [f for f in classeur.worksheets if f.sheet_state == "visible"] or classeur.worksheets
        if not visibles:
            raise FichierRefuse("Ce classeur n'a aucune feuille.")
        feuille = visibles[0]
        feuille.reset_dimensions()
        for numero, ligne in enumerate(feuille.iter_rows(values_only=True)):
            if numero > LIGNES_MAX:
                raise FichierRefuse(f"Plus de {LIGNES_MAX} lignes : découpez le fichier, puis recommencez.")
            yield [_texte(v) for v in ligne[:COLONNES_MAX]]
    except FichierRefuse:
        raise
    except Exception:  # noqa: BLE001 - openpyxl and the XML under it raise anything on a damaged file
        raise refus from None


def _texte(valeur: Any) -> str:
    """A cell as one would type it: dates ISO, whole numbers without a decimal point, durations h:mm."""
    texte = ""
    if isinstance(valeur, datetime) and valeur.year <= 1900:
        valeur = valeur - datetime(1899, 12, 30)  # noqa: DTZ001 - a duration above a day, formatted as a time
    if isinstance(valeur, timedelta):
        minutes = round(valeur.total_seconds() / 60)
        texte = f"{'-' if minutes < 0 else ''}{abs(minutes) // 60}:{abs(minutes) % 60:02d}"
    elif isinstance(valeur, datetime):
        texte = valeur.date().isoformat()
    elif isinstance(valeur, date):
        texte = valeur.isoformat()
    elif isinstance(valeur, time):
        texte = f"{valeur.hour}:{valeur.minute:02d}"
    elif isinstance(valeur, float):
        texte = str(int(valeur)) if valeur.is_integer() else f"{round(valeur, 6):.6f}".rstrip("0")
    elif valeur is not None:
        texte = " ".join(str(valeur).split())
    return texte


def _csv(contenu: bytes) -> Iterable[list[str]]:
    texte = decoder(contenu)
    if "\0" in texte:
        raise FichierRefuse("Ce fichier n'est ni un classeur .xlsx ni un CSV : exportez-le dans l'un des deux.")
    tete = "\n".join(texte.splitlines()[:ENTETE_MAX])
    separateur = max((";", "\t", ",", "|"), key=tete.count)
    try:
        for numero, ligne in enumerate(csv.reader(io.StringIO(texte, newline=""), delimiter=separateur)):
            if numero > LIGNES_MAX:
                raise FichierRefuse(f"Plus de {LIGNES_MAX} lignes : découpez le fichier, puis recommencez.")
            yield [" ".join(c.split()) for c in ligne[:COLONNES_MAX]]
    except csv.Error:
        raise FichierRefuse("Ce CSV est abîmé : exportez-le de nouveau depuis votre logiciel.") from None


def interpreter(grille: Grille, imposees: Mapping[str, str], connu: Callable[[str, str], bool]) -> Tableau:
    """Header, roles and rows of a grid of cells."""
    largeur = max(len(ligne) for ligne in grille)
    rang, noms = _entete(grille, imposees, largeur)
    corps = grille[rang + 1 :]
    if not corps:
        raise FichierRefuse("Ce fichier n'a aucune ligne sous ses titres : choisissez-en un autre.")
    interdites, effacees = _sans_nir(noms, corps)
    titres = _titres(noms)
    lisibles = [[] if i in interdites else [*nom, titres[i]] for i, nom in enumerate(noms)]
    roles, partages = reconnaitre_noms(lisibles, imposees)
    valeurs = [[_cellule(ligne, i) for ligne in corps] if i not in interdites else [] for i in range(largeur)]
    pris = {*roles.values(), *(i for rangs in partages.values() for i in rangs), *interdites}
    devines = {r: i for r, i in deviner(lisibles, valeurs, roles, pris, connu).items() if r not in imposees}
    roles |= devines
    par_role = [*roles.items(), *((f"{r}{n}", i) for r, rangs in partages.items() for n, i in enumerate(rangs))]
    lignes = tuple(
        LigneLue(rang + 2 + n, {role: texte for role, i in par_role if (texte := _cellule(ligne, i))})
        for n, ligne in enumerate(corps)
        if any(_cellule(ligne, i) for _, i in par_role)
    )
    return Tableau(
        colonnes={role: titres[i] for role, i in roles.items()},
        devinees=tuple(devines),
        manques=manquantes(roles),
        ecartees=tuple(titres[i] for i in sorted(interdites)),
        cellules_effacees=effacees,
        sup=tuple(titres[i] for i in partages.get("sup", ())),
        absences=tuple(titres[i] for i in partages.get("abs", ())),
        toutes=tuple(
            Colonne(titres[i], tuple(list(dict.fromkeys(v for v in valeurs[i] if v))[:3]))
            for i in range(largeur)
            if i not in interdites and any(valeurs[i])
        ),
        sans_entete=rang < 0,
        lignes=lignes,
    )


def _cellule(ligne: list[str], rang: int) -> str:
    return ligne[rang] if rang < len(ligne) else ""


def _lettre(rang: int) -> str:
    """« Colonne C »: how a column without a name is called."""
    lettre = chr(65 + rang % 26)
    return f"Colonne {lettre if rang < 26 else chr(64 + rang // 26) + lettre}"


def _titres(noms: list[list[str]]) -> list[str]:
    """One distinct name for each column: two columns « Nom » are told apart by what stands above, or their letter."""
    titres: list[str] = []
    for rang, nom in enumerate(noms):
        essais = [*nom, *(f"{n} ({_lettre(rang).lower()})" for n in nom), _lettre(rang)]
        titres.append(next(essai for essai in essais if essai not in titres))
    return titres


def _entete(grille: Grille, imposees: Mapping[str, str], largeur: int) -> tuple[int, list[list[str]]]:
    """(rank, names by column) of the header: one row, or two when titles are merged over it; -1 without any.

    A column under a merged title goes by the lower name, then by both together.
    """
    # Titles that say nothing to us still are titles: a first row without any number over rows that have some.
    premiers = [_cellule(grille[0], i) for i in range(largeur)]
    meilleur: tuple[int, int, list[list[str]]] = (1, -1, [[_lettre(i)] for i in range(largeur)])
    if len([c for c in premiers if c]) > 1 and not any(c.isdigit() for texte in premiers for c in texte):
        meilleur = 0, 0, [[nom] if nom else [] for nom in premiers]
    for rang, ligne in enumerate(grille[:ENTETE_MAX]):
        bas = [_cellule(ligne, i) for i in range(largeur)]
        essais = [[[nom] if nom else [] for nom in bas]]
        if rang and sum(1 for c in grille[rang - 1] if c) > 1:
            essais.append(_deux_etages(grille[rang - 1], bas, largeur))
        for noms in essais:
            roles, partages = reconnaitre_noms(noms, imposees)
            note = len(roles) + sum(len(r) for r in partages.values())
            sur_deux = noms is not essais[0] and note == meilleur[0] and rang == meilleur[1] + 1
            if note > max(meilleur[0], min(rang, 1)) or (sur_deux and note > 1):
                meilleur = note, rang, noms
    return meilleur[1], meilleur[2]


def _deux_etages(haut: list[str], bas: list[str], largeur: int) -> list[list[str]]:
    noms: list[list[str]] = []
    courant = ""
    for i in range(largeur):
        propre = _cellule(haut, i)
        courant = propre or (courant if bas[i] else "")
        if bas[i]:
            noms.append([bas[i], f"{courant} {bas[i]}".strip()] if courant else [bas[i]])
        else:
            noms.append([propre] if propre else [])
    return noms


def _nomme_un_nir(nom: list[str]) -> bool:
    plats = [cle(n) for n in nom]
    return bool(colonnes_nir(nom, ())) or any(
        {"nir", "secu", "nss"} & {*p.split()} or "securite sociale" in p or p.replace(" ", "") in {"nss", "noss"}
        for p in plats
    )


def _porte_un_nir(cellule: str) -> bool:
    return len(cellule) >= 13 and len(re.findall(r"\d", cellule)) >= 12 and contient_nir(cellule)


def effacer_nir(grille: Grille) -> Grille:
    """The same cells, social security numbers blanked: what may be kept from one page to the next (R106)."""
    return [[NIR_EFFACE if _porte_un_nir(cellule) else cellule for cellule in ligne] for ligne in grille]


def _sans_nir(noms: list[list[str]], corps: Grille) -> tuple[set[int], int]:
    """Columns to drop, and how many lone cells were blanked elsewhere (R106). `corps` is changed in place."""
    interdites = {i for i, nom in enumerate(noms) if _nomme_un_nir(nom)}
    touchees: dict[int, list[int]] = {}
    pleines: dict[int, int] = {}
    for n, ligne in enumerate(corps):
        for i, cellule in enumerate(ligne):
            if not cellule:
                continue
            pleines[i] = pleines.get(i, 0) + 1
            if cellule == NIR_EFFACE or _porte_un_nir(cellule):
                touchees.setdefault(i, []).append(n)
    effacees = 0
    for i, rangs in touchees.items():
        if i in interdites or len(rangs) >= max(2, PART_NIR * pleines[i]) or len(rangs) == pleines[i]:
            interdites.add(i)
            continue
        for n in rangs:
            corps[n][i] = NIR_EFFACE
            effacees += 1
    return interdites, effacees
