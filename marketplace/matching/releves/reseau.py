"""Journeys by public transport: connections scanned in order of departure, every home commune at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from marketplace.matching.releves.table import JAMAIS, PAS_PREMIERE
from marketplace.matching.trajets import IMPOSSIBLE

MARCHE_KM = 0.35  # stops so near are one walk apart
MARCHE_MINUTES = 5  # between two lines, and from a stop to the door
DEPARTS = range(5 * 60, 9 * 60 + 1, 20)  # minutes of the day at which people leave home
TOUT_DEBUT = 2 * 60
LOIN = 32_000


@dataclass(frozen=True)
class Connexions:
    """`lignes`: (departure, arrival, from stop, to stop, trip), by departure; `commune`: of each stop, -1 elsewhere."""

    lignes: NDArray[np.int32]
    lieux: NDArray[np.float64]
    commune: NDArray[np.intp]
    courses: int


def _voisins(lieux: NDArray[np.float64]) -> list[NDArray[np.intp]]:
    """Stops a short walk away from each stop."""
    arbre = cKDTree(lieux)
    return [
        np.array([j for j in proches if j != i], np.intp)
        for i, proches in enumerate(arbre.query_ball_point(lieux, MARCHE_KM))
    ]


def _partir(reseau: Connexions, voisins: list[NDArray[np.intp]], n: int, depart: int) -> NDArray[np.int16]:
    """Earliest arrival at each commune (column) for those who leave each commune (row) at `depart`."""
    arret = np.full((len(reseau.commune), n), LOIN, np.int16)
    dedans = np.flatnonzero(reseau.commune >= 0)
    arret[dedans, reseau.commune[dedans]] = depart + MARCHE_MINUTES
    monte = np.zeros((reseau.courses, n), bool)
    debut = int(np.searchsorted(reseau.lignes[:, 0], depart))
    for part, arrive, de, vers, course in reseau.lignes[debut:].tolist():
        dans = monte[course]
        np.logical_or(dans, arret[de] <= part, out=dans)
        if not dans.any():
            continue
        mieux = dans & (arret[vers] > arrive)
        if not mieux.any():
            continue
        arret[vers, mieux] = arrive
        for voisin in voisins[vers]:
            a_pied = arret[voisin]
            np.minimum(a_pied, np.where(mieux, arrive + MARCHE_MINUTES, LOIN), out=a_pied, casting="unsafe")
    communes = np.full((n, n), LOIN, np.int32)
    np.minimum.at(communes, reseau.commune[dedans], arret[dedans].astype(np.int32))
    return (communes.T + MARCHE_MINUTES).astype(np.int16)


def parcourir(reseau: Connexions, n: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """(minutes, first arrival) between `n` communes, rows homes; see `Releve`.

    Minutes run from the door to the door, waiting included, leaving at the best of DEPARTS.
    """
    voisins = _voisins(reseau.lieux)
    minutes = np.full((n, n), LOIN, np.int32)
    for depart in DEPARTS:
        arrivee = _partir(reseau, voisins, n, depart).astype(np.int32)
        minutes = np.minimum(minutes, np.where(arrivee < LOIN, arrivee - depart, LOIN))
    tot = _partir(reseau, voisins, n, TOUT_DEBUT).astype(np.int32)
    meme = np.arange(n)
    for c in range(n):
        departs = reseau.lignes[reseau.commune[reseau.lignes[:, 2]] == c, 0]
        tot[c, c] = int(departs.min()) + 3 * MARCHE_MINUTES if len(departs) else LOIN
    minutes[meme, meme] = np.where(tot[meme, meme] < LOIN, 3 * MARCHE_MINUTES, LOIN)
    transports = np.where(minutes < IMPOSSIBLE, minutes, IMPOSSIBLE).astype(np.uint8)
    unites = -(-tot // PAS_PREMIERE)
    premiere = np.where((tot < LOIN) & (unites < JAMAIS), unites, JAMAIS).astype(np.uint8)
    return transports, premiere
