"""The door of the engine: people in, ranked lists with reasons out.

Order of a ranking: hard requirements (exact, counted), then a first score from posting lists over
everybody, then relevance on the best of them, then the margin of the journey. `rank` never looks at
eligibility: it comes as a mask (R118).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from marketplace.matching import raisons as mots
from marketplace.matching.artefacts import charger
from marketplace.matching.lecture import Interprete, Lecture
from marketplace.matching.metiers import Lecteur, Reseau
from marketplace.matching.pertinence import Pertinence
from marketplace.matching.referentiels import lire_communes, lire_rome
from marketplace.matching.trajets import IMPOSSIBLE, MODES, Trajets
from marketplace.matching.valeurs import (
    Classement,
    ClassementPostes,
    HorsDePortee,
    LigneClassee,
    Poste,
    Profil,
    Raison,
    Reglages,
    SuggestionCompetence,
    Suggestions,
)
from marketplace.matching.vivier import BIT, INCONNU, MOTIFS, RECUPERABLES, Vivier, hacher, melanger

PRESELECTION = 200
GAINS = np.array([0.0, 1 / 7, 3 / 7, 1.0], np.float32)
MOTS_PROXIMITE = ("très proche", "proche", "à rapprocher", "éloigné")


class Ranker:
    """Holds the people of a territory and ranks them; safe to share between threads of one process."""

    def __init__(self, interprete: Interprete, trajets: Trajets, pertinence: Pertinence, version: str) -> None:
        self.interprete = interprete
        self.rome = interprete.lecteur.rome
        self.trajets = trajets
        self.pertinence = pertinence
        self.version = version
        self.reglages = Reglages()
        self.vivier = Vivier(self.rome.nombre, trajets)
        self._profils: dict[str, Profil] = {}
        self._verrou = threading.RLock()
        # gains[wanted] over the trades held: column of the relation table, read once
        self._entrants = [np.flatnonzero(self.rome.relation[:, c]) for c in range(self.rome.nombre)]

    @classmethod
    def ouvrir(cls, dossier_referentiels: Path, dossier_modeles: Path) -> Ranker:
        """Read reference tables and model arrays.

        Raises ErreurMatching when a table is missing or an array was altered or made by another version.
        """
        rome = lire_rome(Path(dossier_referentiels))
        trajets = Trajets(lire_communes(Path(dossier_referentiels)))
        lecteur = charger(Path(dossier_modeles), "lecteur")
        reseau = Reseau.depuis(lecteur.tableaux)
        interprete = Interprete(Lecteur(rome, reseau, lecteur.tableaux["prior"].astype(float)))
        return cls(interprete, trajets, Pertinence(), str(lecteur.fiche["version"]))

    # -- people held ---------------------------------------------------------------------------------

    def charger(self, profils: Iterable[Profil]) -> None:
        """Replace everybody. A reference given twice keeps the last profile."""
        tous = {p.ref: p for p in profils}
        with self._verrou:
            self._profils = tous
            self.vivier.vider(len(tous))
            liste = list(tous.values())
            for debut in range(0, len(liste), 4096):
                lot = liste[debut : debut + 4096]
                self.interprete.preparer(lot)
                for profil in lot:
                    self.vivier.poser(profil, self.interprete.profil(profil), self.pertinence.neutre, en_lot=True)
            self.vivier.batir()

    def appliquer(self, modifies: Iterable[Profil], retires: Iterable[str]) -> None:
        """Live update: put or replace people, forget others; unknown references are ignored."""
        lot = list(modifies)
        self.interprete.preparer(lot)
        lectures = [self.interprete.profil(p) for p in lot]
        with self._verrou:
            for profil, lecture in zip(lot, lectures, strict=True):
                self._profils[profil.ref] = profil
                self.vivier.poser(profil, lecture, self.pertinence.neutre)
            for ref in retires:
                self.vivier.retirer(ref)
                self._profils.pop(ref, None)

    def __len__(self) -> int:
        return len(self._profils)

    def masque(self, refs: Iterable[str]) -> NDArray[np.bool_]:
        """Who may be considered, aligned with the people held; unknown references are ignored."""
        with self._verrou:
            return self.vivier.masque(refs)

    # -- ranking -------------------------------------------------------------------------------------

    def _poids(self, lecture: Lecture) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """Gain expected from each trade held, for an offre believed to be of these trades."""
        dense = np.zeros(self.rome.nombre, np.float32)
        for code, croyance in zip(lecture.codes[:8], lecture.valeurs[:8], strict=True):
            entrants = self._entrants[code]
            dense[entrants] += croyance * GAINS[self.rome.relation[entrants, code]]
        codes = np.flatnonzero(dense > 1e-3)
        return codes, dense[codes]

    def _premier_score(self, lecture: Lecture) -> NDArray[np.float32]:
        """Expected gain of everybody, from the posting lists alone."""
        n = self.vivier.taille
        score = self.vivier.neutre[:n].copy()
        codes, poids = self._poids(lecture)
        for code, p in zip(codes, poids, strict=True):
            colonne = self.vivier.colonnes[code]
            if colonne.nombre:
                places = colonne.places[: colonne.nombre]
                score[places] += colonne.valeurs[: colonne.nombre] * np.float32(p / 255)
        return score

    def _preselection(
        self, score: NDArray[np.float32], admis: NDArray[np.intp], nombre: int, sel: int
    ) -> NDArray[np.intp]:
        """The `nombre` best slots of `admis` by first score, ties by the neutral key."""
        if len(admis) <= nombre:
            return admis
        s = score[admis]
        seuil = np.partition(s, len(s) - nombre)[len(s) - nombre]
        dessus = admis[s > seuil]
        egaux = admis[s == seuil]
        cles = melanger(self.vivier.hash[egaux], sel)
        garde = egaux[np.argsort(cles, kind="stable")[: nombre - len(dessus)]]
        return np.concatenate([dessus, garde])

    def rank(self, poste: Poste, *, parmi: NDArray[np.bool_] | None = None, limit: int = 10) -> Classement:
        """Rank the people held for an offre; `parmi` leaves out those who may not be considered (R118)."""
        with self._verrou:
            return self._rank(poste, parmi, max(0, limit))

    def _rank(self, poste: Poste, parmi: NDArray[np.bool_] | None, limit: int) -> Classement:
        v = self.vivier
        n = v.taille
        lecture = self.interprete.poste(poste)
        sel = hacher(poste.ref)
        admissible = v.vivant[:n].copy()
        vivants = int(admissible.sum())
        if parmi is not None:
            masque = np.zeros(n, bool)
            masque[: min(n, len(parmi))] = np.asarray(parmi, bool)[:n]
            admissible &= masque
        consideres = int(admissible.sum())
        rate, minutes, modes = v.manques(poste, self.reglages.delai_disponibilite_jours)
        comptes = np.bincount(rate[admissible], minlength=256)
        ecartes = {"non_eligible": vivants - consideres}
        bits = np.arange(256)
        for motif in MOTIFS:
            premier = (bits & -bits) == BIT[motif]
            ecartes[motif] = int(comptes[premier].sum())
        score = self._premier_score(lecture)
        admis = np.flatnonzero(admissible & (rate == 0))
        choisis = self._preselection(score, admis, max(PRESELECTION, limit), sel)
        pertinence, detail = self._pertinence(poste, lecture, score, choisis)
        marge = self._marge(minutes[choisis], v.trajet_max[choisis])
        final = np.round(pertinence * marge, 6)
        ordre = np.lexsort((melanger(v.hash[choisis], sel), -final))[:limit]
        lignes = tuple(
            self._ligne(
                poste,
                lecture,
                int(choisis[k]),
                rang,
                float(final[k]),
                float(pertinence[k]),
                float(detail[k]),
                int(minutes[choisis[k]]),
                int(modes[choisis[k]]),
            )
            for rang, k in enumerate(ordre, 1)
        )
        hors = self._hors_de_portee(poste, score, admissible, rate, minutes, modes, sel)
        principal = int(lecture.codes[0]) if len(lecture.codes) else None
        return Classement(
            poste_ref=poste.ref,
            code_rome=None if principal is None else self.rome.codes[principal],
            metier=None if principal is None else mots.nom_metier(self.rome.libelles[principal]),
            lignes=lignes,
            hors_de_portee=hors,
            ecartes=ecartes,
            version=self.version,
            consideres=consideres,
        )

    def _marge(self, minutes: NDArray[np.uint8], limite: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Factor of the journey, between 1 - part_trajet and 1 (R119)."""
        part = self.reglages.part_trajet
        aise = self.pertinence.aisance_trajet(minutes.astype(float), limite.astype(float))
        aise = np.where(minutes == INCONNU, 0.5, aise)
        facteur: NDArray[np.float64] = 1.0 - part * (1.0 - aise)
        return facteur

    def _pertinence(
        self, poste: Poste, lecture: Lecture, score: NDArray[np.float32], places: NDArray[np.intp]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(relevance in 0..1, part of it that the trades alone explain) of some slots."""
        base = np.clip(score[places].astype(float), 0.0, 1.0)
        return base, base

    # -- words ---------------------------------------------------------------------------------------

    def _proximite(self, pertinence: float) -> str:
        for mot, seuil in zip(MOTS_PROXIMITE, self.reglages.seuils_proximite, strict=False):
            if pertinence >= seuil:
                return mot
        return MOTS_PROXIMITE[-1]

    def _lien(self, poste_lecture: Lecture, profil: Profil) -> tuple[int, str, int | None] | None:
        """(relation, label of the trade held, months) of the past job nearest to the offre."""
        meilleur: tuple[float, int, str, int | None] | None = None
        emplois = self.interprete.emplois(profil)
        for i, emploi in enumerate(emplois):
            mois = profil.experiences[i].mois if i < len(profil.experiences) else None
            for code, croyance in zip(emploi.codes, emploi.valeurs, strict=True):
                for voulu, c2 in zip(poste_lecture.codes[:5], poste_lecture.valeurs[:5], strict=True):
                    lien = int(self.rome.relation[code, voulu])
                    if lien:
                        valeur = float(croyance * c2 * GAINS[lien])
                        if valeur > 0.02 and (meilleur is None or valeur > meilleur[0]):
                            meilleur = (valeur, lien, self.rome.libelles[code], mois)
        return None if meilleur is None else meilleur[1:]

    def _ligne(
        self,
        poste: Poste,
        lecture: Lecture,
        place: int,
        rang: int,
        score: float,
        pertinence: float,
        metier_seul: float,
        minutes: int,
        mode: int,
    ) -> LigneClassee:
        ref = self.vivier.refs[place]
        profil = self._profils.get(ref) or Profil(ref)
        raisons: list[Raison] = []
        manques: list[str] = []
        incomplet = bool(self.vivier.neutre[place] > 0) or not profil.experiences or not profil.competences
        lien = self._lien(lecture, profil)
        if self.vivier.neutre[place] > 0:
            raisons.append(Raison("metier", "Parcours à compléter : classé sur le reste", metier_seul, "neutre"))
        elif lien is None:
            raisons.append(
                Raison(
                    "metier",
                    "Pas d'expérience repérée dans ce métier ni dans un métier voisin",
                    metier_seul,
                    "moins",
                )
            )
        else:
            raisons.append(Raison("metier", mots.texte_metier(lien[1], lien[0], lien[2]), metier_seul, "plus"))
        apport = pertinence - metier_seul
        demandees = poste.competences_requises
        if demandees:
            if not profil.competences:
                raisons.append(Raison("competences", "Compétences à compléter", apport, "neutre"))
            else:
                couvertes = self.pertinence.couvertes(demandees, profil.competences)
                nombre = sum(couvertes)
                pluriel = "s" if nombre > 1 else ""
                raisons.append(
                    Raison(
                        "competences",
                        f"{nombre or 'Aucune'} compétence{pluriel} demandée{pluriel} sur {len(demandees)}"
                        if nombre
                        else "Aucune compétence demandée repérée",
                        apport,
                        "plus" if nombre else "neutre",
                    )
                )
                manques += [
                    f"Compétence à vérifier : {c}" for c, ok in zip(demandees, couvertes, strict=True) if not ok
                ][:3]
        nom_mode = MODES[mode] if minutes not in (INCONNU, IMPOSSIBLE) else None
        if nom_mode:
            raisons.append(
                Raison(
                    "trajet",
                    mots.texte_trajet(minutes, nom_mode, profil.trajet_max_minutes),
                    score - pertinence,
                    "plus" if minutes <= profil.trajet_max_minutes * 0.75 else "neutre",
                )
            )
        else:
            incomplet = True
            raisons.append(
                Raison(
                    "trajet",
                    "Trajet à vérifier : commune ou moyen de transport inconnu",
                    score - pertinence,
                    "neutre",
                )
            )
        if poste.permis:
            raisons.append(Raison("permis", f"Permis {mots.liste(sorted(poste.permis))} : oui", 0.0, "plus"))
        if poste.caces:
            raisons.append(Raison("caces", f"CACES {mots.liste(sorted(poste.caces))} : oui", 0.0, "plus"))
        if poste.heures_hebdo is not None:
            raisons.append(
                Raison(
                    "heures",
                    f"{mots.heures_fr(poste.heures_hebdo)} par semaine : dans ses souhaits",
                    0.0,
                    "plus",
                )
            )
        dispo = mots.texte_disponibilite(profil.disponible_le, poste.debut)
        if dispo:
            raisons.append(Raison("disponibilite", dispo[0], 0.0, dispo[1]))
        return LigneClassee(
            ref=ref,
            rang=rang,
            score=score,
            proximite=self._proximite(pertinence),
            trajet_minutes=minutes if nom_mode else None,
            mode=nom_mode,
            raisons=tuple(raisons),
            manques=tuple(manques),
            incomplet=incomplet,
        )

    def _hors_de_portee(
        self,
        poste: Poste,
        score: NDArray[np.float32],
        admissible: NDArray[np.bool_],
        rate: NDArray[np.uint8],
        minutes: NDArray[np.uint8],
        modes: NDArray[np.uint8],
        sel: int,
    ) -> tuple[HorsDePortee, ...]:
        """Relevant people who lack one thing an aid could bring."""
        seul = np.zeros(256, bool)
        for motif in RECUPERABLES:
            seul[BIT[motif]] = True
        seuil = self.reglages.seuils_proximite[2]
        places = np.flatnonzero(seul[rate] & admissible & (score > seuil))
        places = self._preselection(score, places, self.reglages.hors_de_portee_max, sel)
        ordre = np.lexsort((melanger(self.vivier.hash[places], sel), -np.round(score[places], 6)))
        resultat = []
        for place in places[ordre]:
            ref = self.vivier.refs[place]
            profil = self._profils.get(ref) or Profil(ref)
            motif = next(m for m in RECUPERABLES if rate[place] == BIT[m])
            connu = int(minutes[place]) not in (INCONNU, IMPOSSIBLE)
            m = int(minutes[place]) if connu else None
            resultat.append(
                HorsDePortee(
                    ref=ref,
                    manque=mots.manque_exigence(motif, poste, profil, m, MODES[modes[place]] if connu else None),
                    aide=mots.AIDES[motif],
                    score=float(np.round(min(1.0, score[place]), 6)),
                    trajet_minutes=m,
                )
            )
        return tuple(resultat)

    def rank_postes(
        self,
        profil: Profil,
        postes: Sequence[Poste],
        *,
        parmi: NDArray[np.bool_] | None = None,
        limit: int = 10,
    ) -> ClassementPostes:
        """The mirror: offres ranked for one person by the same score, `parmi` aligned with `postes`."""
        seul = Ranker(self.interprete, self.trajets, self.pertinence, self.version)
        seul.reglages = self.reglages
        seul.charger([profil])
        lignes: list[LigneClassee] = []
        hors: list[HorsDePortee] = []
        ecartes = {"non_eligible": 0, **dict.fromkeys(MOTIFS, 0)}
        sel = hacher(profil.ref)
        consideres = 0
        for i, poste in enumerate(postes):
            if parmi is not None and not parmi[i]:
                ecartes["non_eligible"] += 1
                continue
            consideres += 1
            un = seul.rank(poste, limit=1)
            for motif in MOTIFS:
                ecartes[motif] += un.ecartes[motif]
            for ligne in un.lignes:
                lignes.append(_renommer(ligne, poste.ref))
            for h in un.hors_de_portee:
                hors.append(HorsDePortee(poste.ref, h.manque, h.aide, h.score, h.trajet_minutes))

        def cle(ref: str) -> int:
            return int(melanger(np.array([hacher(ref)], np.uint64), sel)[0])

        lignes.sort(key=lambda x: (-x.score, cle(x.ref)))
        hors.sort(key=lambda x: (-x.score, cle(x.ref)))
        return ClassementPostes(
            profil_ref=profil.ref,
            lignes=tuple(_renommer(x, x.ref, rang) for rang, x in enumerate(lignes[: max(0, limit)], 1)),
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


def _renommer(ligne: LigneClassee, ref: str, rang: int | None = None) -> LigneClassee:
    return LigneClassee(
        ref=ref,
        rang=rang or ligne.rang,
        score=ligne.score,
        proximite=ligne.proximite,
        trajet_minutes=ligne.trajet_minutes,
        mode=ligne.mode,
        raisons=ligne.raisons,
        manques=ligne.manques,
        incomplet=ligne.incomplet,
    )
