"""The computation of a ranking, without words: who is kept, in what order, with what score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marketplace.matching.decision import CoucheDecision
from marketplace.matching.lecture import Lecture
from marketplace.matching.pertinence import NEUTRE, Graphe, Pertinence, marge_trajet
from marketplace.matching.valeurs import Poste, Reglages
from marketplace.matching.vivier import INCONNU, Vivier, hacher, melanger

PRESELECTION = 200


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


def premiers_scores(
    vivier: Vivier, graphe: Graphe, lecture: Lecture, vus: NDArray[np.bool_] | None = None
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Slots with a trade in common with the offre, among `vus`, and their expected gain."""
    if not lecture.lisible:
        tous = np.arange(vivier.taille) if vus is None else np.flatnonzero(vus)
        return tous, np.full(len(tous), NEUTRE, np.float32)
    places, gains = vivier.listes(*graphe.gains(lecture), vus)
    score = vivier.brouillon()
    np.add.at(score, places, gains)
    places = vivier.distinctes(places)
    premiers = score.take(places)
    score[places] = 0.0
    return places, premiers


def premier_score(vivier: Vivier, graphe: Graphe, lecture: Lecture) -> NDArray[np.float32]:
    """The first score of everybody, from the index."""
    score = np.zeros(vivier.taille, np.float32)
    places, premiers = premiers_scores(vivier, graphe, lecture)
    score[places] = premiers
    return score


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
    vivier: Vivier, places: NDArray[np.intp], premiers: NDArray[np.float32], nombre: int, sel: int
) -> NDArray[np.intp]:
    """Positions in `places` of the `nombre` best first scores, ties by the neutral key (R126)."""
    if len(places) <= nombre:
        return np.arange(len(places))
    seuil = np.partition(premiers, len(places) - nombre)[len(places) - nombre]
    dessus, egaux = np.flatnonzero(premiers > seuil), np.flatnonzero(premiers == seuil)
    cles = melanger(vivier.hash[places[egaux]], sel)
    return np.concatenate([dessus, egaux[np.argsort(cles, kind="stable")[: nombre - len(dessus)]]])


def _completer(
    bons: NDArray[np.bool_], places: NDArray[np.intp], premiers: NDArray[np.float32]
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Everybody within reach, with a first score of zero for those not in `places`."""
    score = np.zeros(len(bons), np.float32)
    score[places] = premiers
    tous = np.flatnonzero(bons)
    return tous, score[tous]


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
        examen = vivier.examiner(poste, self.reglages.delai_disponibilite_jours)
        filtrage = vivier.filtrer(examen, parmi)
        sel, nombre = hacher(poste.ref), max(PRESELECTION, limit)
        candidats, premiers = premiers_scores(vivier, self.graphe, lecture, filtrage.bons | filtrage.presque)
        bon = filtrage.bons.take(candidats)
        retenus, premiers_retenus = candidats[bon], premiers[bon]
        if len(retenus) < nombre:  # few people have a trade in common: the others follow, in neutral order
            retenus, premiers_retenus = _completer(filtrage.bons, retenus, premiers_retenus)
        garde = preselection(vivier, retenus, premiers_retenus, nombre, sel)
        choisis, premiers_choisis = retenus[garde], premiers_retenus[garde]
        bases = pertinences = self._pertinences(vivier, lecture, choisis)
        if self.couche.active:
            pertinences = self.couche.probabilites(vivier.traits_decision(poste, choisis, bases))
        portes = vivier.porte[choisis]
        minutes = examen.minutes[portes]
        limites = vivier.portes.tableau()[portes, 2]
        scores = np.round(pertinences * marge_trajet(minutes, limites, self.reglages.part_trajet, INCONNU), 6)
        ordre = np.lexsort((melanger(vivier.hash[choisis], sel), -scores))[:limit]
        proches = ~bon & (premiers > self.reglages.seuils_proximite[2])
        hors, hors_premiers = self._hors_de_portee(vivier, candidats[proches], premiers[proches], sel)
        return Calcul(
            lecture=lecture,
            places=choisis[ordre],
            premiers=premiers_choisis[ordre],
            bases=bases[ordre],
            pertinences=pertinences[ordre],
            scores=scores[ordre],
            minutes=minutes[ordre],
            modes=examen.modes[portes[ordre]],
            hors=hors,
            hors_premiers=hors_premiers,
            hors_rates=vivier.rates(examen, hors),
            hors_minutes=examen.minutes[vivier.porte[hors]],
            hors_modes=examen.modes[vivier.porte[hors]],
            ecartes=filtrage.ecartes,
            consideres=filtrage.consideres,
        )

    def _hors_de_portee(
        self, vivier: Vivier, presque: NDArray[np.intp], premiers: NDArray[np.float32], sel: int
    ) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """The best of the relevant people who lack one thing an aid could bring, best first."""
        garde = preselection(vivier, presque, premiers, self.reglages.hors_de_portee_max, sel)
        hors, premiers = presque[garde], premiers[garde]
        ordre = np.lexsort((melanger(vivier.hash[hors], sel), -np.round(premiers, 6)))
        return hors[ordre], premiers[ordre]

    def _pertinences(self, vivier: Vivier, lecture: Lecture, places: NDArray[np.intp]) -> NDArray[np.float64]:
        """Relevance of some slots; what cannot be read is neutral, never zero (R125)."""
        if not lecture.lisible:
            return np.full(len(places), NEUTRE)
        pertinence = self.pertinence_en_vigueur()
        traits = self.graphe.traits(lecture, vivier.codes[places], vivier.croyances[places])
        valeurs = pertinence.pertinences(traits)
        neutres = vivier.neutre[places]
        return np.where(neutres > 0, neutres.astype(float), valeurs)
