"""Fairness report (R124): who is shown, by groups that the engine itself never sees.

Ratios come with an interval under permutation: on small samples a ratio below 0.80 is mostly chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SEUIL_ALERTE = 0.80
EFFECTIF_MIN = 30


@dataclass(frozen=True, slots=True)
class Ecart:
    """One group against the rest: selection and exposure ratios, with what chance alone would give."""

    critere: str
    groupe: str
    effectif: int
    taux_selection: float
    rapport_selection: float
    intervalle_hasard: tuple[float, float]
    rapport_exposition: float
    hasard_exposition: tuple[float, float]
    ecart_rang_moyen: float
    rapport_a_portee: float | None
    """The same for as many offres within reach; None when that is not known."""
    alerte: bool


@dataclass(frozen=True, slots=True)
class RapportEquite:
    """Gaps by criterion, and how exposure spreads."""

    listes: int
    longueur: int
    ecarts: tuple[Ecart, ...]
    jamais_montres: int
    jamais_montres_hors_de_portee: int
    considerees: int
    concentration: float  # Gini index of exposure, 0 even, 1 all on one
    groupes_tus: int  # groups too small to be shown


def _gini(valeurs: NDArray[np.float64]) -> float:
    if valeurs.sum() <= 0:
        return 0.0
    x = np.sort(valeurs)
    n = len(x)
    return float((2 * np.arange(1, n + 1) - n - 1) @ x / (n * x.sum()))


def _par_portee(
    montre: NDArray[np.float64],
    a_portee: NDArray[np.float64],
    dedans: NDArray[np.bool_],
    dehors: NDArray[np.bool_],
) -> float | None:
    """Times shown for one offre within reach, in the group against out of it."""
    if not a_portee[dedans].sum() or not a_portee[dehors].sum() or not montre[dehors].sum():
        return None
    autres = montre[dehors].sum() / a_portee[dehors].sum()
    return float(montre[dedans].sum() / a_portee[dedans].sum() / autres)


def _intervalle(valeurs: Sequence[float]) -> tuple[float, float]:
    bas, haut = np.percentile(valeurs, [2.5, 97.5])
    return float(bas), float(haut)


def rapport(
    classements: Sequence[Sequence[str]],
    personnes: Iterable[str],
    groupes: Mapping[str, Mapping[str, str]],
    *,
    longueur: int = 10,
    hors_de_portee: Iterable[str] = (),
    permutations: int = 500,
    graine: int = 0,
    seuil: float = SEUIL_ALERTE,
    portees: Mapping[str, int] | None = None,
) -> RapportEquite:
    """Report over several lists.

    `groupes`: criterion -> person -> group, kept outside the engine; `hors_de_portee`: people never within reach.
    `portees`: for how many offres each is within reach, to tell the journey apart from the engine.
    A group alerts when its ratio is under `seuil` and under what chance would give 39 times in 40.
    """
    tous = list(dict.fromkeys(personnes))
    rang = {p: i for i, p in enumerate(tous)}
    montre = np.zeros(len(tous))
    exposition = np.zeros(len(tous))
    somme_rangs = np.zeros(len(tous))
    for liste in classements:
        for position, ref in enumerate(liste[:longueur], 1):
            i = rang.get(ref)
            if i is not None:
                montre[i] += 1
                exposition[i] += 1 / np.log2(position + 1)
                somme_rangs[i] += position
    a_portee = np.array([(portees or {}).get(p, 0) for p in tous], float)
    rng = np.random.default_rng(graine)
    ecarts = []
    tus = 0
    for critere, de in groupes.items():
        appartenance = np.array([de.get(p, "") for p in tous])
        for groupe in sorted(set(appartenance) - {""}):
            dedans = appartenance == groupe
            dehors = (appartenance != "") & ~dedans
            if dedans.sum() < EFFECTIF_MIN or dehors.sum() < EFFECTIF_MIN:
                tus += 1
                continue
            connus = np.flatnonzero(appartenance != "")
            taille = int(dedans.sum())

            def ratio(valeurs: NDArray[np.float64], membres: NDArray[np.intp], c: NDArray[np.intp] = connus) -> float:
                total, part = float(valeurs[c].sum()), float(valeurs[membres].sum())
                autres = (total - part) / max(1, len(c) - len(membres))
                return (part / max(1, len(membres))) / autres if autres > 0 else 1.0

            observe = ratio(montre, np.flatnonzero(dedans))
            tirages = [rng.choice(connus, taille, replace=False) for _ in range(permutations)]
            bas, haut = _intervalle([ratio(montre, t) for t in tirages])
            rangs_d = somme_rangs[dedans].sum() / max(1.0, montre[dedans].sum())
            rangs_h = somme_rangs[dehors].sum() / max(1.0, montre[dehors].sum())
            ecarts.append(
                Ecart(
                    critere=critere,
                    groupe=str(groupe),
                    effectif=taille,
                    taux_selection=float(montre[dedans].sum() / taille),
                    rapport_selection=observe,
                    intervalle_hasard=(bas, haut),
                    rapport_exposition=ratio(exposition, np.flatnonzero(dedans)),
                    hasard_exposition=_intervalle([ratio(exposition, t) for t in tirages]),
                    ecart_rang_moyen=float(rangs_d - rangs_h),
                    rapport_a_portee=_par_portee(montre, a_portee, dedans, dehors),
                    alerte=observe < seuil and observe < bas,
                )
            )
    jamais = {p for p, m in zip(tous, montre, strict=True) if m == 0}
    return RapportEquite(
        listes=len(classements),
        longueur=longueur,
        ecarts=tuple(ecarts),
        jamais_montres=len(jamais),
        jamais_montres_hors_de_portee=len(jamais & set(hors_de_portee)),
        considerees=len(tous),
        concentration=_gini(exposition),
        groupes_tus=tus,
    )
