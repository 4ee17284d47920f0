"""Fit of the reader of wordings: a stock MLPClassifier on hashed n-grams, quantised for the repository."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.neural_network import MLPClassifier

from marketplace.matching.entrainement.textes import Corpus
from marketplace.matching.metiers import Reseau, matrice_traits
from marketplace.matching.texte import NB_TRAITS

LOT = 16_384
Dire = Callable[[str], None]


def exemples(lot: list[tuple[str, int, bool]]) -> tuple[sparse.csr_matrix, NDArray[np.int64]]:
    """Features (with the mark of skills in the last column) and classes."""
    x = matrice_traits([e[0] for e in lot]).astype(np.float32)
    marques = np.flatnonzero([e[2] for e in lot])
    x = x + sparse.csr_matrix(
        (np.ones(len(marques), np.float32), (marques, np.full(len(marques), NB_TRAITS - 1))), shape=x.shape
    )
    return x.tocsr(), np.array([e[1] for e in lot])


def apprendre(corpus: Corpus, nombre: int, cache: int, graine: int, dire: Dire) -> dict[str, NDArray[Any]]:
    """Arrays of the network after `nombre` made-up wordings, the last fifth at a lower rate."""
    classes = np.arange(corpus.rome.nombre + 1)

    def modele(pas: float) -> MLPClassifier:
        return MLPClassifier((cache,), alpha=1e-7, batch_size=1024, learning_rate_init=pas, random_state=graine)

    clf, lent = modele(3e-3), None
    flux = corpus.tirer(nombre, graine)
    faits = 0
    while lot := list(itertools.islice(flux, LOT)):
        x, y = exemples(lot)
        if lent is None and faits > 0.8 * nombre:
            lent = modele(5e-4)
            lent.partial_fit(x[:1024], y[:1024], classes=classes)
            for neuf, appris in zip([*lent.coefs_, *lent.intercepts_], [*clf.coefs_, *clf.intercepts_], strict=True):
                neuf[...] = appris
            clf = lent
        clf.partial_fit(x, y, classes=classes)
        faits += len(lot)
        if faits // LOT % 12 == 0:
            dire(f"{faits} exemples sur {nombre}")
    return quantifier(clf.coefs_[0], clf.intercepts_[0], clf.coefs_[1], clf.intercepts_[1])


def quantifier(
    entree: NDArray[Any], biais: NDArray[Any], sortie: NDArray[Any], biais_sortie: NDArray[Any]
) -> dict[str, NDArray[Any]]:
    """Input weights on 8 bits a row, the rest on 16: a few megabytes instead of tens."""
    echelle = np.maximum(np.abs(entree).max(axis=1), 1e-8) / 127.0
    return {
        "entree": np.rint(entree / echelle[:, None]).astype(np.int8),
        "echelle": echelle.astype(np.float32),
        "biais": biais.astype(np.float32),
        "sortie": sortie.astype(np.float16),
        "biais_sortie": biais_sortie.astype(np.float32),
    }


def mesurer(reseau: Reseau, corpus: Corpus, nombre: int, graine: int) -> dict[str, float]:
    """Accuracy and log-loss on wordings drawn apart."""
    lot = list(corpus.tirer(nombre, graine))
    y = np.array([e[1] for e in lot])
    competence = np.array([e[2] for e in lot])
    p = np.zeros((len(lot), corpus.rome.nombre + 1), np.float32)
    for genre in (False, True):
        rangs = np.flatnonzero(competence == genre)
        p[rangs] = reseau.lire([lot[i][0] for i in rangs], competence=genre)
    cinq = np.argsort(-p, axis=1)[:, :5] == y[:, None]
    perte = -np.log(p[np.arange(len(y)), y] + 1e-9)
    t = ~competence
    return {
        "titres_top1": round(float(cinq[t, 0].mean()), 4),
        "titres_top5": round(float(cinq[t].any(axis=1).mean()), 4),
        "titres_perte": round(float(perte[t].mean()), 3),
        "competences_top5": round(float(cinq[competence].any(axis=1).mean()), 4),
        "competences_perte": round(float(perte[competence].mean()), 3),
    }
