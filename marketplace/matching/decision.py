"""The second layer: what employers and référents decide, learned little by little from hand weights.

Shrunk to the hand weights by a Gaussian prior, signs held, off until its fairness report is approved
(R127). It never sees a protected ground, a refusal for distance, for mobility or for « freins » (R128),
nor the journey, which stays apart (R119).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logit

TRAITS = ("pertinence", "ecart_heures", "retard_semaines")
POIDS_A_LA_MAIN = (1.0, -0.3, -0.2)
BIAIS_A_LA_MAIN = 0.0
SIGNES = (1, -1, -1)
RETRECISSEMENT = 10.0
MINIMUM_POURCENTAGE = 1000  # decisions before a percentage may be shown
MOTIFS_EXCLUS = frozenset(
    {
        "distance",
        "trajet",
        "mobilite",
        "eloignement",
        "transport",
        "permis",
        "vehicule",
        "horaires_transport",
        "frein",
        "freins",
        "sante",
        "logement",
        "garde_enfant",
        "situation_personnelle",
    }
)


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided of a person shown for an offre; `motif` is the coded reason of a refusal."""

    pertinence: float
    ecart_heures: float
    retard_semaines: float
    acceptee: bool
    motif: str | None = None


def retenues(decisions: Iterable[Decision]) -> list[Decision]:
    """Decisions that may teach: refusals for distance, mobility or « freins » never do (R128)."""
    return [d for d in decisions if d.acceptee or (d.motif or "") not in MOTIFS_EXCLUS]


def tableau(
    pertinences: NDArray[np.float64], ecarts_heures: NDArray[np.float64], retards_semaines: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Columns of TRAITS: log-odds of relevance, gap of hours (tens), weeks late; all bounded."""
    return np.stack(
        [
            logit(np.clip(pertinences, 0.005, 0.995)),
            np.minimum(3.0, ecarts_heures / 10.0),
            np.minimum(6.0, retards_semaines),
        ],
        axis=1,
    )


def _tableau_decisions(decisions: Sequence[Decision]) -> NDArray[np.float64]:
    brut = np.array([[d.pertinence, d.ecart_heures, d.retard_semaines] for d in decisions], float)
    return tableau(brut[:, 0], brut[:, 1], brut[:, 2])


@dataclass(frozen=True)
class CoucheDecision:
    """Weights of the layer. `active` turns true only through `approuver`."""

    poids: tuple[float, ...] = POIDS_A_LA_MAIN
    biais: float = BIAIS_A_LA_MAIN
    nombre: int = 0
    ece: float | None = None
    active: bool = False
    rapport: str | None = None

    def approuver(self, rapport: str) -> CoucheDecision:
        """Turn the layer on; `rapport` names the fairness report a human approved."""
        if not rapport.strip():
            raise ValueError("Un rapport d'équité approuvé est nécessaire.")
        return replace(self, active=True, rapport=rapport)

    @property
    def pourcentage_permis(self) -> bool:
        """Whether scores may be shown as percentages: active, enough decisions, calibrated."""
        return self.active and self.nombre >= MINIMUM_POURCENTAGE and self.ece is not None and self.ece <= 0.03

    def probabilites(self, traits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Chance of acceptance for each row of TRAITS."""
        resultat: NDArray[np.float64] = expit(traits @ np.array(self.poids) + self.biais)
        return resultat


def apprendre(decisions: Iterable[Decision], retrecissement: float = RETRECISSEMENT) -> CoucheDecision:
    """MAP logistic fit around the hand weights; with no decision, exactly the hand weights."""
    utiles = retenues(decisions)
    if not utiles:
        return CoucheDecision()
    x, y = _tableau_decisions(utiles), np.array([d.acceptee for d in utiles], float)
    depart = np.array([*POIDS_A_LA_MAIN, BIAIS_A_LA_MAIN])
    attache = np.array([retrecissement] * len(TRAITS) + [retrecissement / 20.0])

    def perte(w: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        z = x @ w[:-1] + w[-1]
        p = expit(z)
        ecart = w - depart
        valeur = float(np.sum(np.logaddexp(0.0, z) - y * z) + 0.5 * np.sum(attache * ecart**2))
        gradient = np.concatenate([x.T @ (p - y), [np.sum(p - y)]]) + attache * ecart
        return valeur, gradient

    bornes = [(0.0, None) if s > 0 else (None, 0.0) for s in SIGNES] + [(None, None)]
    solution = minimize(perte, depart, jac=True, method="L-BFGS-B", bounds=bornes)
    poids = tuple(float(v) for v in solution.x[:-1])
    couche = CoucheDecision(poids, float(solution.x[-1]), len(utiles))
    return replace(couche, ece=ece(couche.probabilites(x), y))


def ece(probabilites: NDArray[np.float64], decisions: NDArray[np.float64], classes: int = 10) -> float:
    """Expected calibration error over classes of equal size."""
    ordre = np.argsort(probabilites, kind="stable")
    total = 0.0
    for lot in np.array_split(ordre, classes):
        if len(lot):
            total += len(lot) * abs(float(probabilites[lot].mean() - decisions[lot].mean()))
    return total / max(1, len(ordre))
