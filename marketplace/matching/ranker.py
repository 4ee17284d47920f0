"""The door of the engine: people in, ranked lists with reasons out.

Order of a ranking: hard requirements (exact, counted), then a first score from posting lists over
everybody, then relevance on the best of them, then the margin of the journey. `rank` never looks at
eligibility: it comes as a mask (R118).
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marketplace.matching import raisons as mots
from marketplace.matching.artefacts import Artefact, charger, lecture_prudente
from marketplace.matching.decision import CoucheDecision
from marketplace.matching.explication import Constat, Explicateur
from marketplace.matching.lecture import Interprete
from marketplace.matching.lexique import lire_lexique
from marketplace.matching.metiers import Lecteur, Reseau
from marketplace.matching.noyau import Calcul, Noyau
from marketplace.matching.pertinence import Foret, Graphe, Pertinence
from marketplace.matching.referentiels import lire_communes, lire_rome
from marketplace.matching.releves import Releve, TableTrajets
from marketplace.matching.trajets import IMPOSSIBLE, MODES, Trajets
from marketplace.matching.valeurs import (
    Classement,
    ClassementPostes,
    HorsDePortee,
    Poste,
    Profil,
    Reglages,
    SuggestionCompetence,
    Suggestions,
)
from marketplace.matching.vivier import BIT, INCONNU, MOTIFS, RECUPERABLES, Vivier, hacher, melanger

LOT_CHARGEMENT = 4096


class Ranker:
    """Holds the people of a territory and ranks them; safe to share between the threads of one process."""

    def __init__(self, interprete: Interprete, trajets: Trajets, noyau: Noyau, version: str) -> None:
        self.interprete = interprete
        self.rome = interprete.lecteur.rome
        self.trajets = trajets
        self.noyau = noyau
        self.version = version
        self.fiches: tuple[Artefact, ...] = ()
        self.vivier = Vivier(self.rome.nombre, trajets)
        self._profils: dict[str, Profil] = {}
        self._verrou = threading.RLock()

    @classmethod
    def ouvrir(cls, dossier_referentiels: Path, dossier_modeles: Path) -> Ranker:
        """Read reference tables and model arrays.

        Raises ErreurMatching when a table is missing, or an array was altered or made for another format.
        """
        rome = lire_rome(Path(dossier_referentiels))
        trajets = Trajets(lire_communes(Path(dossier_referentiels)))
        lecteur = charger(Path(dossier_modeles), "lecteur")
        pertinence = charger(Path(dossier_modeles), "pertinence")
        lexique = lire_lexique(Path(dossier_modeles))
        with lecture_prudente("lecteur"):
            interprete = Interprete(
                Lecteur(
                    rome,
                    Reseau.depuis(lecteur.tableaux),
                    lecteur.tableaux["prior"].astype(float),
                    lexique.familiers,
                    lexique.vagues,
                )
            )
            interprete.lire(["maçon"])
        with lecture_prudente("pertinence"):
            foret = Foret(pertinence.tableaux)
        noyau = Noyau(Graphe(rome), Pertinence(foret))
        version = f"{lecteur.fiche['version']}-{lecteur.fiche['empreinte'][:6]}{pertinence.fiche['empreinte'][:6]}"
        ranker = cls(interprete, trajets, noyau, version)
        ranker.fiches = (lecteur, pertinence)
        return ranker

    def jumeau(self) -> Ranker:
        """An engine of the same models and settings, holding nobody."""
        autre = Ranker(self.interprete, self.trajets, self.noyau, self.version)
        autre.fiches = self.fiches
        return autre

    @property
    def verrou(self) -> threading.RLock:
        """What holds the people still while several computations look at them."""
        return self._verrou

    def recevoir_trajets(self, releves: Sequence[Releve]) -> None:
        """Journeys of the tables given from now on, the estimates elsewhere; none gives the estimates back."""
        with self._verrou:
            self.trajets.corriger(TableTrajets(self.trajets, releves) if releves else None)

    # -- settings ------------------------------------------------------------------------------------

    @property
    def reglages(self) -> Reglages:
        """Weights a human may set."""
        return self.noyau.reglages

    @reglages.setter
    def reglages(self, reglages: Reglages) -> None:
        _exiger_part(reglages)
        self.noyau.reglages = reglages

    def apprendre_des_decisions(self, couche: CoucheDecision) -> None:
        """Plug the second layer; it counts only once `couche.approuver` was called."""
        self.noyau.couche = couche

    def sous(self, reglages: Reglages, couche: CoucheDecision | None = None, version: str | None = None) -> Ranker:
        """The same people, held once, under the settings and the second layer of one territory.

        A view to rank with, then to drop: the people are kept up to date through the engine it comes from.
        Raises ValueError when the journey would weigh more than 30 %.
        """
        _exiger_part(reglages)
        vue = copy.copy(self)
        vue.noyau = self.noyau.sous(reglages, couche or CoucheDecision())
        vue.version = version or self.version
        return vue

    # -- people held ---------------------------------------------------------------------------------

    def charger(self, profils: Iterable[Profil]) -> None:
        """Replace everybody. A reference given twice keeps the last profile."""
        tous = {p.ref: p for p in profils}
        with self._verrou:
            self._profils = tous
            self.vivier.vider(len(tous))
            liste = list(tous.values())
            for debut in range(0, len(liste), LOT_CHARGEMENT):
                lot = liste[debut : debut + LOT_CHARGEMENT]
                self.interprete.preparer(lot)
                for profil in lot:
                    self.vivier.poser(profil, self.interprete.profil(profil), Pertinence.neutre, en_lot=True)
            self.vivier.batir()

    def appliquer(self, modifies: Iterable[Profil], retires: Iterable[str]) -> None:
        """Live update: put or replace people, forget others; unknown references are ignored."""
        lot = list(modifies)
        self.interprete.preparer(lot)
        lectures = [self.interprete.profil(p) for p in lot]
        with self._verrou:
            for profil, lecture in zip(lot, lectures, strict=True):
                self._profils[profil.ref] = profil
                self.vivier.poser(profil, lecture, Pertinence.neutre)
            for ref in retires:
                self.vivier.retirer(ref)
                self._profils.pop(ref, None)

    def profil(self, ref: str) -> Profil:
        """The profile held under a reference; KeyError when unknown."""
        return self._profils[ref]

    def retenir(self, profil: Profil) -> None:
        """Keep a profile for the reasons of somebody already in the index (benchmarks)."""
        self._profils[profil.ref] = profil

    def __len__(self) -> int:
        return self.vivier.vivants

    def masque(self, refs: Iterable[str]) -> NDArray[np.bool_]:
        """Who may be considered, aligned with the people held; unknown references are ignored.

        A mask made before an update stays safe: people added since are out until it is made again.
        """
        with self._verrou:
            return self.vivier.masque(refs)

    # -- ranking -------------------------------------------------------------------------------------

    def rank(self, poste: Poste, *, parmi: NDArray[np.bool_] | None = None, limit: int = 10) -> Classement:
        """Rank the people held for an offre; `parmi` leaves out those who may not be considered (R118)."""
        with self._verrou:
            calcul = self.calculer(poste, parmi, limit)
            gens = [self.constat(calcul, k, k + 1) for k in range(len(calcul.places))]
            lignes = self.explicateur().lignes(poste, calcul.lecture, gens)
            hors = tuple(self.hors_d_un(poste, calcul, k) for k in range(len(calcul.hors)))
        principal = int(calcul.lecture.codes[0]) if len(calcul.lecture.codes) else None
        return Classement(
            poste_ref=poste.ref,
            code_rome=None if principal is None else self.rome.codes[principal],
            metier=None if principal is None else mots.nom_metier(self.rome.libelles[principal]),
            lignes=lignes,
            hors_de_portee=hors,
            ecartes=calcul.ecartes,
            version=self.version,
            consideres=calcul.consideres,
        )

    def ordonner(self, poste: Poste, *, parmi: NDArray[np.bool_] | None = None, limit: int = 200) -> list[str]:
        """References only, in the order of `rank`, without the cost of the reasons."""
        with self._verrou:
            return [self.vivier.refs[p] for p in self.calculer(poste, parmi, limit).places]

    def candidats(self, poste: Poste, *, parmi: NDArray[np.bool_] | None = None, nombre: int = 200) -> dict[str, Any]:
        """What a merge of several pools compares: plain numbers and references (see `partition`)."""
        sel = hacher(poste.ref)
        with self._verrou:
            c = self.calculer(poste, parmi, nombre)
            refs = self.vivier.refs
            principal = int(c.lecture.codes[0]) if len(c.lecture.codes) else None
            return {
                "refs": [refs[p] for p in c.places],
                "premiers": c.premiers,
                "scores": c.scores,
                "cles": melanger(self.vivier.hash[c.places], sel),
                "hors": [
                    {"ref": refs[p], "premier": float(s), "cle": int(k)}
                    for p, s, k in zip(c.hors, c.hors_premiers, melanger(self.vivier.hash[c.hors], sel), strict=True)
                ],
                "hors_max": self.reglages.hors_de_portee_max,
                "ecartes": c.ecartes,
                "consideres": c.consideres,
                "code_rome": None if principal is None else self.rome.codes[principal],
                "metier": None if principal is None else mots.nom_metier(self.rome.libelles[principal]),
                "version": self.version,
            }

    def rank_lot(
        self, postes: Sequence[Poste], *, parmi: NDArray[np.bool_] | None = None, limit: int = 10
    ) -> list[Classement]:
        """One ranking an offre: the same lists as `rank` one by one, wordings read in bulk."""
        sans_code = [p for p in postes if p.code_rome not in self.rome.rang]
        self.interprete.lire(p.intitule for p in sans_code)
        self.interprete.lire((c for p in sans_code for c in p.competences_requises), competence=True)
        return [self.rank(p, parmi=parmi, limit=limit) for p in postes]

    def calculer(self, poste: Poste, parmi: NDArray[np.bool_] | None, limit: int) -> Calcul:
        """The ranking before words; callers hold the lock."""
        lecture = self.interprete.poste(poste)
        return self.noyau.calculer(self.vivier, poste, lecture, parmi, max(0, limit))

    def explicateur(self) -> Explicateur:
        """What puts a computation into words, under the settings of the moment."""
        noyau = self.noyau
        return Explicateur(
            self.interprete, noyau.graphe, noyau.pertinence_en_vigueur(), self.reglages, noyau.couche.pourcentage_permis
        )

    def constat(self, calcul: Calcul, k: int, rang: int) -> tuple[Profil, Constat]:
        """The k-th person kept and what the computation says of her."""
        place = int(calcul.places[k])
        ref = self.vivier.refs[place]
        constat = Constat(
            ref=ref,
            rang=rang,
            score=float(calcul.scores[k]),
            base=float(calcul.bases[k]),
            pertinence=float(calcul.pertinences[k]),
            minutes=int(calcul.minutes[k]),
            mode=int(calcul.modes[k]),
            neutre=bool(self.vivier.neutre[place] > 0),
            codes=self.vivier.codes[place],
            croyances=self.vivier.croyances[place],
        )
        return self._profils.get(ref) or Profil(ref), constat

    def hors_d_un(self, poste: Poste, calcul: Calcul, k: int) -> HorsDePortee:
        """The k-th person just out of reach: what lacks, what aid would bring it."""
        ref = self.vivier.refs[int(calcul.hors[k])]
        profil = self._profils.get(ref) or Profil(ref)
        motif = next(m for m in RECUPERABLES if calcul.hors_rates[k] == BIT[m])
        brut = int(calcul.hors_minutes[k])
        minutes = None if brut in (INCONNU, IMPOSSIBLE) else brut
        mode = None if minutes is None else MODES[calcul.hors_modes[k]]
        return HorsDePortee(
            ref=ref,
            manque=mots.manque_exigence(motif, poste, profil, minutes, mode),
            aide=mots.AIDES[motif],
            score=round(min(1.0, float(calcul.hors_premiers[k])), 6),
            trajet_minutes=minutes,
        )

    def rank_postes(
        self, profil: Profil, postes: Sequence[Poste], *, parmi: NDArray[np.bool_] | None = None, limit: int = 10
    ) -> ClassementPostes:
        """The mirror: offres ranked for one person by the same score, `parmi` aligned with `postes`."""
        seul = self.jumeau()
        seul.charger([profil])
        dedans: list[tuple[float, int, Poste, Calcul]] = []
        hors: list[HorsDePortee] = []
        ecartes = {"non_eligible": 0, **dict.fromkeys(MOTIFS, 0)}
        sel, consideres = hacher(profil.ref), 0
        for i, poste in enumerate(postes):
            if parmi is not None and not parmi[i]:
                ecartes["non_eligible"] += 1
                continue
            consideres += 1
            calcul = seul.calculer(poste, None, 1)
            for motif in MOTIFS:
                ecartes[motif] += calcul.ecartes[motif]
            if len(calcul.places):
                dedans.append((-float(calcul.scores[0]), _cle(poste.ref, sel), poste, calcul))
            if len(calcul.hors):
                hors.append(replace(seul.hors_d_un(poste, calcul, 0), ref=poste.ref))
        dedans.sort(key=lambda x: x[:2])
        hors.sort(key=lambda x: (-x.score, _cle(x.ref, sel)))
        lignes = []
        for rang, (_score, _cle_poste, poste, calcul) in enumerate(dedans[: max(0, limit)], 1):
            lu, constat = seul.constat(calcul, 0, rang)
            une = seul.explicateur().lignes(poste, calcul.lecture, [(lu, constat)])[0]
            lignes.append(replace(une, ref=poste.ref))
        return ClassementPostes(
            profil_ref=profil.ref,
            lignes=tuple(lignes),
            hors_de_portee=tuple(hors[: self.reglages.hors_de_portee_max]),
            ecartes=ecartes,
            version=self.version,
            consideres=consideres,
        )

    # -- wordings ------------------------------------------------------------------------------------

    def metiers(self, texte: str, limit: int = 5) -> Suggestions:
        """Trades that a free wording may name, one appellation each; vague wordings get a question."""
        return self.interprete.lecteur.suggerer(texte, limit)

    def competences(self, texte: str, limit: int = 5) -> tuple[SuggestionCompetence, ...]:
        """ROME compétences nearest to someone's own words."""
        return self.interprete.lecteur.suggerer_competences(texte, limit)

    def trajet(self, commune_a: str | None, commune_b: str | None, mode: str) -> int | None:
        """Minutes one way between two communes (INSEE codes); None when unknown or not possible."""
        return self.trajets.minutes(commune_a, commune_b, mode)


def _exiger_part(reglages: Reglages) -> None:
    if not 0.0 <= reglages.part_trajet <= 0.30:
        raise ValueError("La part du trajet dans le score va de 0 à 30 % (R119).")


def _cle(ref: str, sel: int) -> int:
    return int(melanger(np.array([hacher(ref)], np.uint64), sel)[0])
