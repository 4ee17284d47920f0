"""A map of the territory: outlines of communes, a dot per commune sized by what it holds. Its list says the same."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from marketplace.territoire.cartes import Carte, carte

RAYON_MIN, RAYON_MAX = 4.0, 22.0

_fonds: WeakKeyDictionary[Any, dict[str, Carte | None]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Point:
    """A dot: its centre, its radius (surface in proportion of its weight), what it stands for."""

    x: float
    y: float
    rayon: float
    lieu: Any


@dataclass(frozen=True, slots=True)
class CarteLieux:
    """One path for every outline, and the dots above, small ones last so that none is hidden."""

    largeur: float
    hauteur: float
    contours: str
    points: tuple[Point, ...]


def _contours(fond: Carte) -> str:
    """Every outline as one path."""
    return "".join(c.d for c in fond.chemins)


def _fond(s: Session, departement: str) -> Carte | None:
    """The outlines, read once per process: they change with the code of communes, not with the day."""
    fonds = _fonds.setdefault(s.get_bind().engine, {})
    if fonds.get(departement) is None:
        fonds[departement] = carte(s, departement)
    return fonds[departement]


class Situe(Protocol):
    """A place that may be put on the map."""

    @property
    def lat(self) -> float | None:
        """Degrees north."""

    @property
    def lon(self) -> float | None:
        """Degrees east."""


L = TypeVar("L", bound=Situe)


def carte_des_lieux(
    s: Session, departements: Sequence[str], lieux: Sequence[L], poids: Callable[[L], float]
) -> CarteLieux | None:
    """The map of the first département whose outlines are known; None when there is none."""
    fond = next((f for d in departements if (f := _fond(s, d)) is not None), None)
    if fond is None:
        return None
    plus = max((poids(li) for li in lieux), default=0.0) or 1.0
    points = []
    for lieu in lieux:
        if lieu.lat is None or lieu.lon is None:
            continue
        x, y = fond.placer(lieu.lat, lieu.lon)
        if not (0 <= x <= fond.largeur and 0 <= y <= fond.hauteur):
            continue
        rayon = max(RAYON_MIN, RAYON_MAX * math.sqrt(poids(lieu) / plus))
        points.append(Point(x, y, round(rayon, 1), lieu))
    points.sort(key=lambda p: -p.rayon)
    return CarteLieux(fond.largeur, fond.hauteur, _contours(fond), tuple(points))
