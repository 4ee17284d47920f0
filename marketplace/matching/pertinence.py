"""Relevance of a person for an offre: trees learned on synthetic careers, or weights set by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from marketplace.matching.lecture import LARGEUR, Lecture
from marketplace.matching.referentiels import Rome
from marketplace.matching.valeurs import POIDS_DES_METIERS, ErreurMatching

GAINS = np.array([0.0, 1 / 7, 3 / 7, 1.0], np.float32)  # of a far, a near, the same trade
TRAITS = ("meme_metier", "metier_proche", "metier_voisin")
DISPERSION_TRAJET = 0.17  # spread of true over estimated journeys, in log
NEUTRE = 0.20  # relevance of what is unknown: neither good nor bad (R125)
CODES_POSTE = 8
_TOUTES = (1 << 64) - 1


class Graphe:
    """The trades that lead to each trade, with what each is worth."""

    def __init__(self, rome: Rome) -> None:
        self.nombre = rome.nombre
        self.relation = rome.relation
        self._entrants = [np.flatnonzero(rome.relation[:, c]) for c in range(rome.nombre)]

    def gains(self, lecture: Lecture) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """Gain expected from each trade held, for an offre believed to be of these trades."""
        dense = np.zeros(self.nombre, np.float32)
        for code, croyance in zip(lecture.codes[:CODES_POSTE], lecture.valeurs[:CODES_POSTE], strict=True):
            entrants = self._entrants[code]
            dense[entrants] += croyance * GAINS[self.relation[entrants, code]]
        codes = np.flatnonzero(dense > 1e-3)
        return codes, dense[codes]

    def traits(self, lecture: Lecture, codes: NDArray[np.uint16], croyances: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Belief that each person held the same trade, a near one, a far one (columns of TRAITS)."""
        poids = np.zeros((len(TRAITS), self.nombre + 1), np.float32)
        for code, croyance in zip(lecture.codes[:CODES_POSTE], lecture.valeurs[:CODES_POSTE], strict=True):
            entrants = self._entrants[code]
            poids[3 - self.relation[entrants, code], entrants] += croyance
        lus = np.minimum(codes, self.nombre)
        quanta = croyances.astype(np.float32) / 255.0
        resultat: NDArray[np.float64] = np.stack([(p[lus] * quanta).sum(axis=1) for p in poids], axis=1).astype(float)
        return resultat


FEUILLES_MAX = 64


class Foret:
    """Boosted trees as masks of leaves: a row keeps the leaves that no comparison rules out, the first is hers.

    For each trait and each interval between its thresholds, one word a tree says which leaves remain; a row costs
    one look-up a trait whatever the depth (the « QuickScorer » idea).
    """

    def __init__(self, tableaux: Mapping[str, NDArray[Any]]) -> None:
        trait, seuil = tableaux["trait"].astype(np.intp), tableaux["seuil"].astype(np.float64)
        gauche, droite = tableaux["gauche"].astype(np.intp), tableaux["droite"].astype(np.intp)
        feuille = tableaux["feuille"].astype(bool)
        self.base = float(tableaux["base"])
        arbres = len(trait)
        self.valeurs = np.zeros((arbres, FEUILLES_MAX))
        coupes: list[tuple[int, float, int, int]] = []  # trait, threshold, tree, leaves left when it is passed

        def parcourir(arbre: int, noeud: int, premiere: int) -> int:
            """Number the leaves from left to right; the number after the last one of this node."""
            if feuille[arbre, noeud]:
                if premiere >= FEUILLES_MAX:
                    raise ErreurMatching(
                        f"Modèle de pertinence trop grand : {FEUILLES_MAX} feuilles par arbre au plus."
                    )
                self.valeurs[arbre, premiere] = tableaux["valeur"][arbre, noeud]
                return premiere + 1
            milieu = parcourir(arbre, int(gauche[arbre, noeud]), premiere)
            tombent = (1 << milieu) - (1 << premiere)
            coupes.append((int(trait[arbre, noeud]), float(seuil[arbre, noeud]), arbre, ~tombent & _TOUTES))
            return parcourir(arbre, int(droite[arbre, noeud]), milieu)

        for arbre in range(arbres):
            parcourir(arbre, 0, 0)
        self.seuils: list[NDArray[np.float64]] = []
        self.restent: list[NDArray[np.uint64]] = []
        for t in range(len(TRAITS)):
            miennes = sorted(c for c in coupes if c[0] == t)
            seuils = np.unique([c[1] for c in miennes])
            masques = np.full((len(seuils) + 1, arbres), _TOUTES, np.uint64)
            for _, valeur, arbre, masque in miennes:
                masques[np.searchsorted(seuils, valeur) + 1 :, arbre] &= np.uint64(masque)
            self.seuils.append(seuils)
            self.restent.append(masques)
        self._arbres = np.arange(arbres)

    def predire(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """One value a row."""
        masque = self.restent[0][np.searchsorted(self.seuils[0], x[:, 0])]
        for t in range(1, len(TRAITS)):
            masque &= self.restent[t][np.searchsorted(self.seuils[t], x[:, t])]
        premiere = np.bitwise_count(~masque & (masque - np.uint64(1)))  # zeros under the lowest leaf that remains
        resultat: NDArray[np.float64] = self.base + self.valeurs[self._arbres, premiere].sum(axis=1)
        return resultat


class Pertinence:
    """Relevance between 0 and 1. Without trees, weights set by hand: of the same trade, a near one, a far one."""

    neutre = NEUTRE

    def __init__(self, foret: Foret | None = None, poids: tuple[float, float, float] = POIDS_DES_METIERS) -> None:
        self.foret = foret
        self.poids = np.array(poids, float)

    def pertinences(self, traits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Relevance of rows of TRAITS; grows with each of them."""
        if len(traits) == 0:
            return np.empty(0)
        brut = traits @ self.poids if self.foret is None else self.foret.predire(traits)
        resultat: NDArray[np.float64] = np.clip(brut, 0.0, 1.0)
        return resultat

    def de_lectures(self, graphe: Graphe, poste: Lecture, gens: Sequence[Lecture]) -> NDArray[np.float64]:
        """Relevance of a few people read apart (for explanations)."""
        codes = np.full((len(gens), LARGEUR), 65535, np.uint16)
        quanta = np.zeros((len(gens), LARGEUR), np.uint8)
        for k, lecture in enumerate(gens):
            n = min(LARGEUR, len(lecture.codes))
            codes[k, :n] = lecture.codes[:n]
            quanta[k, :n] = np.rint(np.clip(lecture.valeurs[:n], 0, 1) * 255)
        valeurs = self.pertinences(graphe.traits(poste, codes, quanta))
        lisibles = np.array([g.lisible and poste.lisible for g in gens], bool)
        return np.where(lisibles, valeurs, NEUTRE)


def aisance_trajet(minutes: NDArray[np.float64], limite: NDArray[np.float64]) -> NDArray[np.float64]:
    """Chance that the true journey stays within the limit: one half at the limit, one well below."""
    rapport = np.log(np.maximum(limite, 1.0) / np.maximum(minutes, 1.0))
    resultat: NDArray[np.float64] = ndtr(rapport / DISPERSION_TRAJET)
    return resultat


def marge_trajet(
    minutes: NDArray[np.uint8], limite: NDArray[np.int64], part: float, inconnu: int
) -> NDArray[np.float64]:
    """Factor of the journey, never under 1 - `part` (R119); an unknown journey stands in the middle."""
    aise = aisance_trajet(minutes.astype(float), limite.astype(float))
    perdu = np.where(minutes == inconnu, 0.5, np.clip(2.0 * (1.0 - aise), 0.0, 1.0))
    facteur: NDArray[np.float64] = 1.0 - part * perdu
    return facteur
