"""The second layer on simulated decisions: what it gains by the number of decisions, and how well it is calibrated."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from marketplace.matching.decision import CoucheDecision, Decision, apprendre, ece, tableau

NOMBRES = (0, 50, 200, 1000, 4000)
TIRAGES = 5
A_PART = 4000  # decisions kept apart, that no layer learns from
VRAIS_POIDS, VRAI_BIAIS = (1.6, -0.3, -0.7), -0.2
"""How these made-up employers decide: relevance and lateness count more than the weights set by hand say."""


@dataclass(frozen=True, slots=True)
class Mesure:
    """Means over the draws, on decisions kept apart. `gain_min`: the worst draw."""

    decisions: int
    perte: float
    gain: float
    gain_min: float
    ece: float


def simuler(nombre: int, graine: int) -> list[Decision]:
    """Made-up decisions; a refusal is for the job, so that all of them may teach."""
    rng = np.random.default_rng(graine)
    p, h, r = rng.beta(2, 2, nombre), rng.exponential(5, nombre), rng.exponential(2, nombre)
    oui = rng.random(nombre) < expit(tableau(p, h, r) @ np.array(VRAIS_POIDS) + VRAI_BIAIS)
    return [
        Decision(float(a), float(b), float(c), bool(d), None if d else "competences")
        for a, b, c, d in zip(p, h, r, oui, strict=True)
    ]


def perte_et_ece(couche: CoucheDecision, decisions: list[Decision]) -> tuple[float, float]:
    """(mean log loss, calibration error) of a layer on decisions it has not seen."""
    x = tableau(
        *(np.array([getattr(d, c) for d in decisions]) for c in ("pertinence", "ecart_heures", "retard_semaines"))
    )
    y = np.array([d.acceptee for d in decisions], float)
    p = couche.probabilites(x)
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))), ece(p, y)


@functools.cache
def mesurer() -> tuple[Mesure, ...]:
    """By number of decisions learned from; nothing depends on the base."""
    a_part = simuler(A_PART, 99)
    depart, ece_depart = perte_et_ece(CoucheDecision(), a_part)
    mesures = []
    for nombre in NOMBRES:
        lues = [perte_et_ece(apprendre(simuler(nombre, 50 + g)), a_part) for g in range(TIRAGES if nombre else 1)]
        gains = [depart - perte for perte, _ in lues]
        mesures.append(
            Mesure(
                nombre,
                float(np.mean([perte for perte, _ in lues])),
                float(np.mean(gains)),
                float(min(gains)),
                float(np.mean([e for _, e in lues])) if nombre else ece_depart,
            )
        )
    return tuple(mesures)
