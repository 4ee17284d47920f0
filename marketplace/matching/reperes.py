"""Routed landmarks: a few dozen communes whose real car times are known sharpen every other journey.

Each pair is corrected by what the landmarks say of both ends (triangle bounds, how far the estimate is off
around them). Fitted on the territory's own landmark rows, so nothing has to transfer from elsewhere.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor

from marketplace.matching.trajets import Trajets
from marketplace.matching.valeurs import ErreurMatching

REPERES_MIN = 8
MINUTES_MAX = 150.0
LOT = 20_000


class CorrectionReperes:
    """Correction factor of the car estimate, learned from rows « commune x landmark » in minutes."""

    def __init__(
        self,
        trajets: Trajets,
        communes: NDArray[np.intp],
        reperes: NDArray[np.intp],
        minutes: NDArray[np.float64],
        graine: int = 0,
    ) -> None:
        if minutes.shape != (len(communes), len(reperes)):
            raise ErreurMatching("Trajets repères : une ligne par commune et une colonne par repère attendues.")
        if len(reperes) < REPERES_MIN:
            raise ErreurMatching(f"Il faut au moins {REPERES_MIN} communes repères.")
        self.trajets = trajets
        self.rang = {int(c): i for i, c in enumerate(communes)}
        self.communes, self.reperes = communes, reperes
        self.minutes = np.where(minutes > 0.5, minutes, np.nan)
        base = np.stack([trajets.voiture_paires(np.full(len(communes), r), communes) for r in reperes], axis=1)
        with np.errstate(invalid="ignore"):
            self.ecarts = np.log(self.minutes / base)
        self.km = np.stack([trajets.km(int(r), communes) for r in reperes], axis=1)
        self.modele = self._apprendre(graine)

    def _apprendre(self, graine: int) -> HistGradientBoostingRegressor:
        lignes = np.repeat(np.arange(len(self.communes)), len(self.reperes))
        colonnes = np.tile(np.arange(len(self.reperes)), len(self.communes))
        vrai = self.minutes[lignes, colonnes]
        autre = np.array([self.rang.get(int(r), -1) for r in self.reperes])[colonnes]
        bon = np.isfinite(vrai) & (vrai <= MINUTES_MAX) & (autre >= 0) & (autre != lignes)
        lignes, colonnes, autre, vrai = lignes[bon], colonnes[bon], autre[bon], vrai[bon]
        x = np.vstack([self._traits(lignes, autre, colonnes), self._traits(autre, lignes, colonnes)])
        base = self._base(lignes, autre)
        modele = HistGradientBoostingRegressor(
            max_iter=250 if len(x) > 8000 else 60,
            learning_rate=0.06,
            max_leaf_nodes=24,
            min_samples_leaf=30,
            random_state=graine,
        )
        modele.fit(x, np.tile(np.log(vrai / base), 2))
        return modele

    def _base(self, i: NDArray[np.intp], j: NDArray[np.intp]) -> NDArray[np.float64]:
        return self.trajets.voiture_paires(self.communes[i], self.communes[j])

    def _traits(self, i: NDArray[np.intp], j: NDArray[np.intp], sans: NDArray[np.intp]) -> NDArray[np.float64]:
        """What the landmarks say of pairs (i, j); `sans` names a landmark to leave out, -1 for none."""
        sortie = []
        for d in range(0, len(i), LOT):
            a, b, s = i[d : d + LOT], j[d : d + LOT], sans[d : d + LOT]
            ta, tb, ra, rb = (
                t[r].copy() for t, r in ((self.minutes, a), (self.minutes, b), (self.ecarts, a), (self.ecarts, b))
            )
            otes = np.flatnonzero(s >= 0)
            for t in (ta, tb, ra, rb):
                t[otes, s[otes]] = np.nan
            base = self._base(a, b)
            somme, ecart = ta + tb, np.abs(ta - tb)
            with np.errstate(all="ignore"):
                haut = np.sort(np.where(np.isnan(somme), 1e4, somme), axis=1)
                bas = -np.sort(-np.where(np.isnan(ecart), 0.0, ecart), axis=1)
            moyennes = []
            for puissance in (1, 3):
                for r, vers in ((ra, b), (rb, a)):
                    poids = np.where(np.isnan(r), 0.0, 1.0 / (self.km[vers] + 3.0) ** puissance)
                    moyennes.append(np.nansum(np.nan_to_num(r) * poids, axis=1) / np.maximum(poids.sum(axis=1), 1e-12))
            ma, mb, pa, pb = moyennes
            da, db = self.trajets.log_densite[self.communes[a]], self.trajets.log_densite[self.communes[b]]
            sortie.append(
                np.stack(
                    [
                        np.log(base),
                        np.log(haut[:, 0] / base),
                        np.log(np.maximum(bas[:, 0], 0.5) / base),
                        np.log(haut[:, :4].mean(axis=1) / base),
                        np.log(np.maximum(bas[:, :4].mean(axis=1), 0.5) / base),
                        ma + mb,
                        pa + pb,
                        np.maximum(pa, pb),
                        np.minimum(pa, pb),
                        da + db,
                        np.abs(da - db),
                    ],
                    axis=1,
                )
            )
        return np.concatenate(sortie)

    def voiture(self, depuis: NDArray[np.intp], vers: NDArray[np.intp]) -> NDArray[np.float64]:
        """Corrected minutes between communes (numbers in Communes); pairs out of the rows keep the estimate."""
        base = self.trajets.voiture_paires(depuis, vers)
        i = np.array([self.rang.get(int(c), -1) for c in depuis])
        j = np.array([self.rang.get(int(c), -1) for c in vers])
        connus = np.flatnonzero((i >= 0) & (j >= 0) & (depuis != vers))
        if len(connus):
            a, b, sans = i[connus], j[connus], np.full(len(connus), -1)
            deux = (self.modele.predict(self._traits(a, b, sans)) + self.modele.predict(self._traits(b, a, sans))) / 2
            base[connus] *= np.exp(deux)
        return base

    def transports(
        self, lieu: int, communes: NDArray[np.intp], estime: NDArray[np.float64], arrivee: int | None
    ) -> NDArray[np.float64]:
        """Landmarks know roads only: the estimate stays."""
        return estime
