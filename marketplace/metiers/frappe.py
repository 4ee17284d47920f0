"""Trades while one types: an index of trigrams over official labels and familiar wordings, read in a millisecond.

It answers alone when one label is clearly the nearest, or when the last word is not finished; what is left, a whole
wording that is nobody's label, is for the reader of matching.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marketplace.valeurs import cle

PROCHE, AVANCE = 0.65, 0.02
"""Cosine from which a label is taken for what was typed, and how far ahead of the next trade it must be."""
MOTS_OFFICIELS, QUASI_EGAL = 3, 0.85
"""A shorter wording is somebody's own unless it is nearly the label itself: « polyvalent » names no trade."""
LOINTAIN = 0.25
"""Cosine under which a label is no answer."""
LONGUEUR = 120


@dataclass(frozen=True, slots=True)
class Reponse:
    """Positions of labels, one a trade, nearest first. `sure`: the first is meant; `finie`: every word is whole."""

    rangs: tuple[int, ...]
    sure: bool
    finie: bool


def _trigrammes(mot: str) -> list[str]:
    borde = f" {mot} "
    return [borde[i : i + 3] for i in range(len(borde) - 2)] or [borde]


class Frappe:
    """Labels and the trade of each, as sparse unit vectors by trigram."""

    def __init__(self, textes: Sequence[str], codes: Sequence[str]) -> None:
        self.codes = codes
        self._numeros: dict[str, int] = {}
        par_mot: dict[str, list[int]] = {}
        lignes: list[int] = []
        colonnes: list[int] = []
        poids: list[int] = []
        for rang, texte in enumerate(textes):
            compte: Counter[int] = Counter()
            for mot in texte.split():
                traits = par_mot.get(mot)
                if traits is None:
                    traits = [self._numeros.setdefault(t, len(self._numeros)) for t in _trigrammes(mot)]
                    par_mot[mot] = traits
                compte.update(traits)
            lignes += [rang] * len(compte)
            colonnes += compte.keys()
            poids += compte.values()
        self._mots = sorted(par_mot)
        self._ranger(len(textes), np.array(lignes, np.int64), np.array(colonnes, np.int64), np.array(poids, float))

    def _ranger(
        self, nombre: int, lignes: NDArray[np.int64], colonnes: NDArray[np.int64], comptes: NDArray[np.float64]
    ) -> None:
        """Weigh, bring each label to length one, and sort by trigram."""
        presence = np.bincount(colonnes, minlength=len(self._numeros))
        self._idf = np.log((1 + nombre) / (1 + presence)) + 1
        poids = (1 + np.log(np.maximum(comptes, 1))) * self._idf[colonnes]
        normes = np.sqrt(np.bincount(lignes, poids**2, minlength=nombre))
        ordre = np.argsort(colonnes, kind="stable")
        self._labels = lignes[ordre].astype(np.int32)
        self._poids = (poids / np.maximum(normes[lignes], 1e-9))[ordre].astype(np.float32)
        self._debuts = np.concatenate(([0], np.cumsum(presence)))
        self.nombre = nombre

    def _similarites(self, mots: Iterable[str]) -> NDArray[np.float64]:
        compte = Counter(t for mot in mots for t in _trigrammes(mot))
        connus = [(self._numeros[t], 1 + np.log(n)) for t, n in compte.items() if t in self._numeros]
        if not connus:
            return np.zeros(self.nombre)
        poids = {f: w * self._idf[f] for f, w in connus}
        # a trigram nobody's label holds counts as the rarest: it makes what was typed longer
        inconnus = len(compte) - len(connus)
        norme = np.sqrt(sum(w * w for w in poids.values()) + inconnus * float(self._idf.max()) ** 2)
        tranches = [slice(self._debuts[f], self._debuts[f + 1]) for f in poids]
        labels = np.concatenate([self._labels[t] for t in tranches])
        parts = [np.float32(w / norme) for w in poids.values()]
        valeurs = np.concatenate([self._poids[t] * part for t, part in zip(tranches, parts, strict=True)])
        notes: NDArray[np.float64] = np.bincount(labels, valeurs, minlength=self.nombre).astype(np.float64)
        return notes

    def _finie(self, mot: str) -> bool:
        """Whether the last word is one of the labels', or the start of none: nothing more is coming."""
        i = bisect_left(self._mots, mot)
        return i == len(self._mots) or self._mots[i] == mot or not self._mots[i].startswith(mot)

    def chercher(self, texte: str, limite: int) -> Reponse:
        """The labels nearest to what is typed, one a trade."""
        mots = cle(texte[:LONGUEUR]).split()
        if not mots or not self.nombre:
            return Reponse((), sure=False, finie=False)
        notes = self._similarites(mots)
        large = min(self.nombre, 40 + 20 * limite)
        premiers = np.argpartition(-notes, large - 1)[:large]
        premiers = premiers[np.lexsort((premiers, -notes[premiers]))]
        retenus: dict[str, int] = {}
        for rang in premiers:
            if notes[rang] < LOINTAIN or len(retenus) == max(limite, 2):
                break
            retenus.setdefault(self.codes[rang], int(rang))
        rangs = tuple(retenus.values())
        sure = bool(rangs) and notes[rangs[0]] > (PROCHE if len(mots) >= MOTS_OFFICIELS else QUASI_EGAL)
        if sure and len(rangs) > 1:
            sure = notes[rangs[0]] - notes[rangs[1]] > AVANCE
        return Reponse(rangs[:limite], bool(sure), self._finie(mots[-1]))
