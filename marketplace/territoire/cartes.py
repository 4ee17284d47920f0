"""Outlines of communes turned into SVG paths on the server, on one flat projection."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.territoire.models import Commune, ContourCommune

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Chemin:
    """The outline of one commune: `d` goes in an SVG path; `x`, `y` is the middle of its box."""

    code_insee: str
    nom: str
    d: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Carte:
    """Outlines in one frame of `largeur` × `hauteur` pixels, and where a point falls in it."""

    largeur: float
    hauteur: float
    chemins: tuple[Chemin, ...]
    ouest: float
    nord: float
    echelle: float
    aplatissement: float

    def placer(self, lat: float, lon: float) -> Point:
        """Pixel of a point in degrees."""
        x = (lon - self.ouest) * self.aplatissement * self.echelle
        return round(x, 1), round((self.nord - lat) * self.echelle, 1)


def _anneaux(geometrie: dict[str, Any]) -> Iterator[list[list[float]]]:
    if geometrie["type"] == "Polygon":
        yield from geometrie["coordinates"]
    else:
        for polygone in geometrie["coordinates"]:
            yield from polygone


def carte(s: Session, departement: str, largeur: float = 720) -> Carte | None:
    """The communes of a département; None when its outlines are not in the base."""
    lignes = s.execute(
        select(ContourCommune.code_insee, Commune.nom, ContourCommune.geometrie)
        .join(Commune, Commune.code_insee == ContourCommune.code_insee)
        .where(Commune.code_departement == departement)
        .order_by(ContourCommune.code_insee)
    ).all()
    if not lignes:
        return None
    points = [p for _, _, geometrie in lignes for anneau in _anneaux(geometrie) for p in anneau]
    ouest, est = min(p[0] for p in points), max(p[0] for p in points)
    sud, nord = min(p[1] for p in points), max(p[1] for p in points)
    aplatissement = math.cos(math.radians((nord + sud) / 2))
    echelle = largeur / ((est - ouest) * aplatissement)
    cadre = Carte(largeur, round((nord - sud) * echelle, 1), (), ouest, nord, echelle, aplatissement)
    chemins = []
    for code, nom, geometrie in lignes:
        traces, pixels = [], []
        for anneau in _anneaux(geometrie):
            places = [cadre.placer(lat, lon) for lon, lat in anneau]
            pixels += places
            traces.append("M" + "L".join(f"{x:g} {y:g}" for x, y in places) + "Z")
        xs, ys = [p[0] for p in pixels], [p[1] for p in pixels]
        milieu = round((min(xs) + max(xs)) / 2, 1), round((min(ys) + max(ys)) / 2, 1)
        chemins.append(Chemin(code, nom, "".join(traces), *milieu))
    return Carte(largeur, cadre.hauteur, tuple(chemins), ouest, nord, echelle, aplatissement)
