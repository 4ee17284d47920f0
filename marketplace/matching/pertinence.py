"""Relevance of a person for an offre, learned or set by hand, and what the journey takes from it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from marketplace.matching.metiers import matrice_traits

SEUIL_COUVERTURE = 0.42
DISPERSION_TRAJET = 0.17  # spread of true over estimated journeys, in log


class Pertinence:
    """Hand-set until a model is trained; the learned one must always be replaceable by it."""

    neutre = 0.20

    def aisance_trajet(self, minutes: NDArray[np.float64], limite: NDArray[np.float64]) -> NDArray[np.float64]:
        """Chance that the true journey stays within the limit, given the estimate."""
        rapport = np.log(np.maximum(limite, 1.0) / np.maximum(minutes, 1.0))
        resultat: NDArray[np.float64] = ndtr(rapport / DISPERSION_TRAJET)
        return resultat

    def couvertes(self, demandees: Sequence[str], tenues: Sequence[str]) -> list[bool]:
        """Which of the skills asked for are met by one of the skills held, word for word or nearly."""
        a, b = matrice_traits(list(demandees)), matrice_traits(list(tenues))
        if not a.nnz or not b.nnz:
            return [False] * len(demandees)
        na = np.sqrt(np.asarray(a.multiply(a).sum(axis=1)).ravel())
        nb = np.sqrt(np.asarray(b.multiply(b).sum(axis=1)).ravel())
        sim = (a @ b.T).toarray() / np.maximum(np.outer(na, nb), 1e-9)
        return [bool(x) for x in sim.max(axis=1) >= SEUIL_COUVERTURE]
