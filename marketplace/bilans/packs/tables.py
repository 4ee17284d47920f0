"""Small tables of the packs, from rows of plain values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from marketplace.bilans.vue import Colonne, LigneVue, TableauVu

ZERO = Decimal(0)


def tableau(
    code: str,
    titre: str,
    entete: str,
    colonnes: Sequence[Colonne],
    lignes: Iterable[tuple[str, Sequence[Decimal | None]]],
    *,
    total: bool = False,
    note: str = "",
    vide: str = "–",
) -> TableauVu:
    """A table; its total sums the columns when asked."""
    rangees = tuple(LigneVue(nom, nom, tuple(cases)) for nom, cases in lignes)
    somme = None
    if total:
        somme = tuple(sum((li.cases[j] or ZERO for li in rangees), ZERO) for j in range(len(colonnes)))
    return TableauVu(code, titre, entete, tuple(colonnes), rangees, somme, note, vide)
