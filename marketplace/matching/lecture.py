"""From the words of a person or of an offre to beliefs over the trades.

Each past job has a belief drawn from its title; the skills of the person sharpen it, since they were
mostly learned in those jobs. A code confirmed by a human is believed entirely.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marketplace.matching.metiers import Lecteur
from marketplace.matching.texte import plier
from marketplace.matching.valeurs import Poste, Profil

GARDES = 24  # codes kept of one wording
LARGEUR = 12  # codes kept of one person


@dataclass(frozen=True)
class ReglagesLecture:
    """How far skills may move a title's belief."""

    part_competence: float = 0.10  # chance that a skill comes from the job at hand, one job
    appui_competences: float = 0.01  # belief a title leaves to what the skills say
    competences_max: int = 12
    force: float = 1.0  # below 1 when skills of one person repeat each other


@dataclass(frozen=True)
class Lecture:
    """Belief over the trades, sparse: `codes` and `valeurs`, best first; `lisible` is false for no words."""

    codes: NDArray[np.int32]
    valeurs: NDArray[np.float32]
    lisible: bool


class Interprete:
    """Turns profiles and offres into sparse beliefs; wordings already read are kept."""

    def __init__(self, lecteur: Lecteur, reglages: ReglagesLecture | None = None) -> None:
        self.lecteur = lecteur
        self.reglages = reglages or ReglagesLecture()
        self._lus: dict[tuple[str, bool], tuple[NDArray[np.int32], NDArray[np.float32]]] = {}
        self.nombre = lecteur.rome.nombre
        self._rien = np.zeros(self.nombre)
        self._rien.flags.writeable = False

    def lire(self, textes: Iterable[str], competence: bool = False) -> None:
        """Read wordings in bulk; later calls find them ready."""
        absents = sorted({t for t in (plier(x) for x in textes) if t and (t, competence) not in self._lus})
        if len(self._lus) + len(absents) > 400_000:
            self._lus.clear()
        for debut in range(0, len(absents), 1024):
            lot = absents[debut : debut + 1024]
            croyances = self.lecteur.croyances(lot, competence)
            k = min(GARDES, self.nombre - 1)
            tops = np.argpartition(-croyances, k, axis=1)[:, :k]
            for i, texte in enumerate(lot):
                codes = tops[i]
                valeurs = croyances[i, codes]
                codes = codes[valeurs > 1e-5].astype(np.int32)
                valeurs = valeurs[valeurs > 1e-5]
                ordre = np.lexsort((codes, -valeurs))
                valeurs = valeurs / max(1.0, float(valeurs.sum()))
                self._lus[(texte, competence)] = (codes[ordre], valeurs[ordre])

    def oublier(self) -> None:
        """Drop the wordings kept: for measures."""
        self._lus.clear()

    def wording(self, texte: str, competence: bool = False) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Belief of one wording, top codes only; empty when there is no word in it."""
        plie = plier(texte)
        if not plie:
            return np.empty(0, np.int32), np.empty(0, np.float32)
        if (plie, competence) not in self._lus:
            self.lire([plie], competence)
        return self._lus[(plie, competence)]

    def _appui(self, competences: Sequence[str], emplois: int) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
        """Log-likelihood of the skills under each trade, and their mixed belief."""
        if not competences:
            return self._rien, self._rien, 0
        part = self.reglages.part_competence / max(1, emplois) ** 0.5
        prior = self.lecteur.prior
        log_appui = np.zeros(self.nombre)
        melange = np.zeros(self.nombre)
        lues = 0
        for texte in competences[: self.reglages.competences_max]:
            codes, valeurs = self.wording(texte, competence=True)
            if len(codes) == 0:
                continue
            lues += 1
            rapport = valeurs / prior[codes]
            log_appui[codes] += self.reglages.force * (np.log((1 - part) + part * rapport) - np.log(1 - part))
            melange[codes] += valeurs
        if lues:
            melange /= lues
        return log_appui, melange, lues

    def emplois(self, profil: Profil, avec_competences: bool = True) -> list[Lecture]:
        """One belief a past job; a person with skills only is read as one job made of them."""
        experiences = list(profil.experiences[:8])
        log_appui, melange, lues = self._appui(profil.competences if avec_competences else (), len(experiences))
        lectures = []
        for experience in experiences:
            confirme = self.lecteur.rome.rang.get(experience.code_rome or "")
            if confirme is not None:
                lectures.append(Lecture(np.array([confirme], np.int32), np.ones(1, np.float32), True))
                continue
            codes, valeurs = self.wording(experience.intitule)
            if len(codes) == 0 and not lues:
                lectures.append(Lecture(codes, valeurs, False))
                continue
            lectures.append(self._mixte(codes, valeurs, log_appui, melange, lues))
        if not experiences and lues:
            lectures.append(self._mixte(np.empty(0, np.int32), np.empty(0, np.float32), log_appui, melange, lues))
        return lectures

    def _mixte(
        self,
        codes: NDArray[np.int32],
        valeurs: NDArray[np.float32],
        log_appui: NDArray[np.float64],
        melange: NDArray[np.float64],
        lues: int,
    ) -> Lecture:
        if not lues:
            return Lecture(codes[:LARGEUR], valeurs[:LARGEUR], len(codes) > 0)
        part = self.reglages.appui_competences if len(codes) else 1.0
        dense = part * melange
        dense[codes] += (1 - part) * valeurs
        presents = np.flatnonzero(dense > 1e-6)
        log = np.log(dense[presents]) + log_appui[presents]
        log -= log.max()
        p = np.exp(log)
        p /= p.sum()
        meilleurs = np.lexsort((presents, -p))[:LARGEUR]
        return Lecture(presents[meilleurs].astype(np.int32), p[meilleurs].astype(np.float32), True)

    def profil(self, profil: Profil, avec_competences: bool = True) -> Lecture:
        """Belief that one of the past jobs is of each trade: the best job counts."""
        lectures = [x for x in self.emplois(profil, avec_competences) if x.lisible]
        if not lectures:
            return Lecture(np.empty(0, np.int32), np.empty(0, np.float32), False)
        if len(lectures) == 1:
            return lectures[0]
        aucun: dict[int, float] = {}  # chance that no past job was of this trade
        for x in lectures:
            for code, valeur in zip(x.codes.tolist(), x.valeurs.tolist(), strict=True):
                aucun[code] = aucun.get(code, 1.0) * (1.0 - min(valeur, 1.0))
        presents = sorted((reste, code) for code, reste in aucun.items() if reste < 1 - 1e-4)[:LARGEUR]
        valeurs = np.array([1.0 - reste for reste, _ in presents], np.float32)
        return Lecture(np.array([code for _, code in presents], np.int32), valeurs, True)

    def poste(self, poste: Poste) -> Lecture:
        """Belief over the trade of an offre: its confirmed code, else its title sharpened by its skills."""
        confirme = self.lecteur.rome.rang.get(poste.code_rome or "")
        if confirme is not None:
            return Lecture(np.array([confirme], np.int32), np.ones(1, np.float32), True)
        codes, valeurs = self.wording(poste.intitule)
        morceaux = list(dict.fromkeys([*poste.competences_requises, *poste.competences_souhaitees]))
        if not morceaux:
            morceaux = [m for m in poste.description[:3000].split(",") if len(m.split()) <= 12]
        log_appui, melange, lues = self._appui(morceaux, 1)
        if len(codes) == 0 and not lues:
            return Lecture(codes, valeurs, False)
        return self._mixte(codes, valeurs, log_appui, melange, lues)

    def preparer(self, profils: Sequence[Profil]) -> None:
        """Read every wording of a batch of profiles at once."""
        self.lire(e.intitule for p in profils for e in p.experiences if e.code_rome is None)
        self.lire((c for p in profils for c in p.competences[: self.reglages.competences_max]), competence=True)
