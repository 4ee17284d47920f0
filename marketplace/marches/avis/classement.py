"""The two classifiers (`clause`, `reserve`), fitted from the committed labels at first use and kept in the process.

Nothing is unpickled and nobody has to train anything: the labelled notices are short, fitting takes about a second.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion

from marketplace.marches.avis.extraction import lire_heures, lire_taux
from marketplace.marches.avis.indices import Indices, indices_suivis, ligne_indices
from marketplace.marches.avis.texte import Phrase, corriger, phrases, plier, recoller

DOSSIER = Path(__file__).resolve().parents[3] / "seeds" / "modeles" / "avis"
REELS = DOSSIER / "avis_boamp_2021t1.csv"
INVENTES = DOSSIER / "avis_inventes.csv"
LOTS = DOSSIER / "avis_lots.csv"
GRAINE = 20_210_331
SEUIL = 0.5
SOUS_LE_SEUIL = 0.4
POIDS_INDICES = 0.3
"""The rules were written on notices that also teach: at full weight the model would trust them too much."""
_CHIFFRE = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Exemple:
    """One labelled notice."""

    texte: str
    clause: bool
    reserve: bool
    genre: str
    heures: tuple[str, ...]
    extrait: str
    lot: str = ""


def lire_exemples(chemin: Path) -> list[Exemple]:
    """The labelled notices of a committed file."""
    with chemin.open(encoding="utf-8", newline="") as f:
        return [
            Exemple(
                texte=ligne["texte"],
                clause=ligne["clause"] == "1",
                reserve=ligne["reserve"] == "1",
                genre=ligne.get("genre", ""),
                heures=tuple(h for h in ligne.get("heures", "").split(";") if h),
                extrait=ligne.get("extrait", ""),
                lot=ligne.get("lot", ""),
            )
            for ligne in csv.DictReader(f)
        ]


def _mots(texte: str) -> str:
    """Folded text with figures levelled: a number of hours or a lot must not become a word of the model."""
    return _CHIFFRE.sub("0", corriger(plier(texte)))


def _vocabulaire() -> FeatureUnion:
    return FeatureUnion(
        [
            ("mots", TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)),
            ("lettres", TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4), min_df=3, sublinear_tf=True)),
        ],
        transformer_weights={"mots": 0.7, "lettres": 0.7},
    )


def _ligne(passage: Sequence[Phrase]) -> list[float]:
    signes = indices_suivis(passage)
    lues = list(zip(passage, signes, strict=True))
    # Hours and rates found where insertion is spoken of are signs too.
    heures = lire_heures(" ".join(p.plie for p in passage), lues)
    return [*ligne_indices(signes), float(bool(heures)), float(bool(lire_taux(lues)))]


@cache
def _ligne_apprise(texte: str) -> tuple[float, ...]:
    """Kept for the committed notices only: cross-validation fits on the same ones again and again."""
    return tuple(_ligne(phrases(recoller(texte))))


def _joindre(mots: csr_matrix, lignes: Sequence[Sequence[float]]) -> csr_matrix:
    return csr_matrix(hstack([mots, csr_matrix(np.array(lignes, dtype=float) * POIDS_INDICES)]))


def nie_ou_critere(lus: Sequence[Indices]) -> bool:
    """Whether everything social in a passage is denied, or an award criterion: no condition of performance."""
    sociaux = [i for i in lus if i.social or i.public or i.formation or i.insertion]
    return bool(sociaux) and all(i.critere or i.negation for i in sociaux)


class Classeur:
    """Words, letters and rule signs, then one logistic regression per question."""

    def __init__(self, exemples: Sequence[Exemple]) -> None:
        self._vocabulaire = _vocabulaire()
        mots = self._vocabulaire.fit_transform([_mots(recoller(e.texte)) for e in exemples])
        matrice = _joindre(mots, [_ligne_apprise(e.texte) for e in exemples])
        self._clause = self._ajuster(matrice, [e.clause for e in exemples])
        self._reserve = self._ajuster(matrice, [e.reserve for e in exemples])

    @staticmethod
    def _ajuster(matrice: csr_matrix, cibles: Sequence[bool]) -> LogisticRegression:
        regression = LogisticRegression(C=10.0, class_weight="balanced", max_iter=2000, solver="liblinear")
        return regression.fit(matrice, np.array(cibles))

    def probabilites(self, passages: Sequence[Sequence[Phrase]]) -> list[tuple[float, float]]:
        """(clause, reserve) for each passage."""
        if not passages:
            return []
        mots = self._vocabulaire.transform([_mots(" ".join(p.brut for p in passage)) for passage in passages])
        matrice = _joindre(mots, [_ligne(passage) for passage in passages])
        clause = self._clause.predict_proba(matrice)[:, 1]
        reserve = self._reserve.predict_proba(matrice)[:, 1]
        return [
            (min(float(c), SOUS_LE_SEUIL) if nie_ou_critere(indices_suivis(passage)) else float(c), float(r))
            for c, r, passage in zip(clause, reserve, passages, strict=True)
        ]


@cache
def classeur() -> Classeur:
    """The classifier of the house, fitted once per process."""
    return Classeur([e for fichier in (REELS, INVENTES, LOTS) for e in lire_exemples(fichier)])
