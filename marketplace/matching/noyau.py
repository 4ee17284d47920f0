"""The computation of a ranking, without words: who is kept, in what order, with what score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marketplace.matching.decision import CoucheDecision
from marketplace.matching.lecture import Lecture
from marketplace.matching.pertinence import NEUTRE, Graphe, Pertinence, marge_trajet
from marketplace.matching.valeurs import Poste, Reglages
from marketplace.matching.vivier import BIT, INCONNU, MOTIFS, RECUPERABLES, Examen, Vivier, hacher, melanger

PRESELECTION = 200
PREMIERS_REFUSES = 1000  # looked at first among those a requirement leaves out
_BITS = np.arange(256)
_PREMIER_MOTIF: dict[str, NDArray[np.bool_]] = {m: np.equal(_BITS & -_BITS, BIT[m]) for m in MOTIFS}
_SEUL_RECUPERABLE = np.isin(_BITS, [BIT[m] for m in RECUPERABLES])


@dataclass(frozen=True)
class Calcul:
    """Slots kept, best first, and what was computed for each; then those just out of reach."""

    lecture: Lecture
    places: NDArray[np.intp]
    premiers: NDArray[np.float32]
    bases: NDArray[np.float64]
    """Relevance before the second layer; the same as `pertinences` while it is off."""
    pertinences: NDArray[np.float64]
    scores: NDArray[np.float64]
    minutes: NDArray[np.uint8]
    modes: NDArray[np.uint8]
    hors: NDArray[np.intp]
    hors_premiers: NDArray[np.float32]
    hors_rates: NDArray[np.uint8]
    hors_minutes: NDArray[np.uint8]
    hors_modes: NDArray[np.uint8]
    ecartes: dict[str, int]
    consideres: int


def premiers_scores(vivier: Vivier, graphe: Graphe, lecture: Lecture) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Expected gain of everybody held, from the posting lists alone, and the slots where it is not zero.

    The array is the pool's scratch pad: `effacer` must give it back clean.
    """
    n = vivier.taille
    if not lecture.lisible:
        return np.full(n, NEUTRE, np.float32), np.arange(n)
    score = vivier.brouillon()
    neutres = vivier.neutres()
    score[neutres] = vivier.neutre[neutres]
    touches = [neutres]
    codes, poids = graphe.gains(lecture)
    for code, p in zip(codes, poids, strict=True):
        colonne = vivier.colonnes[code]
        if colonne.nombre:
            places = colonne.places[: colonne.nombre]
            avant = score[places]
            touches.append(places[avant == 0])
            avant += colonne.valeurs[: colonne.nombre] * np.float32(p / 255)
            score[places] = avant
    return score, np.concatenate(touches).astype(np.intp, copy=False)


def premier_score(vivier: Vivier, graphe: Graphe, lecture: Lecture) -> NDArray[np.float32]:
    """A copy of the first scores of everybody."""
    score, touches = premiers_scores(vivier, graphe, lecture)
    copie = score.copy()
    vivier.effacer(score, touches)
    return copie


def premier_score_force_brute(vivier: Vivier, graphe: Graphe, lecture: Lecture) -> NDArray[np.float32]:
    """The same, person by person over every row: what the index must equal."""
    n = vivier.taille
    if not lecture.lisible:
        return np.full(n, NEUTRE, np.float32)
    dense = np.zeros(graphe.nombre + 1, np.float32)
    codes, poids = graphe.gains(lecture)
    dense[codes] = (poids / 255).astype(np.float32)
    lus = np.minimum(vivier.codes[:n], graphe.nombre)
    produits = dense[lus] * vivier.croyances[:n]
    ordre = np.argsort(lus, axis=1, kind="stable")  # same order of addition as the posting lists
    score = vivier.neutre[:n].copy()
    for k in range(produits.shape[1]):
        score += np.take_along_axis(produits, ordre[:, k : k + 1], axis=1)[:, 0]
    return score


def preselection(
    vivier: Vivier, score: NDArray[np.float32], admis: NDArray[np.intp], nombre: int, sel: int
) -> NDArray[np.intp]:
    """The `nombre` best slots of `admis` by first score, ties by the neutral key (R126)."""
    if len(admis) <= nombre:
        return admis
    s = score[admis]
    seuil = np.partition(s, len(s) - nombre)[len(s) - nombre]
    dessus, egaux = admis[s > seuil], admis[s == seuil]
    cles = melanger(vivier.hash[egaux], sel)
    return np.concatenate([dessus, egaux[np.argsort(cles, kind="stable")[: nombre - len(dessus)]]])


def _admissibles(vivier: Vivier, parmi: NDArray[np.bool_] | None) -> NDArray[np.bool_] | None:
    """Slots that may be considered; None when that is everybody."""
    n = vivier.taille
    if parmi is None:
        return None if vivier.complet else vivier.vivant[:n]
    masque = np.zeros(n, bool)
    longueur = min(n, len(parmi))
    masque[:longueur] = np.asarray(parmi, bool)[:longueur]
    masque &= vivier.vivant[:n]
    return masque


class Noyau:
    """Everything a ranking needs but the people."""

    def __init__(self, graphe: Graphe, pertinence: Pertinence) -> None:
        self.graphe = graphe
        self.pertinence = pertinence
        self.reglages = Reglages()
        self.couche = CoucheDecision()

    def sous(self, reglages: Reglages, couche: CoucheDecision) -> Noyau:
        """The same computation under other settings and another second layer."""
        autre = Noyau(self.graphe, self.pertinence)
        autre.reglages, autre.couche = reglages, couche
        return autre

    def pertinence_en_vigueur(self) -> Pertinence:
        """What was learned, or the weights a human set in its place."""
        return Pertinence(poids=self.reglages.poids_metier) if self.reglages.poids_a_la_main else self.pertinence

    def calculer(
        self, vivier: Vivier, poste: Poste, lecture: Lecture, parmi: NDArray[np.bool_] | None, limit: int
    ) -> Calcul:
        """Filter, score and order the people held; at least PRESELECTION are scored to the end."""
        n = vivier.taille
        admissible = _admissibles(vivier, parmi)
        consideres = vivier.vivants if parmi is None or admissible is None else int(admissible.sum())
        examen = vivier.examiner(poste, self.reglages.delai_disponibilite_jours)
        ecartes = {"non_eligible": vivier.vivants - consideres} | dict.fromkeys(MOTIFS, 0)
        effectifs = vivier.effectifs(None if parmi is None else admissible)
        for motif, premier in _PREMIER_MOTIF.items():
            ecartes[motif] += int(effectifs[premier[examen.classes]].sum())
        bons = vivier.sans_reproche(examen)
        if admissible is not None:
            bons &= admissible
        tard = vivier.dispo[:n] > examen.dispo
        tard &= bons
        ecartes["disponibilite"] = int(np.count_nonzero(tard))
        bons ^= tard
        loin = np.take(examen.loin, vivier.porte[:n], mode="clip")
        loin &= bons
        ecartes["trajet"] = int(np.count_nonzero(loin))
        bons ^= loin
        score, candidats = premiers_scores(vivier, self.graphe, lecture)
        try:
            return self._ordonner(
                vivier, poste, lecture, examen, bons, admissible, score, candidats, limit, ecartes, consideres
            )
        finally:
            vivier.effacer(score, candidats)

    def _ordonner(
        self,
        vivier: Vivier,
        poste: Poste,
        lecture: Lecture,
        examen: Examen,
        bons: NDArray[np.bool_],
        admissible: NDArray[np.bool_] | None,
        score: NDArray[np.float32],
        candidats: NDArray[np.intp],
        limit: int,
        ecartes: dict[str, int],
        consideres: int,
    ) -> Calcul:
        """From first scores to the final order."""
        sel = hacher(poste.ref)
        retenus = candidats[bons[candidats]]
        nombre = max(PRESELECTION, limit)
        if len(retenus) < nombre:  # few people have a trade in common: the others follow, in neutral order
            retenus = np.flatnonzero(bons)
        choisis = preselection(vivier, score, retenus, nombre, sel)
        bases = self._pertinences(vivier, lecture, choisis)
        pertinences = bases
        if self.couche.active:
            pertinences = self.couche.probabilites(vivier.traits_decision(poste, choisis, bases))
        portes = vivier.porte[choisis]
        minutes = examen.minutes[portes]
        limites = vivier.portes.tableau()[portes, 2]
        marge = marge_trajet(minutes, limites, self.reglages.part_trajet, INCONNU)
        scores = np.round(pertinences * marge, 6)
        ordre = np.lexsort((melanger(vivier.hash[choisis], sel), -scores))[:limit]
        gardes = choisis[ordre]
        hors, rates = self._hors_de_portee(vivier, examen, score, candidats, bons, admissible, sel)
        return Calcul(
            lecture=lecture,
            places=gardes,
            premiers=score[gardes],
            bases=bases[ordre],
            pertinences=pertinences[ordre],
            scores=scores[ordre],
            minutes=minutes[ordre],
            modes=examen.modes[portes[ordre]],
            hors=hors,
            hors_premiers=score[hors],
            hors_rates=rates,
            hors_minutes=examen.minutes[vivier.porte[hors]],
            hors_modes=examen.modes[vivier.porte[hors]],
            ecartes=ecartes,
            consideres=consideres,
        )

    def _hors_de_portee(
        self,
        vivier: Vivier,
        examen: Examen,
        score: NDArray[np.float32],
        candidats: NDArray[np.intp],
        bons: NDArray[np.bool_],
        admissible: NDArray[np.bool_] | None,
        sel: int,
    ) -> tuple[NDArray[np.intp], NDArray[np.uint8]]:
        """Relevant slots that lack one thing an aid could bring, best first, and what each lacks."""
        refuses = candidats[~bons[candidats]]
        refuses = refuses[score[refuses] > self.reglages.seuils_proximite[2]]
        if admissible is not None:
            refuses = refuses[admissible[refuses]]
        combien = self.reglages.hors_de_portee_max
        tete = preselection(vivier, score, refuses, PREMIERS_REFUSES, sel)
        bas = float(score[tete].min()) if len(tete) < len(refuses) else -1.0
        uniques = tete[_SEUL_RECUPERABLE[vivier.rates(examen, tete)]]
        if bas >= 0 and np.count_nonzero(score[uniques] > bas) < combien:  # the head was too short to be sure
            uniques = refuses[_SEUL_RECUPERABLE[vivier.rates(examen, refuses)]]
        hors = preselection(vivier, score, uniques, combien, sel)
        hors = hors[np.lexsort((melanger(vivier.hash[hors], sel), -np.round(score[hors], 6)))]
        return hors, vivier.rates(examen, hors)

    def _pertinences(self, vivier: Vivier, lecture: Lecture, places: NDArray[np.intp]) -> NDArray[np.float64]:
        """Relevance of some slots; what cannot be read is neutral, never zero (R125)."""
        if not lecture.lisible:
            return np.full(len(places), NEUTRE)
        pertinence = self.pertinence_en_vigueur()
        traits = self.graphe.traits(lecture, vivier.codes[places], vivier.croyances[places])
        valeurs = pertinence.pertinences(traits)
        neutres = vivier.neutre[places]
        return np.where(neutres > 0, neutres.astype(float), valeurs)
