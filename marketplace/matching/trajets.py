"""Minutes between communes by five modes: an estimate, said so wherever it is shown.

Car time is log-linear in distance and in the density of the people who live within a few km of both ends, which
needs no outline and is computed everywhere alike (fitted on routed journeys); the others derive from it or from a
constant speed. Minutes are whole and capped at 254; 255 means not possible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from marketplace.matching.referentiels import Communes

MODES = ("voiture", "deux_roues", "transports", "velo", "marche")
NOM_MODE = {
    "voiture": "en voiture",
    "deux_roues": "en deux-roues",
    "transports": "en transport en commun",
    "velo": "à vélo",
    "marche": "à pied",
}
IMPOSSIBLE = 255
RAYON_TERRE_KM = 6371.0
PORTEE_VOISINAGE = 3.0  # the people farther than this many `voisinage_km` no longer count
DENSITE_MIN_TRANSPORTS = 100.0  # inhabitants per km2 at both ends for a bus line to be likely
DEBUT_TRANSPORTS_MINUTES = 6 * 60  # first shift before this hour of the day: no bus yet


@dataclass(frozen=True)
class Coefficients:
    """min = exp(constante) km^distance 10^(densite d), d the mean log10 density of both ends.

    The three first are fitted on the routed car times of the 512 communes of the Isère (about 126 000 pairs,
    free flow, OpenStreetMap); see `entrainement.trajets` and `docs/modele.md` for what that is worth.
    `voisinage_km`: people count less with distance, as a bell curve of this standard deviation; 0 for the
    density of the commune itself.
    """

    constante: float = 1.9103
    distance: float = 0.7279
    densite: float = -0.1162
    voisinage_km: float = 2.0
    deux_roues: float = 1.25
    transports_facteur: float = 2.0
    transports_attente: float = 12.0
    velo_kmh: float = 14.0
    marche_kmh: float = 4.8
    detour: float = 1.3


class Correction(Protocol):
    """Something that knows journeys better than the formulas (routed landmarks, timetables)."""

    def voiture(self, depuis: NDArray[np.intp], vers: NDArray[np.intp]) -> NDArray[np.float64]:
        """Car minutes of pairs of communes."""
        ...

    def transports(
        self, lieu: int, communes: NDArray[np.intp], estime: NDArray[np.float64], arrivee: int | None
    ) -> NDArray[np.float64]:
        """Minutes by public transport from homes to a workplace; `estime` where nothing is known."""
        ...


class Trajets:
    """Journeys from one commune to many."""

    def __init__(self, communes: Communes, coefficients: Coefficients | None = None) -> None:
        self.communes = communes
        self.coefficients = coefficients or Coefficients()
        lat, lon = np.radians(communes.lat), np.radians(communes.lon)
        self._xyz = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
        self.densite = self._densites()
        self._log_densites: dict[float, NDArray[np.float64]] = {}
        self.correction: Correction | None = None

    @property
    def log_densite(self) -> NDArray[np.float64]:
        """log10 of the people per km2 around each commune, at least 0, under the coefficients in force."""
        return self._log_densite(self.coefficients.voisinage_km)

    def _log_densite(self, voisinage_km: float) -> NDArray[np.float64]:
        if voisinage_km not in self._log_densites:
            densite = self._habitants_autour(voisinage_km) if voisinage_km > 0 else self.densite
            self._log_densites[voisinage_km] = np.log10(np.maximum(densite, 1.0))
        return self._log_densites[voisinage_km]

    def _habitants_autour(self, ecart_km: float) -> NDArray[np.float64]:
        """People per km2 around each centre, near ones counting more."""
        arbre, corde = cKDTree(self._xyz), ecart_km / RAYON_TERRE_KM
        proches = arbre.sparse_distance_matrix(arbre, PORTEE_VOISINAGE * corde, output_type="coo_matrix")
        poids = np.exp(-0.5 * (proches.data / corde) ** 2) * self.communes.population[proches.col]
        somme = np.bincount(proches.row, poids, minlength=len(self.communes.codes))
        densites: NDArray[np.float64] = somme / (2 * np.pi * ecart_km**2)
        return densites

    def _densites(self) -> NDArray[np.float64]:
        """People per km2: from the outline where known, else from the area nearest to each centre."""
        surface = self.communes.surface_km2.copy()
        inconnues = np.isnan(surface)
        if inconnues.any():
            arbre = cKDTree(self._xyz)
            distances, _ = arbre.query(self._xyz[inconnues], k=7)
            moyen = distances[:, 1:].mean(axis=1) * RAYON_TERRE_KM
            surface[inconnues] = np.maximum(0.75 * moyen**2, 0.5)
        densites: NDArray[np.float64] = self.communes.population / np.maximum(surface, 0.05)
        return densites

    def km(self, depuis: int, vers: NDArray[np.intp]) -> NDArray[np.float64]:
        """Great-circle kilometres, at least 1."""
        cosinus = np.clip(self._xyz[vers] @ self._xyz[depuis], -1.0, 1.0)
        km: NDArray[np.float64] = np.maximum(np.arccos(cosinus) * RAYON_TERRE_KM, 1.0)
        return km

    def voiture_paires(
        self, depuis: NDArray[np.intp], vers: NDArray[np.intp], coefficients: Coefficients | None = None
    ) -> NDArray[np.float64]:
        """Car minutes of pairs of communes by the formula, element by element."""
        c = coefficients or self.coefficients
        cosinus = np.clip(np.einsum("ij,ij->i", self._xyz[depuis], self._xyz[vers]), -1.0, 1.0)
        km = np.maximum(np.arccos(cosinus) * RAYON_TERRE_KM, 1.0)
        log_densite = self._log_densite(c.voisinage_km)
        d = (log_densite[depuis] + log_densite[vers]) / 2
        minutes: NDArray[np.float64] = np.exp(c.constante) * km**c.distance * 10 ** (c.densite * d)
        return np.where(depuis == vers, np.clip(minutes, 8.0, 14.0), minutes)

    def voiture(self, depuis: int, vers: NDArray[np.intp]) -> NDArray[np.float64]:
        """Car minutes from one commune to many, sharpened by routed landmarks where imported."""
        departs = np.full(len(vers), depuis)
        if self.correction is not None:
            return self.correction.voiture(departs, vers)
        return self.voiture_paires(departs, vers)

    def corriger(self, correction: Correction | None) -> None:
        """Use (or drop) the real journeys of the territories, and what derives from them."""
        self.correction = correction

    def minutes_tous_modes(
        self, lieu: int, communes: NDArray[np.intp], arrivee: int | None = None
    ) -> NDArray[np.float64]:
        """Minutes from each commune (homes) to `lieu` (the workplace) for each of MODES; inf when not possible.

        `arrivee` is the minute of the day of the first shift: public transport counts only if it is there by then.
        """
        c = self.coefficients
        km = self.km(lieu, communes)
        voiture = self.voiture(lieu, communes)
        bus = c.transports_facteur * voiture + c.transports_attente
        desservi = (self.densite[communes] >= DENSITE_MIN_TRANSPORTS) & (self.densite[lieu] >= DENSITE_MIN_TRANSPORTS)
        if arrivee is not None and arrivee < DEBUT_TRANSPORTS_MINUTES:
            desservi &= False
        bus = np.where(desservi, bus, np.inf)
        if self.correction is not None:
            bus = self.correction.transports(lieu, communes, bus, arrivee)
        velo = km * c.detour / c.velo_kmh * 60
        marche = km * c.detour / c.marche_kmh * 60
        return np.stack([voiture, c.deux_roues * voiture, bus, velo, marche])

    def minutes(self, commune_a: str | None, commune_b: str | None, mode: str) -> int | None:
        """Whole minutes from home to work, None when a commune or the mode is unknown or the journey not possible."""
        a, b = self.communes.rang.get(commune_a or ""), self.communes.rang.get(commune_b or "")
        if a is None or b is None or mode not in MODES:
            return None
        valeur = float(self.minutes_tous_modes(b, np.array([a]))[MODES.index(mode), 0])
        return round(valeur) if np.isfinite(valeur) and valeur < IMPOSSIBLE else None


def bits_modes(modes: Sequence[str] | frozenset[str] | set[str]) -> int:
    """Modes as a bit set in the order of MODES."""
    return sum(1 << i for i, m in enumerate(MODES) if m in modes)


def lire_coefficients(brut: Mapping[str, float]) -> Coefficients:
    """Coefficients from a JSON object, unknown keys refused."""
    return Coefficients(**{k: float(v) for k, v in brut.items()})
