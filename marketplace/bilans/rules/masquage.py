"""Small counts stay hidden, and cannot be found again by subtraction (R98).

A table is a set of cells tied by sums (a row, a column, a table and its grand total, two tables that share a total).
Hiding the cells of 1 to 4 people is not enough: a row with one hidden cell gives it away. More cells are hidden
until an attacker who knows every visible cell, every sum, and that a hidden cell is at least 1, can find none.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeVar

from marketplace.erreurs import RegleViolee

K = TypeVar("K", bound=Hashable)
SEUIL = 5


@dataclass(frozen=True)
class Somme(Generic[K]):
    """`total` is the sum of `parties`; all are cells."""

    total: K
    parties: tuple[K, ...]


def masquer(cellules: Mapping[K, int], sommes: Sequence[Somme[K]], seuil: int = SEUIL) -> frozenset[K]:
    """Cells to hide: those of 1 to seuil - 1 people, and as few others as the search finds to protect them.

    What goes with a hidden count (hours, percentages) is hidden by the caller too. Raises RegleViolee when a sum
    does not hold or a count is negative.
    """
    for s in sommes:
        if cellules[s.total] != sum(cellules[p] for p in s.parties):
            raise RegleViolee("Un total ne correspond pas à ses lignes : le tableau ne peut pas être masqué.")
    if any(valeur < 0 for valeur in cellules.values()):
        raise RegleViolee("Un effectif ne peut pas être négatif.")
    sensibles = frozenset(k for k, valeur in cellules.items() if 0 < valeur < seuil)
    totaux = {s.total for s in sommes}
    masquees = set(sensibles)
    while sensibles & (trouvees := deductibles(cellules, sommes, frozenset(masquees))):
        concernees = [s for s in sommes if trouvees & {s.total, *s.parties}]
        candidates = {k for s in concernees for k in (s.total, *s.parties)} - masquees
        # When the sums of the cells found are exhausted, any visible cell left.
        candidates = {k for k in candidates or cellules.keys() - masquees if cellules[k] > 0}
        if not candidates:
            break
        seules = [s for s in sommes if len(masquees & {s.total, *s.parties}) == 1]

        def cout(k: K, seules: Sequence[Somme[K]] = tuple(seules)) -> tuple[bool, int, int, str]:
            """Totals last; then the cell that leaves fewest sums with one hidden cell; then the smallest."""
            fermees = sum(k in (s.total, *s.parties) for s in seules)
            return k in totaux, -fermees, cellules[k], str(k)

        masquees.add(min(candidates, key=cout))
    return frozenset(masquees)


def deductibles(cellules: Mapping[K, int], sommes: Sequence[Somme[K]], masquees: frozenset[K]) -> frozenset[K]:
    """Hidden cells whose value an attacker can find, by elimination or by narrowing bounds."""
    inconnues = sorted(masquees, key=str)
    equations: list[tuple[dict[K, int], int]] = []
    for s in sommes:
        coefficients: dict[K, int] = {}
        constante = 0
        for cle, signe in ((s.total, -1), *((p, 1) for p in s.parties)):
            if cle in masquees:
                coefficients[cle] = coefficients.get(cle, 0) + signe
            else:
                constante -= signe * cellules[cle]
        coefficients = {k: c for k, c in coefficients.items() if c}
        if coefficients:
            equations.append((coefficients, constante))
    return _par_elimination(inconnues, equations) | _par_bornes(inconnues, equations)


def _par_elimination(inconnues: Sequence[K], equations: Sequence[tuple[dict[K, int], int]]) -> frozenset[K]:
    """Unknowns fixed by the equations alone: rows of the reduced form with a single non-zero coefficient."""
    rang_de = {k: rang for rang, k in enumerate(inconnues)}
    lignes: list[dict[int, Fraction]] = []
    for coefficients, _ in equations:
        ligne = {rang_de[k]: Fraction(c) for k, c in coefficients.items()}
        for pivot in lignes:
            ligne = _retrancher(ligne, pivot)
        if ligne:
            tete = min(ligne)
            ligne = {r: c / ligne[tete] for r, c in ligne.items()}
            lignes = [_retrancher(autre, ligne) for autre in lignes]
            lignes.append(ligne)
    return frozenset(inconnues[min(ligne)] for ligne in lignes if len(ligne) == 1)


def _retrancher(ligne: dict[int, Fraction], pivot: dict[int, Fraction]) -> dict[int, Fraction]:
    facteur = ligne.get(min(pivot), Fraction(0))
    if not facteur:
        return ligne
    rangs = ligne.keys() | pivot.keys()
    reste = {r: ligne.get(r, Fraction(0)) - facteur * pivot.get(r, Fraction(0)) for r in rangs}
    return {r: c for r, c in reste.items() if c}


def _par_bornes(inconnues: Sequence[K], equations: Sequence[tuple[dict[K, int], int]]) -> frozenset[K]:
    """Unknowns whose lowest and highest possible values meet, knowing that each is at least 1."""
    bas: dict[K, float] = dict.fromkeys(inconnues, 1)
    haut: dict[K, float] = dict.fromkeys(inconnues, float("inf"))
    change = True
    while change:
        change = False
        for coefficients, constante in equations:
            for k, c in coefficients.items():
                # c × k = constante - Σ others: the others at their extremes bound k.
                autres = [(j, d) for j, d in coefficients.items() if j != k]
                maxi = constante - sum(d * (bas[j] if d > 0 else haut[j]) for j, d in autres)
                mini = constante - sum(d * (haut[j] if d > 0 else bas[j]) for j, d in autres)
                borne_haute, borne_basse = (maxi, mini) if c > 0 else (-mini, -maxi)
                if borne_haute < haut[k]:
                    haut[k], change = borne_haute, True
                if borne_basse > bas[k]:
                    bas[k], change = borne_basse, True
    return frozenset(k for k in inconnues if bas[k] == haut[k])


Case = tuple[int, int]
TOTAL = -1
"""Rank of the total of a row or of a column."""


def masquer_tableau(effectifs: Sequence[Sequence[int]], seuil: int = SEUIL) -> frozenset[Case]:
    """Cells (row, column) to hide in a table published with its totals; rank -1 is the total of a row or column."""
    cellules, sommes = decrire_tableau(effectifs)
    return masquer(cellules, sommes, seuil)


def decrire_tableau(effectifs: Sequence[Sequence[int]]) -> tuple[dict[Case, int], list[Somme[Case]]]:
    """Cells and sums of a two-way table, its totals included. Raises RegleViolee for rows of unequal lengths."""
    largeur = len(effectifs[0]) if effectifs else 0
    if any(len(ligne) != largeur for ligne in effectifs):
        raise RegleViolee("Les lignes du tableau n'ont pas toutes la même longueur.")
    cellules = {(i, j): v for i, ligne in enumerate(effectifs) for j, v in enumerate(ligne)}
    lignes, colonnes = range(len(effectifs)), range(largeur)
    cellules |= {(i, TOTAL): sum(effectifs[i]) for i in lignes}
    cellules |= {(TOTAL, j): sum(effectifs[i][j] for i in lignes) for j in colonnes}
    cellules[TOTAL, TOTAL] = sum(map(sum, effectifs))
    sommes = [Somme((i, TOTAL), tuple((i, j) for j in colonnes)) for i in (*lignes, TOTAL)]
    sommes += [Somme((TOTAL, j), tuple((i, j) for i in lignes)) for j in (*colonnes, TOTAL)]
    return cellules, sommes
