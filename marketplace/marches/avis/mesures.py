"""How well notices are read: cross-validation on the real labelled ones, near-duplicates kept on one side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import GroupKFold

from marketplace.marches.avis.classement import GRAINE, INVENTES, LOTS, REELS, SEUIL, Classeur, Exemple, lire_exemples
from marketplace.marches.avis.extraction import lire_heures
from marketplace.marches.avis.indices import indices_suivis
from marketplace.marches.avis.texte import passages, phrases, plier, recoller

SEUIL_DOUBLON = 0.6
"""Cosine of character 4-grams above which two notices are held to come from one template."""
PLIS = 5


@dataclass(frozen=True, slots=True)
class Mesure:
    """Precision and recall of one question, with the indices of the notices misread."""

    precision: float
    rappel: float
    faux_positifs: tuple[int, ...]
    oublis: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Mesures:
    """All the numbers of one evaluation. `heures` is the share of notices with hours whose list is exact."""

    avis: int
    familles: int
    clause: Mesure
    reserve: Mesure
    heures: float
    heures_fausses: tuple[int, ...]
    heures_sur_le_reste: int


def familles(textes: Sequence[str], seuil: float = SEUIL_DOUBLON) -> list[int]:
    """A family number per notice: notices linked, even from one to the next, by a near-duplicate share it."""
    plies = [re.sub(r"\d", "0", plier(t)) for t in textes]
    matrice = TfidfVectorizer(analyzer="char", ngram_range=(4, 4), sublinear_tf=True).fit_transform(plies)
    proches = (matrice @ matrice.T) > seuil
    return [int(n) for n in connected_components(proches, directed=False)[1]]


def mesurer(attendus: Sequence[bool], lus: Sequence[bool]) -> Mesure:
    """Precision and recall; 1 when there is nothing to find or nothing found."""
    vrais = sum(a and b for a, b in zip(attendus, lus, strict=True))
    faux = tuple(i for i, (a, b) in enumerate(zip(attendus, lus, strict=True)) if b and not a)
    oublis = tuple(i for i, (a, b) in enumerate(zip(attendus, lus, strict=True)) if a and not b)
    return Mesure(
        precision=vrais / (vrais + len(faux)) if vrais or faux else 1.0,
        rappel=vrais / (vrais + len(oublis)) if vrais or oublis else 1.0,
        faux_positifs=faux,
        oublis=oublis,
    )


def _probas(classeur: Classeur, textes: Sequence[str]) -> list[tuple[float, float]]:
    groupes = [[g for g in passages(phrases(recoller(t))) if g] for t in textes]
    notes = iter(classeur.probabilites([g for groupe in groupes for g in groupe]))
    propres = [[next(notes) for _ in groupe] for groupe in groupes]
    return [(max((c for c, _ in n), default=0.0), max((r for _, r in n), default=0.0)) for n in propres]


def _heures(texte: str) -> list[Decimal]:
    propre = recoller(texte)
    decoupe = phrases(propre)
    lues = list(zip(decoupe, indices_suivis(decoupe), strict=True))
    return [h.heures for h in lire_heures(plier(propre), lues)]


def _croiser(gardes: Sequence[Exemple], groupes: Sequence[int], aides: Sequence[Exemple], graine: int) -> Mesures:
    """Five folds of `gardes`, each group on one side; `aides` only ever train."""
    probas: list[tuple[float, float]] = [(0.0, 0.0)] * len(gardes)
    plis = GroupKFold(n_splits=PLIS, shuffle=True, random_state=graine)
    for apprises, tenues in plis.split(np.zeros(len(gardes)), groups=groupes):
        classeur = Classeur([*(gardes[i] for i in apprises), *aides])
        for i, proba in zip(tenues, _probas(classeur, [gardes[i].texte for i in tenues]), strict=True):
            probas[i] = proba
    return assembler(gardes, probas, len(set(groupes)))


def valider(*, avec_inventes: bool = True, graine: int = GRAINE) -> Mesures:
    """The real notices, by family of near-duplicates; the invented ones, when used, only ever train."""
    reels = lire_exemples(REELS)
    aides = [*lire_exemples(INVENTES), *lire_exemples(LOTS)] if avec_inventes else []
    return _croiser(reels, familles([e.texte for e in reels]), aides, graine)


def valider_lots(*, graine: int = GRAINE) -> Mesures:
    """The invented lots, each read by a model that has not learned it."""
    lots = lire_exemples(LOTS)
    aides = [*lire_exemples(REELS), *lire_exemples(INVENTES)]
    return _croiser(lots, [int(e.lot) for e in lots], aides, graine)


def assembler(exemples: Sequence[Exemple], probas: Sequence[tuple[float, float]], nombre_familles: int) -> Mesures:
    """Numbers from probabilities obtained without having seen the notices."""
    clauses = [c >= SEUIL for c, _ in probas]
    lues = [_heures(e.texte) if c else [] for e, c in zip(exemples, clauses, strict=True)]
    avec = [i for i, e in enumerate(exemples) if e.heures]
    fausses = tuple(i for i in avec if sorted(map(Decimal, exemples[i].heures)) != sorted(lues[i]))
    return Mesures(
        avis=len(exemples),
        familles=nombre_familles,
        clause=mesurer([e.clause for e in exemples], clauses),
        reserve=mesurer([e.reserve for e in exemples], [r >= SEUIL for _, r in probas]),
        heures=1 - len(fausses) / len(avec) if avec else 1.0,
        heures_fausses=fausses,
        heures_sur_le_reste=sum(1 for i, e in enumerate(exemples) if not e.heures and lues[i]),
    )
