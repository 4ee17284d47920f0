"""The map of live marchés: outlines of communes, a dot per commune sized by hours. Its list says the same."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from marketplace.recherche.marches import LieuDeMarches
from marketplace.territoire.cartes import Carte, carte

RAYON_MIN, RAYON_MAX = 4.0, 22.0

_fonds: WeakKeyDictionary[Any, dict[str, Carte | None]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Point:
    """A dot: its centre, its radius (surface in proportion of hours), what it stands for."""

    x: float
    y: float
    rayon: float
    lieu: LieuDeMarches


@dataclass(frozen=True, slots=True)
class CarteMarches:
    """One path for every outline, and the dots above, small ones last so that none is hidden."""

    largeur: float
    hauteur: float
    contours: str
    points: tuple[Point, ...]


def _fond(s: Session, departement: str) -> Carte | None:
    """The outlines, read once per process: they change with the code of communes, not with the day."""
    fonds = _fonds.setdefault(s.get_bind().engine, {})
    if fonds.get(departement) is None:
        fonds[departement] = carte(s, departement)
    return fonds[departement]


def carte_des_marches(s: Session, departements: Sequence[str], lieux: Sequence[LieuDeMarches]) -> CarteMarches | None:
    """The map of the first département whose outlines are known; None when there is none."""
    fond = next((f for d in departements if (f := _fond(s, d)) is not None), None)
    if fond is None:
        return None
    plus = max((float(li.heures_prevues) for li in lieux), default=0.0) or 1.0
    points = []
    for lieu in lieux:
        if lieu.lat is None or lieu.lon is None:
            continue
        x, y = fond.placer(lieu.lat, lieu.lon)
        if not (0 <= x <= fond.largeur and 0 <= y <= fond.hauteur):
            continue
        rayon = max(RAYON_MIN, RAYON_MAX * math.sqrt(float(lieu.heures_prevues) / plus))
        points.append(Point(x, y, round(rayon, 1), lieu))
    points.sort(key=lambda p: -p.rayon)
    return CarteMarches(fond.largeur, fond.hauteur, "".join(c.d for c in fond.chemins), tuple(points))
