"""How hours and days are written inside the sentences of the rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from marketplace.valeurs import NOMS_DES_MOIS, arrondir

_INSECABLE = "\u00a0"
_FINE_INSECABLE = "\u202f"


def nombre_en_texte(valeur: Decimal, decimales: int = 2) -> str:
    """« 1 234,5 »: at most `decimales` digits after the comma, no trailing zero, thin no-break spaces."""
    arrondi = arrondir(valeur, Decimal(1).scaleb(-decimales))
    entier, _, fraction = f"{arrondi:,.{decimales}f}".partition(".")
    fraction = fraction.rstrip("0")
    texte = entier.replace(",", _FINE_INSECABLE)
    return f"{texte},{fraction}" if fraction else texte


def heures_en_texte(valeur: Decimal) -> str:
    """« 1 234,5 h »."""
    return f"{nombre_en_texte(valeur)}{_INSECABLE}h"


def jour_en_texte(jour: date, *, repere: date | None = None) -> str:
    """« 30 juin », with the year unless it is the year of `repere`; the first of a month is « 1er »."""
    quantieme = "1er" if jour.day == 1 else str(jour.day)
    texte = f"{quantieme} {NOMS_DES_MOIS[jour.month - 1]}"
    return texte if repere is not None and repere.year == jour.year else f"{texte} {jour.year}"


def mois_en_texte(mois: date) -> str:
    """« octobre 2026 »."""
    return f"{NOMS_DES_MOIS[mois.month - 1]} {mois.year}"


def de_mois_en_texte(mois: date) -> str:
    """« d'octobre 2026 », « de mars 2026 »."""
    texte = mois_en_texte(mois)
    return f"d'{texte}" if texte[0] in "ao" else f"de {texte}"


def periode_en_texte(mois: Sequence[date]) -> str:
    """« octobre 2026 »; « juillet à septembre 2026 » for several months, first to last."""
    debut, fin = min(mois), max(mois)
    if debut == fin:
        return mois_en_texte(fin)
    annee = "" if debut.year == fin.year else f" {debut.year}"
    return f"{NOMS_DES_MOIS[debut.month - 1]}{annee} à {mois_en_texte(fin)}"


def de_periode_en_texte(mois: Sequence[date]) -> str:
    """« d'octobre 2026 », « de juillet à septembre 2026 »."""
    texte = periode_en_texte(mois)
    return f"d'{texte}" if texte[0] in "ao" else f"de {texte}"
