"""Lines with their reasons: the same computation, put into words for the few people shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from marketplace.matching import raisons as mots
from marketplace.matching.decision import traits_de
from marketplace.matching.lecture import Interprete, Lecture
from marketplace.matching.pertinence import GAINS, Graphe, Pertinence
from marketplace.matching.texte import cle
from marketplace.matching.trajets import IMPOSSIBLE, MODES
from marketplace.matching.valeurs import LigneClassee, Poste, Profil, Raison, Reglages
from marketplace.matching.vivier import INCONNU

SEUIL_COUVERTURE, SEUIL_INCLUSION = 68.0, 92.0
MOTS_PROXIMITE = ("très proche", "proche", "à rapprocher", "éloigné")
MANQUES_MAX = 3
VOULUS = 5  # trades of the offre looked at for words


@dataclass(frozen=True)
class Constat:
    """What the computation says of one person, before words."""

    ref: str
    rang: int
    score: float
    base: float
    pertinence: float
    minutes: int
    mode: int
    neutre: bool
    codes: NDArray[np.uint16]
    croyances: NDArray[np.uint8]


class Lien(NamedTuple):
    """The ROME link between a past job and the offre: how near, the trade held, the trade asked for."""

    relation: int
    tenu: int
    demande: int


class Explicateur:
    """Writes the reasons of a line; contributions add up to the score."""

    def __init__(
        self,
        interprete: Interprete,
        graphe: Graphe,
        pertinence: Pertinence,
        reglages: Reglages,
        en_pourcentage: bool = False,
    ) -> None:
        self.interprete = interprete
        self.rome = interprete.lecteur.rome
        self.graphe = graphe
        self.pertinence = pertinence
        self.reglages = reglages
        self.en_pourcentage = en_pourcentage

    def lignes(
        self, poste: Poste, lecture: Lecture, gens: Sequence[tuple[Profil, Constat]]
    ) -> tuple[LigneClassee, ...]:
        """The lines of a ranking; what skills bring is the score less the score without them."""
        lectures = [self.interprete.profil(p, avec_competences=False) for p, c in gens if _lu(p, c)]
        liens = self._liens(lecture, gens)
        sans = iter(self.pertinence.de_lectures(self.graphe, lecture, lectures))
        return tuple(
            self._ligne(poste, lecture, p, c, float(next(sans)) if _lu(p, c) else c.base, lien)
            for (p, c), lien in zip(gens, liens, strict=True)
        )

    def _ligne(
        self,
        poste: Poste,
        lecture: Lecture,
        profil: Profil,
        constat: Constat,
        sans: float,
        lien: Lien | None,
    ) -> LigneClassee:
        raisons = [self._metier(lecture, profil, constat, sans, lien)]
        manques: list[str] = []
        competences, absentes = self._competences(poste, profil, constat.base - sans)
        raisons += competences
        manques += absentes
        if constat.pertinence != constat.base:
            raisons.append(_des_decisions(poste, profil, constat.pertinence - constat.base))
        trajet = self._trajet(profil, constat)
        raisons.append(trajet)
        raisons += _conditions(poste, profil)
        connu = constat.minutes not in (INCONNU, IMPOSSIBLE)
        return LigneClassee(
            ref=constat.ref,
            rang=constat.rang,
            score=constat.score,
            proximite=self.proximite(constat.base),
            trajet_minutes=constat.minutes if connu else None,
            mode=MODES[constat.mode] if connu else None,
            raisons=tuple(raisons),
            manques=tuple(manques),
            incomplet=constat.neutre or not connu or not profil.experiences or not profil.competences,
            pourcentage=round(100 * constat.pertinence) if self.en_pourcentage else None,
        )

    def proximite(self, pertinence: float) -> str:
        """Closeness in words, until figures are calibrated."""
        for mot, seuil in zip(MOTS_PROXIMITE, self.reglages.seuils_proximite, strict=False):
            if pertinence >= seuil:
                return mot
        return MOTS_PROXIMITE[-1]

    def _metier(self, lecture: Lecture, profil: Profil, constat: Constat, part: float, lien: Lien | None) -> Raison:
        if not lecture.lisible:
            return Raison("metier", "Métier de l'offre à préciser : classement neutre", part, "neutre")
        if constat.neutre:
            return Raison("metier", "Parcours à compléter : classé sur le reste", part, "neutre")
        if lien is None:
            texte = "Pas d'expérience repérée dans ce métier ni dans un métier voisin"
            return Raison("metier", texte, part, "moins")
        relation, tenu, demande = lien
        texte = mots.texte_metier(
            self.rome.libelles[tenu], relation, self._mois(profil, tenu), self.rome.libelles[demande]
        )
        return Raison("metier", texte, part, "plus")

    def _liens(self, lecture: Lecture, gens: Sequence[tuple[Profil, Constat]]) -> list[Lien | None]:
        """For each person the past job nearest to the offre, None when there is none."""
        if not gens or len(lecture.codes) == 0:
            return [None] * len(gens)
        codes = np.minimum(np.stack([c.codes for _, c in gens]), self.graphe.nombre - 1).astype(np.intp)
        croyances = np.stack([c.croyances for _, c in gens]) / 255.0  # zero where the code is a filler
        relations = self.rome.relation[codes[:, :, None], lecture.codes[None, None, :VOULUS]]
        valeurs = croyances[:, :, None] * lecture.valeurs[None, None, :VOULUS] * GAINS[relations]
        plates = valeurs.reshape(len(gens), -1)
        meilleurs = plates.argmax(axis=1)
        largeur = valeurs.shape[2]
        return [
            Lien(
                int(relations[i, m // largeur, m % largeur]),
                int(codes[i, m // largeur]),
                int(lecture.codes[m % largeur]),
            )
            if plates[i, m] > 0.03
            else None
            for i, m in enumerate(meilleurs)
        ]

    def _mois(self, profil: Profil, code: int) -> int | None:
        """Length of the past job that most likely was of this trade."""
        mieux, mois = -1.0, None
        for experience in profil.experiences:
            if experience.code_rome is not None and experience.code_rome == self.rome.codes[code]:
                return experience.mois
            lus, valeurs = self.interprete.wording(experience.intitule)
            croyance = float(valeurs[lus == code].sum())
            if croyance > mieux:
                mieux, mois = croyance, experience.mois
        return mois

    def _competences(self, poste: Poste, profil: Profil, part: float) -> tuple[list[Raison], list[str]]:
        demandees = poste.competences_requises
        if not demandees:
            dit = "Ses compétences vont vers ce métier" if part > 0 else "Ses compétences sont d'un autre métier"
            return ([Raison("competences", dit, part, "neutre")] if part else []), []
        if not profil.competences:
            return [Raison("competences", "Compétences à compléter", part, "neutre")], []
        couvertes = couverture(demandees, profil.competences)
        nombre, total = sum(couvertes), len(demandees)
        if nombre:
            s = "s" if nombre > 1 else ""
            nommees = [c for c, oui in zip(demandees, couvertes, strict=True) if oui][:MANQUES_MAX]
            texte = f"{nombre} compétence{s} demandée{s} sur {total} : {', '.join(nommees)}"
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


def _lu(profil: Profil, constat: Constat) -> bool:
    """Whether skills could have moved this person's relevance."""
    return bool(profil.competences) and not constat.neutre


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


def _des_decisions(poste: Poste, profil: Profil, part: float) -> Raison:
    """What the approved second layer adds or takes away, by the things it looks at."""
    ecart, retard = traits_de(profil, poste)
    vus = []
    if ecart > 0:
        vus.append(f"{mots.heures_fr(round(ecart, 2))} de moins par semaine que ce qu'elle accepte")
    if retard > 0:
        vus.append("disponible après le début")
    detail = " : " + ", ".join(vus) if vus else ""
    signe = "plus" if part > 0 else "moins" if part < 0 else "neutre"
    return Raison("decisions", f"Ajustement appris des réponses déjà données{detail}", part, signe)


def couverture(demandees: Sequence[str], tenues: Sequence[str]) -> list[bool]:
    """Which of the skills asked for are met by one of the skills held, nearly word for word or one in the other."""
    lues = [cle(t) for t in tenues]
    return [any(_se_valent(voulue, lue) for lue in lues) for voulue in map(cle, demandees)]


def _se_valent(a: str, b: str) -> bool:
    """Two folded skills, words in order: close spellings, or at least two words of one all in the other."""
    if not a or not b:
        return False
    if fuzz.ratio(a, b, score_cutoff=SEUIL_COUVERTURE) > 0:
        return True
    return " " in a and " " in b and fuzz.token_set_ratio(a, b, score_cutoff=SEUIL_INCLUSION) > 0
