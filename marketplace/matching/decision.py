"""The second layer: what employers and référents decide, learned little by little from hand weights.

Shrunk to the hand weights by a Gaussian prior, signs held, off until its fairness report is approved
(R127). It never sees a protected ground, a refusal for distance, for mobility or for « freins » (R128),
nor the journey, which stays apart (R119): of refusals, only those that speak of the job itself teach.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logit
from scipy.stats import rankdata

from marketplace.matching.valeurs import ErreurMatching, Poste, Profil

TRAITS = ("pertinence", "ecart_heures", "retard_semaines")
POIDS_A_LA_MAIN = (1.0, -0.3, -0.2)
BIAIS_A_LA_MAIN = 0.0
SIGNES = (1, -1, -1)
RETRECISSEMENT = 10.0
MINIMUM_POURCENTAGE = 1000  # decisions before a percentage may be shown
ECE_MAX = 0.03  # calibration error beyond which scores stay in words
PLIS = 5
TEMPS_PLEIN = 35.0  # more hours accepted than that say nothing more
MOTIFS_ADMIS = frozenset({"competences", "competences_manquantes", "metier"})
"""Reasons that speak of the job. Any other refusal, and a refusal without a reason, teaches nothing."""
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
        "absent",
        "non_joignable",
    }
)
"""Named in the model card: what must never teach, whatever is added to the list above."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided of a person shown for an offre; `motif` is the coded reason of a refusal."""

    pertinence: float
    ecart_heures: float
    retard_semaines: float
    acceptee: bool
    motif: str | None = None


def retenues(decisions: Iterable[Decision]) -> list[Decision]:
    """Decisions that may teach: every yes, and the refusals whose reason speaks of the job (R128)."""
    admis = MOTIFS_ADMIS - MOTIFS_EXCLUS
    return [d for d in decisions if d.acceptee or d.motif in admis]


def traits_de(profil: Profil, poste: Poste) -> tuple[float, float]:
    """(hours offered short of what she accepts, weeks she would come late); 0 where nothing was said (R125)."""
    ecart = 0.0
    if poste.heures_hebdo is not None:
        ecart = max(0.0, min(float(profil.heures_max), TEMPS_PLEIN) - float(poste.heures_hebdo))
    retard = 0.0
    if poste.debut is not None and profil.disponible_le is not None:
        retard = max(0, (profil.disponible_le - poste.debut).days) / 7.0
    return ecart, retard


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
        calibree = self.nombre >= MINIMUM_POURCENTAGE and self.ece is not None and self.ece <= ECE_MAX
        return self.active and calibree

    def probabilites(self, traits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Chance of acceptance for each row of TRAITS."""
        resultat: NDArray[np.float64] = expit(traits @ np.array(self.poids) + self.biais)
        return resultat

    def ecrire(self) -> dict[str, Any]:
        """The weights as they are kept, without what a human decided of them."""
        return {"traits": list(TRAITS), "poids": [float(p) for p in self.poids], "biais": float(self.biais)}


def empreinte_couche(ecrite: Mapping[str, Any]) -> str:
    """SHA-256 of the weights kept."""
    return hashlib.sha256(json.dumps(ecrite, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def lire_couche(ecrite: Mapping[str, Any], empreinte: str, *, nombre: int, ece: float | None) -> CoucheDecision:
    """A layer read back, switched off.

    Raises ErreurMatching when it was altered, is of another version, or holds a weight of the wrong sign.
    """
    if empreinte_couche(ecrite) != empreinte:
        raise ErreurMatching("Couche modifiée depuis son apprentissage : empreinte différente. Apprenez-en une autre.")
    if tuple(ecrite.get("traits", ())) != TRAITS:
        raise ErreurMatching("Couche apprise par une autre version du logiciel. Apprenez-en une autre.")
    poids, biais = tuple(float(p) for p in ecrite["poids"]), float(ecrite["biais"])
    if len(poids) != len(TRAITS) or not np.isfinite([*poids, biais]).all():
        raise ErreurMatching("Couche illisible. Apprenez-en une autre.")
    if any(p * signe < 0 for p, signe in zip(poids, SIGNES, strict=True)):
        raise ErreurMatching("Couche au sens inversé. Apprenez-en une autre.")
    return CoucheDecision(poids, biais, nombre, ece)


def _ajuster(x: NDArray[np.float64], y: NDArray[np.float64], retrecissement: float) -> CoucheDecision:
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
    return CoucheDecision(tuple(float(v) for v in solution.x[:-1]), float(solution.x[-1]), len(y))


def apprendre(decisions: Iterable[Decision], retrecissement: float = RETRECISSEMENT) -> CoucheDecision:
    """MAP logistic fit around the hand weights; with no decision, exactly the hand weights.

    Its calibration error is measured on decisions each fit had not seen (`evaluer`).
    """
    utiles = retenues(decisions)
    if not utiles:
        return CoucheDecision()
    x, y = _tableau_decisions(utiles), np.array([d.acceptee for d in utiles], float)
    return replace(_ajuster(x, y, retrecissement), ece=evaluer(utiles, retrecissement).ece)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How well the layer foretells decisions it had not seen, beside the hand weights.

    `perte`: mean log loss, the lower the better. `auc`: chance that a yes stands above a no, None when there is no
    yes or no no. `ece`: calibration error, what chance alone brings at this number taken off.
    """

    nombre: int
    oui: int
    perte: float
    perte_a_la_main: float
    auc: float | None
    auc_a_la_main: float | None
    ece: float | None
    ece_brute: float | None


def evaluer(decisions: Iterable[Decision], retrecissement: float = RETRECISSEMENT, plis: int = PLIS) -> Evaluation:
    """Each decision foretold by a layer fitted on the other folds; folds are drawn once and for all."""
    utiles = retenues(decisions)
    n = len(utiles)
    if n == 0:
        return Evaluation(0, 0, 0.0, 0.0, None, None, None, None)
    x, y = _tableau_decisions(utiles), np.array([d.acceptee for d in utiles], float)
    a_la_main = CoucheDecision().probabilites(x)
    prevues = a_la_main.copy()
    pli = np.random.default_rng(0).permutation(n) % plis
    for k in range(plis):
        dehors = pli == k
        if dehors.any() and not dehors.all():
            prevues[dehors] = _ajuster(x[~dehors], y[~dehors], retrecissement).probabilites(x[dehors])
    return Evaluation(
        nombre=n,
        oui=int(y.sum()),
        perte=_perte(prevues, y),
        perte_a_la_main=_perte(a_la_main, y),
        auc=_auc(prevues, y),
        auc_a_la_main=_auc(a_la_main, y),
        ece=ece_sans_hasard(prevues, y),
        ece_brute=ece(prevues, y),
    )


def _perte(p: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))


def _auc(p: NDArray[np.float64], y: NDArray[np.float64]) -> float | None:
    oui = int(y.sum())
    non = len(y) - oui
    if not oui or not non:
        return None
    return float((rankdata(p)[y > 0].sum() - oui * (oui + 1) / 2) / (oui * non))


def _classes(p: NDArray[np.float64], classes: int) -> list[NDArray[np.intp]]:
    return [lot for lot in np.array_split(np.argsort(p, kind="stable"), classes) if len(lot)]


def ece(probabilites: NDArray[np.float64], decisions: NDArray[np.float64], classes: int = 10) -> float:
    """Expected calibration error over classes of equal size."""
    total = sum(
        len(lot) * abs(float(probabilites[lot].mean() - decisions[lot].mean()))
        for lot in _classes(probabilites, classes)
    )
    return total / max(1, len(probabilites))


def ece_sans_hasard(probabilites: NDArray[np.float64], decisions: NDArray[np.float64], classes: int = 10) -> float:
    """Root mean square calibration error, less the variance chance alone puts in each class.

    A perfect layer measured on a thousand decisions would show a plain error of 0.03 or more by chance only.
    """
    total = 0.0
    for lot in _classes(probabilites, classes):
        y = decisions[lot]
        hasard = float(y.mean() * (1 - y.mean())) / max(1, len(lot) - 1)
        total += len(lot) * (float(probabilites[lot].mean() - y.mean()) ** 2 - hasard)
    return float(np.sqrt(max(0.0, total / max(1, len(probabilites)))))
