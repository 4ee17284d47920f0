"""Fit of the car formula on a routed matrix, by splits of communes; only coefficients ever leave."""

from __future__ import annotations

import csv
import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from marketplace.matching.reperes import CorrectionReperes
from marketplace.matching.trajets import Trajets
from marketplace.matching.valeurs import ErreurMatching

MINUTES_MIN, MINUTES_MAX, SEUIL_ERREUR = 1.0, 120.0, 75.0


def lire_matrice(chemin: Path, trajets: Trajets) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """(communes, minutes both ways averaged) of a square routed matrix in CSV, gzipped or not."""
    brut_fichier = gzip.decompress(chemin.read_bytes()) if chemin.suffix == ".gz" else chemin.read_bytes()
    lignes = list(csv.reader(brut_fichier.decode("utf-8").splitlines()))
    codes = lignes[0][1:]
    if [x[0] for x in lignes[1:]] != codes:
        raise ErreurMatching(f"{chemin} : matrice carrée attendue, mêmes communes en ligne et en colonne.")
    brut = np.array([[float(v) if v else np.nan for v in x[1:]] for x in lignes[1:]])
    rangs = np.array([trajets.communes.rang.get(c, -1) for c in codes])
    connus = np.flatnonzero(rangs >= 0)
    minutes = brut[np.ix_(connus, connus)]
    return rangs[connus], (minutes + minutes.T) / 2


def ajuster(trajets: Trajets, i: NDArray[np.intp], j: NDArray[np.intp], minutes: NDArray[np.float64]) -> list[float]:
    """Constant, power of distance and weight of density, by least squares in log."""
    km = np.array([trajets.km(int(a), np.array([b]))[0] for a, b in zip(i, j, strict=True)])
    d = (trajets.log_densite[i] + trajets.log_densite[j]) / 2
    x = np.stack([np.ones(len(km)), np.log(km), d * np.log(10)], axis=1)
    return [float(v) for v in np.linalg.lstsq(x, np.log(minutes), rcond=None)[0]]


def mesurer(estime: NDArray[np.float64], vrai: NDArray[np.float64], limite: float = 45.0) -> dict[str, float]:
    """Median error under 75 minutes, precision and recall of « reachable in 45 minutes »."""
    proche = vrai <= SEUIL_ERREUR
    a, b = estime <= limite, vrai <= limite
    return {
        "erreur_mediane": float(np.median(np.abs(estime - vrai)[proche])),
        "precision_45": float((a & b).sum() / max(1, a.sum())),
        "rappel_45": float((a & b).sum() / max(1, b.sum())),
    }


def decoupes(trajets: Trajets, chemin: Path, nombre: int = 5, reperes: int = 40) -> dict[str, dict[str, float]]:
    """Mean over splits by commune, without landmarks and with `reperes` of them taken in the training half."""
    communes, minutes = lire_matrice(chemin, trajets)
    n = len(communes)
    i, j = np.triu_indices(n, 1)
    vrai = minutes[i, j]
    utile = (vrai >= MINUTES_MIN) & (vrai <= MINUTES_MAX)
    sans, avec = [], []
    for graine in range(nombre):
        apprise = np.random.default_rng(graine).random(n) < 0.5
        tr, te = apprise[i] & apprise[j] & utile, ~apprise[i] & ~apprise[j] & utile
        constante, distance, densite = ajuster(trajets, communes[i[tr]], communes[j[tr]], vrai[tr])
        neuf = Trajets(
            trajets.communes, replace(trajets.coefficients, constante=constante, distance=distance, densite=densite)
        )
        a, b = communes[i[te]], communes[j[te]]
        sans.append(mesurer(neuf.voiture_paires(a, b), vrai[te]))
        choisis = _eloignes(neuf, communes, np.flatnonzero(apprise), reperes)
        correction = CorrectionReperes(neuf, communes, communes[choisis], minutes[:, choisis])
        avec.append(mesurer(correction.voiture(a, b), vrai[te]))
    return {"sans_reperes": _moyenne(sans), f"avec_{reperes}_reperes": _moyenne(avec)}


def _eloignes(trajets: Trajets, communes: NDArray[np.intp], parmi: NDArray[np.intp], nombre: int) -> NDArray[np.intp]:
    """Landmarks spread over the territory: each the farthest from those before."""
    choisis = [int(parmi[0])]
    distance = trajets.km(int(communes[choisis[0]]), communes[parmi])
    while len(choisis) < nombre:
        suivant = int(parmi[int(distance.argmax())])
        choisis.append(suivant)
        distance = np.minimum(distance, trajets.km(int(communes[suivant]), communes[parmi]))
    return np.array(choisis)


def _moyenne(mesures: list[dict[str, float]]) -> dict[str, float]:
    return {k: round(float(np.mean([m[k] for m in mesures])), 4) for k in mesures[0]}
