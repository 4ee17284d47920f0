"""Facets: for each value of a filter, how many things would be left."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

VALEURS_MONTREES = 8


@dataclass(frozen=True, slots=True)
class ValeurFacette:
    """One value: what the address carries, what is read, how many things, whether it is the one asked for."""

    code: str
    libelle: str
    nombre: int
    choisie: bool


@dataclass(frozen=True, slots=True)
class Facette:
    """One filter: its name in the address, its title, its values, most frequent first. `autres`: not shown."""

    parametre: str
    libelle: str
    valeurs: tuple[ValeurFacette, ...]
    autres: int


def facette(
    parametre: str,
    libelle: str,
    comptes: Mapping[str, int],
    noms: Mapping[str, str] | Callable[[Sequence[str]], Mapping[str, str]],
    choisie: str,
    montrees: int = VALEURS_MONTREES,
) -> Facette:
    """The most frequent values, and the one asked for whatever its rank, even when it leaves nothing."""
    codes = sorted(comptes, key=lambda c: (-comptes[c], c))[:montrees]
    if choisie and choisie not in codes:
        codes.append(choisie)
    lus = noms(codes) if callable(noms) else noms
    valeurs = tuple(ValeurFacette(c, lus.get(c, c), comptes.get(c, 0), c == choisie) for c in codes)
    return Facette(parametre, libelle, valeurs, max(0, len(comptes) - len(codes)))
