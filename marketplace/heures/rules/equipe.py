"""One number for a team (EI, ACI, EA, ESAT): shared between those who were there, to the hundredth, losing nothing."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal

from marketplace.erreurs import RegleViolee
from marketplace.valeurs import CENTIEME, somme

EN_EQUIPE = frozenset({"ei", "aci", "ea", "esat"})
"""Kinds of structures whose supervisor counts a team's hours, not each person's."""


def repartir_equipe(total: Decimal, poids: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Share `total` hours by weight (hours that each contrat foresees in the month); the parts sum to it exactly.

    What rounding leaves goes, a hundredth each, to the largest remainders, then in order. Raises RegleViolee without
    anybody, or when no weight is positive.
    """
    base = somme(poids)
    if not poids or base <= 0 or any(p < 0 for p in poids):
        raise RegleViolee("Cochez qui était là.", champ="equipe")
    exactes = [total * p / base for p in poids]
    parts = [e.quantize(CENTIEME, ROUND_FLOOR) for e in exactes]
    reste = int((total - somme(parts)) / CENTIEME)
    ordre = sorted(range(len(poids)), key=lambda i: (parts[i] - exactes[i], i))
    for i in ordre[:reste]:
        parts[i] += CENTIEME
    return tuple(parts)
