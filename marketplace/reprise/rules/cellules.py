"""How the cells of a facilitateur's workbook are read: hours, dates and months, as people type them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from marketplace.erreurs import RegleViolee
from marketplace.valeurs import CENTIEME, arrondir, cle, dernier_du_mois, lire_decimal

_VIDES = frozenset({"", "neant", "aucun", "aucune", "nc", "n c", "so", "sans objet", "nr", "x", "vide"})
_MOIS = {
    "janvier": 1, "janv": 1, "jan": 1, "fevrier": 2, "fevr": 2, "fev": 2, "mars": 3, "avril": 4, "avr": 4,
    "mai": 5, "juin": 6, "juillet": 7, "juil": 7, "jul": 7, "aout": 8, "septembre": 9, "sept": 9, "sep": 9,
    "octobre": 10, "oct": 10, "novembre": 11, "nov": 11, "decembre": 12, "dec": 12,
}  # fmt: skip
_ISO = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[ T].*)?")
_JOUR = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})")
_MOIS_ANNEE = re.compile(r"(\d{1,2})[/.\-](\d{4})")
_EN_LETTRES = re.compile(r"(?:(\d{1,2})(?:er)? )?([a-z]+) (\d{4}|\d{2})")
_HEURES = re.compile(r"(-?[\d .,]+?)\s*(?:(?:h|hr|hrs|heures?)\s*(?:(\d{1,2})\s*(?:mn|min)?)?)?")
_SERIE_EXCEL = re.compile(r"[3-6]\d{4}(?:\.0+)?")
_ORIGINE_EXCEL = date(1899, 12, 30)
HEURES_MAX = Decimal(10_000_000)


@dataclass(frozen=True, slots=True, order=True)
class Mois:
    """A period of whole months: the first days of its first and of its last month."""

    depuis: date
    jusque: date


def est_vide(texte: str) -> bool:
    """Whether a cell says nothing: blank, a dash, « néant », « sans objet »."""
    return cle(texte) in _VIDES and not re.search(r"\d", texte)


def lire_heures_source(texte: str, *, champ: str = "heures") -> Decimal | None:
    """« 1 234,5 h », « 120h30 », « 35 heures », « 1.234,5 » → hours with two decimals; None when the cell says nothing.

    Raises RegleViolee for a text that is no number, and for a negative one.
    """
    if est_vide(texte):
        return None
    brut = texte.replace("\u00a0", " ").replace("\u202f", " ").strip().lower()
    trouve = _HEURES.fullmatch(brut)
    if trouve is None:
        raise RegleViolee(f"« {texte.strip()} » n'est pas un nombre d'heures.", champ=champ)
    nombre = trouve.group(1)
    if "," in nombre and "." in nombre:
        nombre = nombre.replace("." if nombre.rindex(",") > nombre.rindex(".") else ",", "")
    valeur = lire_decimal(nombre, champ=champ)
    if trouve.group(2) is not None:
        if int(trouve.group(2)) > 59:
            raise RegleViolee(f"« {texte.strip()} » n'est pas un nombre d'heures.", champ=champ)
        valeur += Decimal(trouve.group(2)) / 60
    if valeur < 0:
        raise RegleViolee("Un nombre d'heures ne peut pas être négatif.", champ=champ)
    if valeur > HEURES_MAX:
        raise RegleViolee("Ce nombre dépasse dix millions d'heures : vérifiez la cellule.", champ=champ)
    # A spreadsheet keeps 0,1 + 0,2 with seventeen digits: what it shows is what was meant.
    return arrondir(valeur, CENTIEME).quantize(CENTIEME)


def _annee(texte: str) -> int:
    nombre = int(texte)
    return nombre if nombre > 99 else 2000 + nombre if nombre < 70 else 1900 + nombre


def lire_jour_source(texte: str, *, champ: str = "date") -> date | None:
    """« 12/03/2020 », « 12.03.20 », « 12 mars 2020 », « mars-20 » (the 1st), « 43902 » (a spreadsheet's day number).

    None when the cell holds no digit (« à définir »). Raises RegleViolee for a day that does not exist.
    """
    if not re.search(r"\d", texte):
        return None
    brut = texte.strip()
    try:
        if trouve := _ISO.fullmatch(brut):
            return date(int(trouve[1]), int(trouve[2]), int(trouve[3]))
        if trouve := _JOUR.fullmatch(brut):
            return date(_annee(trouve[3]), int(trouve[2]), int(trouve[1]))
        if trouve := _MOIS_ANNEE.fullmatch(brut):
            return date(int(trouve[2]), int(trouve[1]), 1)
        if _SERIE_EXCEL.fullmatch(brut):
            return _ORIGINE_EXCEL + timedelta(days=int(float(brut)))
        if (trouve := _EN_LETTRES.fullmatch(cle(brut))) and trouve[2] in _MOIS:
            return date(_annee(trouve[3]), _MOIS[trouve[2]], int(trouve[1] or 1))
    except ValueError:
        raise RegleViolee(f"« {brut} » n'est pas un jour qui existe.", champ=champ) from None
    raise RegleViolee(f"« {brut} » n'est pas une date : écrivez jour/mois/année.", champ=champ)


def lire_periode(texte: str, annee: int | None = None) -> Mois | None:
    """The months a header or a cell names: « janv-20 », « 03/2020 », « mars » (of `annee`), « 2020 »; None if none."""
    plat = cle(texte)
    mots = plat.split()
    annees = [int(m) for m in mots if re.fullmatch(r"(?:19|20)\d\d", m)]
    mois = [_MOIS[m] for m in mots if m in _MOIS]
    if len(mois) == 1 and len(mots) <= 3:
        courte = [m for m in mots if re.fullmatch(r"\d\d", m)]
        an = annees[0] if annees else _annee(courte[0]) if courte else annee
        return None if an is None else _un_mois(an, mois[0])
    if not mois and (trouve := _MOIS_ANNEE.fullmatch(texte.strip())) and 1 <= int(trouve[1]) <= 12:
        return _un_mois(int(trouve[2]), int(trouve[1]))
    if (trouve := _ISO.fullmatch(texte.strip())) and 1 <= int(trouve[2]) <= 12:
        return _un_mois(int(trouve[1]), int(trouve[2]))
    if len(annees) == 1 and not mois:
        return Mois(date(annees[0], 1, 1), date(annees[0], 12, 1))
    return None


def _un_mois(annee: int, mois: int) -> Mois:
    return Mois(date(annee, mois, 1), date(annee, mois, 1))


def jour_annonce(textes: list[str]) -> date | None:
    """The day a title gives its figures for: « au 31/12/2020 », « au 31 décembre 2020 », « bilan 2020 » (its last)."""
    for texte in textes:
        trouve = re.search(r"\bau (\d{1,2}(?:er)? ?[/. ]?(?:\d{1,2}|[a-zéû]+)[/. ]\d{2,4})", texte.lower())
        if trouve:
            try:
                jour = lire_jour_source(trouve.group(1))
            except RegleViolee:
                jour = None
            if jour is not None:
                return jour
    for texte in textes:
        annees = re.findall(r"\b20\d\d\b", texte)
        if len(set(annees)) == 1:
            return dernier_du_mois(date(int(annees[0]), 12, 1))
    return None
