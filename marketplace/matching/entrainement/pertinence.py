"""Fit of relevance on synthetic careers: stock HistGradientBoostingRegressor, monotone in every trait."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor

from marketplace.matching.entrainement.carrieres import carrieres, ouvertures
from marketplace.matching.entrainement.textes import Corpus
from marketplace.matching.lecture import Interprete
from marketplace.matching.noyau import PRESELECTION, premier_score, preselection
from marketplace.matching.pertinence import TRAITS, Graphe
from marketplace.matching.trajets import Trajets
from marketplace.matching.vivier import Vivier, hacher

Lot = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int16]]


def exemples(interprete: Interprete, trajets: Trajets, corpus: Corpus, personnes: int, offres: int, graine: int) -> Lot:
    """(traits, gain, parent trade of the opening) of the shortlisted pairs of a synthetic pool."""
    graphe = Graphe(corpus.rome)
    vivier = Vivier(corpus.rome.nombre, trajets)
    gens = list(carrieres(corpus, personnes, graine))
    interprete.preparer([g.profil for g in gens])
    for g in gens:
        vivier.poser(g.profil, interprete.profil(g.profil), 0.0, en_lot=True)
    vivier.batir()
    x, y, parents = [], [], []
    for poste, code in ouvertures(corpus, offres, graine + 1):
        lecture = interprete.poste(poste)
        score = premier_score(vivier, graphe, lecture)
        choisis = preselection(vivier, np.arange(vivier.taille), score, PRESELECTION, hacher(poste.ref))
        x.append(graphe.traits(lecture, vivier.codes[choisis], vivier.croyances[choisis]))
        notes = np.array([max(corpus.rome.relation[c, code] for c in gens[p].codes) for p in choisis])
        y.append((2.0**notes - 1.0) / 7.0)
        parents.append(np.full(len(choisis), corpus.rome.parents[code]))
    return np.concatenate(x), np.concatenate(y), np.concatenate(parents)


def apprendre(lot: Lot, garder: Callable[[int], bool] = lambda _parent: True) -> dict[str, NDArray[Any]]:
    """Arrays of the trees, fitted on the openings whose parent trade is kept."""
    x, y, parents = lot
    gardes = np.isin(parents, [p for p in np.unique(parents) if garder(int(p))])
    modele = HistGradientBoostingRegressor(
        max_iter=40,
        learning_rate=0.1,
        max_depth=3,
        min_samples_leaf=80,
        monotonic_cst=[1] * len(TRAITS),
        random_state=0,
    )
    modele.fit(x[gardes], y[gardes])
    return exporter(modele)


def exporter(modele: HistGradientBoostingRegressor) -> dict[str, NDArray[Any]]:
    """Trees as rectangular arrays. scikit-learn keeps them private: read here, once, and checked by a test."""
    arbres = [p[0].nodes for p in modele._predictors]  # noqa: SLF001
    taille = max(len(a) for a in arbres)
    sortie: dict[str, NDArray[Any]] = {
        "trait": np.zeros((len(arbres), taille), np.uint8),
        "seuil": np.zeros((len(arbres), taille), np.float64),
        "gauche": np.zeros((len(arbres), taille), np.uint8),
        "droite": np.zeros((len(arbres), taille), np.uint8),
        "feuille": np.ones((len(arbres), taille), bool),
        "valeur": np.zeros((len(arbres), taille), np.float64),
    }
    profondeur = 0
    for k, noeuds in enumerate(arbres):
        m = len(noeuds)
        feuille = noeuds["is_leaf"].astype(bool)
        moi = np.arange(m)
        sortie["trait"][k, :m] = np.where(feuille, 0, noeuds["feature_idx"])
        sortie["seuil"][k, :m] = np.where(feuille, 0.0, noeuds["num_threshold"])
        sortie["gauche"][k, :m] = np.where(feuille, moi, noeuds["left"])
        sortie["droite"][k, :m] = np.where(feuille, moi, noeuds["right"])
        sortie["feuille"][k, :m] = feuille
        sortie["valeur"][k, :m] = np.where(feuille, noeuds["value"], 0.0)
        profondeur = max(profondeur, int(noeuds["depth"].max()))
    sortie["base"] = np.array(float(np.ravel(modele._baseline_prediction)[0]))  # noqa: SLF001
    sortie["profondeur"] = np.array(profondeur)
    return sortie
