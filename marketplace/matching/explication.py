"""Lines with their reasons: the same computation, put into words for the few people shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from marketplace.matching import raisons as mots
from marketplace.matching.lecture import Interprete, Lecture
from marketplace.matching.metiers import matrice_traits
from marketplace.matching.pertinence import GAINS, Graphe, Pertinence
from marketplace.matching.trajets import IMPOSSIBLE, MODES
from marketplace.matching.valeurs import LigneClassee, Poste, Profil, Raison, Reglages
from marketplace.matching.vivier import INCONNU

SEUIL_COUVERTURE = 0.42
MOTS_PROXIMITE = ("très proche", "proche", "à rapprocher", "éloigné")
MANQUES_MAX = 3


@dataclass(frozen=True)
class Constat:
    """What the computation says of one person, before words."""

    ref: str
    rang: int
    score: float
    pertinence: float
    minutes: int
    mode: int
    neutre: bool


class Explicateur:
    """Writes the reasons of a line; contributions add up to the score."""

    def __init__(self, interprete: Interprete, graphe: Graphe, pertinence: Pertinence, reglages: Reglages) -> None:
        self.interprete = interprete
        self.rome = interprete.lecteur.rome
        self.graphe = graphe
        self.pertinence = pertinence
        self.reglages = reglages

    def ligne(self, poste: Poste, lecture: Lecture, profil: Profil, constat: Constat) -> LigneClassee:
        """The line of one person for one offre."""
        sans = constat.pertinence
        if profil.competences and not constat.neutre:
            seule = self.interprete.profil(replace(profil, competences=()))
            sans = min(1.0, self.pertinence.d_une_lecture(self.graphe, lecture, seule))
        raisons = [self._metier(lecture, profil, constat, sans)]
        manques: list[str] = []
        competences, absentes = self._competences(poste, profil, constat.pertinence - sans)
        raisons += competences
        manques += absentes
        trajet = self._trajet(profil, constat)
        raisons.append(trajet)
        raisons += _conditions(poste, profil)
        connu = constat.minutes not in (INCONNU, IMPOSSIBLE)
        return LigneClassee(
            ref=constat.ref,
            rang=constat.rang,
            score=constat.score,
            proximite=self.proximite(constat.pertinence),
            trajet_minutes=constat.minutes if connu else None,
            mode=MODES[constat.mode] if connu else None,
            raisons=tuple(raisons),
            manques=tuple(manques),
            incomplet=constat.neutre or not connu or not profil.experiences or not profil.competences,
        )

    def proximite(self, pertinence: float) -> str:
        """Closeness in words, until figures are calibrated."""
        for mot, seuil in zip(MOTS_PROXIMITE, self.reglages.seuils_proximite, strict=False):
            if pertinence >= seuil:
                return mot
        return MOTS_PROXIMITE[-1]

    def _metier(self, lecture: Lecture, profil: Profil, constat: Constat, part: float) -> Raison:
        if not lecture.lisible:
            return Raison("metier", "Métier de l'offre à préciser : classement neutre", part, "neutre")
        if constat.neutre:
            return Raison("metier", "Parcours à compléter : classé sur le reste", part, "neutre")
        lien = self._lien(lecture, profil)
        if lien is None:
            texte = "Pas d'expérience repérée dans ce métier ni dans un métier voisin"
            return Raison("metier", texte, part, "moins")
        return Raison("metier", mots.texte_metier(lien[1], lien[0], lien[2]), part, "plus")

    def _lien(self, lecture: Lecture, profil: Profil) -> tuple[int, str, int | None] | None:
        """(relation, label of the trade held, months) of the past job nearest to the offre."""
        meilleur: tuple[float, int, str, int | None] | None = None
        for i, emploi in enumerate(self.interprete.emplois(profil)):
            mois = profil.experiences[i].mois if i < len(profil.experiences) else None
            for voulu, c2 in zip(lecture.codes[:5], lecture.valeurs[:5], strict=True):
                liens = self.rome.relation[emploi.codes, voulu]
                valeurs = emploi.valeurs * c2 * GAINS[liens]
                if len(valeurs) == 0:
                    continue
                k = int(np.argmax(valeurs))
                if valeurs[k] > 0.03 and (meilleur is None or valeurs[k] > meilleur[0]):
                    meilleur = (float(valeurs[k]), int(liens[k]), self.rome.libelles[emploi.codes[k]], mois)
        return None if meilleur is None else meilleur[1:]

    def _competences(self, poste: Poste, profil: Profil, part: float) -> tuple[list[Raison], list[str]]:
        demandees = poste.competences_requises
        if not demandees:
            return ([Raison("competences", "Ses compétences précisent son métier", part, "neutre")] if part else []), []
        if not profil.competences:
            return [Raison("competences", "Compétences à compléter", part, "neutre")], []
        couvertes = couverture(demandees, profil.competences)
        nombre, total = sum(couvertes), len(demandees)
        if nombre:
            s = "s" if nombre > 1 else ""
            texte = f"{nombre} compétence{s} demandée{s} sur {total}"
        else:
            texte = "Aucune des compétences demandées n'est encore écrite dans son profil"
        absentes = [f"Compétence à vérifier : {c}" for c, oui in zip(demandees, couvertes, strict=True) if not oui]
        return [Raison("competences", texte, part, "plus" if nombre else "neutre")], absentes[:MANQUES_MAX]

    def _trajet(self, profil: Profil, constat: Constat) -> Raison:
        part = constat.score - constat.pertinence
        if constat.minutes in (INCONNU, IMPOSSIBLE):
            return Raison("trajet", "Trajet à vérifier : commune ou moyen de transport inconnu", part, "neutre")
        texte = mots.texte_trajet(constat.minutes, MODES[constat.mode], profil.trajet_max_minutes)
        aise = constat.minutes <= 0.75 * profil.trajet_max_minutes
        return Raison("trajet", texte, part, "plus" if aise else "neutre")


def _conditions(poste: Poste, profil: Profil) -> list[Raison]:
    """Requirements met: they filter, hence weigh nothing within the list."""
    raisons = []
    if poste.permis:
        raisons.append(Raison("permis", f"Permis {mots.liste(sorted(poste.permis))} : oui", 0.0, "plus"))
    if poste.caces:
        raisons.append(Raison("caces", f"CACES {mots.liste(sorted(poste.caces))} : oui", 0.0, "plus"))
    if poste.heures_hebdo is not None:
        texte = f"{mots.heures_fr(poste.heures_hebdo)} par semaine : dans ses souhaits"
        raisons.append(Raison("heures", texte, 0.0, "plus"))
    if poste.nuit or poste.weekend:
        quoi = " et ".join(q for q, oui in (("la nuit", poste.nuit), ("le week-end", poste.weekend)) if oui)
        raisons.append(Raison("horaires", f"Accepte de travailler {quoi}", 0.0, "plus"))
    dispo = mots.texte_disponibilite(profil.disponible_le, poste.debut)
    if dispo:
        raisons.append(Raison("disponibilite", dispo[0], 0.0, dispo[1]))
    return raisons


def couverture(demandees: Sequence[str], tenues: Sequence[str]) -> list[bool]:
    """Which of the skills asked for are met by one of the skills held, word for word or nearly."""
    a, b = matrice_traits(list(demandees)), matrice_traits(list(tenues))
    if not a.nnz or not b.nnz:
        return [False] * len(demandees)
    na = np.sqrt(np.asarray(a.multiply(a).sum(axis=1)).ravel())
    nb = np.sqrt(np.asarray(b.multiply(b).sum(axis=1)).ravel())
    sim = (a @ b.T).toarray() / np.maximum(np.outer(na, nb), 1e-9)
    return [bool(x) for x in sim.max(axis=1) >= SEUIL_COUVERTURE]
