"""Numbers as notices write them: « 1 200 », « 2.400 », « 62,5 », « quatre-vingts »."""

from __future__ import annotations

import re
from decimal import Decimal

CHIFFRES = r"(?<![\d,.])(?:\d{1,3}(?:[ .]\d{3})+(?!\d)|\d+)(?:,\d{1,2})?"
_UNITES = {
    "zero": 0,
    "un": 1,
    "deux": 2,
    "trois": 3,
    "quatre": 4,
    "cinq": 5,
    "six": 6,
    "sept": 7,
    "huit": 8,
    "neuf": 9,
    "dix": 10,
    "onze": 11,
    "douze": 12,
    "treize": 13,
    "quatorze": 14,
    "quinze": 15,
    "seize": 16,
}
_DIZAINES = {"vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60}
_MOTS = "|".join([*_UNITES, *_DIZAINES, "vingts", "cents?", "mille", "et"])
LETTRES = rf"\b(?:(?:{_MOTS})[ -]+){{1,8}}"
LETTRES_SEULES = rf"(?:(?:{_MOTS})(?:[ -]+|\b)){{1,8}}"


def en_nombre(ecrit: str) -> Decimal:
    """« 1 200 » → 1200, « 62,5 » → 62.5; dots and spaces separate thousands."""
    entier, _, reste = ecrit.partition(",")
    return Decimal(re.sub(r"\D", "", entier) + (f".{reste}" if reste else ""))


def en_toutes_lettres(ecrit: str) -> int:
    """« cent cinq » → 105, « quatre-vingts » → 80; 0 when it is no number."""
    total, courant = 0, 0
    for mot in re.split(r"[ -]+", ecrit.strip(" -")):
        if mot in _UNITES:
            courant += _UNITES[mot]
        elif mot in {"vingt", "vingts"} and courant % 100 == 4:
            courant += 76
        elif mot in _DIZAINES:
            courant += _DIZAINES[mot]
        elif mot.startswith("cent"):
            courant = max(courant, 1) * 100
        elif mot == "mille":
            total, courant = total + max(courant, 1) * 1000, 0
    return total + courant
