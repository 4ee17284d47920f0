"""Speed of a ranking against the bare product of its own index, in the same process."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from scipy import sparse

from marketplace.matching.ranker import Ranker
from marketplace.matching.valeurs import Experience, Poste, Profil


def gens(ranker: Ranker, nombre: int, graine: int = 1) -> list[Profil]:
    """Made-up people: one or two official trades, places of the Hérault, mixed wishes."""
    rng = np.random.default_rng(graine)
    communes = [c for c in ranker.trajets.communes.codes if c.startswith("34")] or list(ranker.trajets.communes.codes)
    noms = [a[0].split(" / ")[0] for a in ranker.rome.appellations]
    modes = (frozenset({"voiture"}), frozenset({"transports", "marche"}), frozenset({"velo", "transports"}))
    return [
        Profil(
            ref=f"b{i}",
            experiences=tuple(
                Experience(noms[int(rng.integers(len(noms)))], None, int(rng.integers(1, 80)))
                for _ in range(int(rng.integers(1, 3)))
            ),
            permis=frozenset({"B"}) if rng.random() < 0.5 else frozenset(),
            code_insee=communes[int(rng.integers(len(communes)))],
            modes=modes[int(rng.integers(3))],
            trajet_max_minutes=int(rng.choice([20, 30, 45, 60, 90])),
            heures_min=10,
            heures_max=int(rng.choice([26, 30, 35, 39])),
            nuit=bool(rng.random() < 0.3),
            weekend=bool(rng.random() < 0.5),
        )
        for i in range(nombre)
    ]


def mesurer(ranker: Ranker, personnes: int, offres: int, coeurs: int) -> dict[str, Any]:
    """p50 and p95 of a full ranking, and of the matrix-vector floor, in milliseconds."""
    debut = time.perf_counter()
    ranker.charger(gens(ranker, personnes))
    construction = time.perf_counter() - debut
    v = ranker.vivier
    presents = v.codes[: v.taille] != 65535
    pointeurs = np.concatenate([[0], np.cumsum(presents.sum(axis=1))])
    matrice = sparse.csr_matrix(
        (
            (v.croyances[: v.taille][presents] / 255).astype(np.float32),
            v.codes[: v.taille][presents].astype(np.int32),
            pointeurs,
        ),
        shape=(v.taille, ranker.rome.nombre),
    )
    rng = np.random.default_rng(2)
    communes = [ranker.trajets.communes.codes[v.lieu_commune[x]] for x in v.lieu[: v.taille]]
    durees, plancher = [], []
    vecteur = rng.random(ranker.rome.nombre).astype(np.float32)
    for i in range(offres):
        poste = Poste(
            ref=f"o{i}",
            intitule="",
            code_rome=ranker.rome.codes[int(rng.integers(ranker.rome.nombre))],
            code_insee=communes[int(rng.integers(len(communes)))],
            heures_hebdo=26,
        )
        a = time.perf_counter()
        ranker.rank(poste, limit=10)
        b = time.perf_counter()
        matrice @ vecteur
        durees.append((b - a) * 1000)
        plancher.append((time.perf_counter() - b) * 1000)
    p50, p95 = (float(x) for x in np.percentile(durees, [50, 95]))
    sol = float(np.median(plancher))
    return {
        "personnes": personnes,
        "offres": offres,
        "coeurs": coeurs,
        "construction_s": round(construction, 2),
        "p50_ms": round(p50, 3),
        "p95_ms": round(p95, 3),
        "plancher_p50_ms": round(sol, 3),
        "rapport_plancher": round(p50 / max(sol, 1e-9), 2),
        "octets_par_personne": round(v.octets() / max(1, v.taille), 1),
    }
