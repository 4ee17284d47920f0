"""Plain values shared by every room: how they are read from French text, computed and kept.

Nothing here knows a table, a page or a clock.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Generic, TypeVar

from marketplace.erreurs import RegleViolee

CENTIEME = Decimal("0.01")
NOMS_DES_MOIS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
_BLANCS = re.compile(r"[\s\u00a0\u202f]+")
_HEURES_MINUTES = re.compile(r"^(\d{1,4})\s*[hH:]\s*([0-5]?\d)?$")
V = TypeVar("V")


def cle(texte: str) -> str:
    """Sort and search key: accents folded, lower case, everything but letters and digits turned to one blank."""
    plat = texte.replace("œ", "oe").replace("Œ", "Oe").replace("æ", "ae").replace("Æ", "Ae")
    plat = unicodedata.normalize("NFKD", plat)
    plat = "".join(c for c in plat if not unicodedata.combining(c)).lower()
    return " ".join(re.findall(r"[a-z0-9]+", plat))


def lire_decimal(texte: str, *, champ: str | None = None) -> Decimal:
    """« 1 234,5 », « 7.5 » → Decimal. Raises RegleViolee when the text is no finite number."""
    brut = _BLANCS.sub("", texte).replace(",", ".")
    try:
        valeur = Decimal(brut)
    except InvalidOperation:
        raise RegleViolee(f"« {texte.strip()} » n'est pas un nombre : écrivez par exemple 7,5.", champ=champ) from None
    if not valeur.is_finite():
        raise RegleViolee("Ce nombre est illisible : écrivez par exemple 7,5.", champ=champ)
    return valeur


def lire_heures(texte: str, *, champ: str | None = None) -> Decimal:
    """Hours with two decimals from « 7,5 », « 7.5 », « 7h30 », « 7 h », « 1 234,5 ».

    Raises RegleViolee when the text is no number, is negative, or carries more than two decimals.
    """
    brut = _BLANCS.sub("", texte)
    trouve = _HEURES_MINUTES.match(brut)
    if trouve:
        minutes = Decimal(trouve.group(2) or 0)
        return (Decimal(trouve.group(1)) + minutes / 60).quantize(CENTIEME, ROUND_HALF_UP)
    valeur = lire_decimal(brut.rstrip("hH") if brut.lower().endswith("h") else texte, champ=champ)
    if valeur < 0:
        raise RegleViolee("Un nombre d'heures ne peut pas être négatif : vérifiez votre saisie.", champ=champ)
    if valeur != valeur.quantize(CENTIEME):
        raise RegleViolee("Deux chiffres après la virgule au plus : écrivez par exemple 7,25.", champ=champ)
    return valeur.quantize(CENTIEME)


def lire_siret(texte: str, *, champ: str | None = None) -> str:
    """The 14 digits of a SIRET whose Luhn key holds (La Poste's establishments have their own key).

    Raises RegleViolee otherwise.
    """
    chiffres = re.sub(r"[\s\u00a0\u202f.\-]", "", texte)
    if not re.fullmatch(r"\d{14}", chiffres):
        raise RegleViolee("Un numéro SIRET compte 14 chiffres : vérifiez-le sur votre extrait Kbis.", champ=champ)
    if not siret_valide(chiffres):
        raise RegleViolee(
            "Ce numéro SIRET n'existe pas : vérifiez les 14 chiffres sur votre extrait Kbis.", champ=champ
        )
    return chiffres


def siret_valide(chiffres: str) -> bool:
    """Whether 14 digits carry a valid key."""
    if not re.fullmatch(r"\d{14}", chiffres):
        return False
    if chiffres.startswith("356000000"):
        return sum(map(int, chiffres)) % 5 == 0
    total = 0
    for rang, chiffre in enumerate(reversed(chiffres)):
        n = int(chiffre) * (2 if rang % 2 else 1)
        total += n - 9 if n > 9 else n
    return total % 10 == 0


def arrondir(valeur: Decimal, pas: Decimal = Decimal(1), mode: str = "demi_superieur") -> Decimal:
    """`valeur` at the nearest multiple of `pas` (half up), or the one below with mode « plancher »."""
    arrondi = ROUND_FLOOR if mode == "plancher" else ROUND_HALF_UP
    return (valeur / pas).quantize(Decimal(1), arrondi) * pas


def ajouter_mois(jour: date, mois: int) -> date:
    """The same day `mois` months later (earlier when negative), clamped to the end of the month."""
    rang = jour.year * 12 + jour.month - 1 + mois
    annee, m = divmod(rang, 12)
    return date(annee, m + 1, min(jour.day, calendar.monthrange(annee, m + 1)[1]))


def premier_du_mois(jour: date) -> date:
    """First day of the month of `jour`: how a month is written everywhere."""
    return jour.replace(day=1)


def dernier_du_mois(jour: date) -> date:
    """Last day of the month of `jour`."""
    return jour.replace(day=calendar.monthrange(jour.year, jour.month)[1])


def mois_entre(debut: date, fin: date) -> list[date]:
    """The months, as their first days, that touch [debut, fin]; empty when fin < debut."""
    mois, courant = [], premier_du_mois(debut)
    while courant <= fin:
        mois.append(courant)
        courant = ajouter_mois(courant, 1)
    return mois


def jours_communs(debut_a: date, fin_a: date, debut_b: date, fin_b: date) -> int:
    """Number of days shared by two inclusive periods."""
    return max(0, (min(fin_a, fin_b) - max(debut_a, debut_b)) // timedelta(days=1) + 1)


@dataclass(frozen=True, slots=True)
class Valeur(Generic[V]):
    """One dated value of a regulated number, with where it comes from."""

    valeur: V
    a_partir_du: date
    source: str


class Bareme(Generic[V]):
    """A number that a law or a territory can change: (value, valid from, source), never a bare constant."""

    def __init__(self, *valeurs: Valeur[V]) -> None:
        if not valeurs:
            raise ValueError("a Bareme holds at least one value")
        self.valeurs: tuple[Valeur[V], ...] = tuple(sorted(valeurs, key=lambda v: v.a_partir_du))

    def ligne_au(self, jour: date) -> Valeur[V]:
        """The entry in force on `jour`; the earliest one for a date before all (raises nothing)."""
        en_vigueur = [v for v in self.valeurs if v.a_partir_du <= jour]
        return en_vigueur[-1] if en_vigueur else self.valeurs[0]

    def au(self, jour: date) -> V:
        """The value in force on `jour`."""
        return self.ligne_au(jour).valeur


ParametreDate = Bareme


def somme(valeurs: Iterable[Decimal]) -> Decimal:
    """Sum of decimals, `Decimal(0)` when there are none."""
    return sum(valeurs, Decimal(0))
