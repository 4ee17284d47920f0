"""The people held in memory: posting lists by trade, columns for the hard requirements.

Slots are stable between two `charger`: a person keeps hers, a retired one is never given to another, so a
mask made before an update can never let a stranger in.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from marketplace.matching.decision import TEMPS_PLEIN, tableau
from marketplace.matching.exigences import Exigences, premiere_arrivee, quarts
from marketplace.matching.filtres import Bits, Masques, compter, depaqueter, empaqueter
from marketplace.matching.lecture import LARGEUR, Lecture
from marketplace.matching.listes import Colonne, Table
from marketplace.matching.trajets import IMPOSSIBLE, MODES, Trajets, bits_modes
from marketplace.matching.valeurs import Poste, Profil

INCONNU = 0  # minutes column: commune or modes unknown
JOUR_ZERO = date(2000, 1, 1).toordinal()
MOTIFS = ("permis", "caces", "nuit", "weekend", "horaires", "heures", "disponibilite", "trajet")
BIT = {motif: 1 << i for i, motif in enumerate(MOTIFS)}
RECUPERABLES = ("trajet", "permis", "caces", "heures")
BIT_NUIT, BIT_WEEKEND = 1, 2


def hacher(texte: str) -> int:
    """A stable 64-bit number of a reference."""
    return int.from_bytes(hashlib.blake2b(texte.encode("utf-8", "replace"), digest_size=8).digest(), "little")


def melanger(hashes: NDArray[np.uint64], sel: int) -> NDArray[np.uint64]:
    """Neutral tie-break key of (offre, person), R126: a mixed hash of both references."""
    x = hashes ^ np.uint64(sel)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    resultat: NDArray[np.uint64] = x ^ (x >> np.uint64(31))
    return resultat


@dataclass(frozen=True)
class Examen:
    """Requirements of one offre: failed bits by class, latest day, then by door minutes, mode, too far.

    `demandes` holds what is asked under each of MOTIFS, in their order: two offres that ask the same share a mask.
    """

    classes: NDArray[np.uint8]
    dispo: np.int16
    minutes: NDArray[np.uint8]
    modes: NDArray[np.uint8]
    loin: NDArray[np.bool_]
    demandes: Mapping[str, Hashable]


@dataclass(frozen=True)
class Filtrage:
    """Who meets every requirement, who lacks one thing an aid could bring, how many were left out and why."""

    bons: NDArray[np.bool_]
    presque: NDArray[np.bool_]
    ecartes: dict[str, int]
    consideres: int


class Vivier:
    """Columns over the slots; see the module. Not thread-safe: the Ranker locks."""

    def __init__(self, nombre_codes: int, trajets: Trajets) -> None:
        self.nombre_codes = nombre_codes
        self.trajets = trajets
        self.exigences = Exigences()
        self.vider(0)

    def vider(self, capacite: int) -> None:
        """Forget everybody and make room for `capacite` people."""
        self.taille = 0
        self.vivants = 0
        n = max(16, capacite)
        self.refs: list[str] = []
        self.place: dict[str, int] = {}
        self.vivant = np.zeros(n, bool)
        self.dispo = np.zeros(n, np.int16)  # days since 2000, -32768 for now
        self.classe = np.zeros(n, np.int32)  # same licences, CACES, night, week-end and hours
        self.classe_octet = np.zeros(n, np.uint8)  # the same while there are at most 256 classes
        self.porte = np.zeros(n, np.intp)  # same commune, modes and longest journey
        self.hash = np.zeros(n, np.uint64)
        self.neutre = np.zeros(n, np.float32)
        self.codes = np.full((n, LARGEUR), 65535, np.uint16)
        self.croyances = np.zeros((n, LARGEUR), np.uint8)
        vide_i, vide_v = np.empty(0, np.int32), np.empty(0, np.uint8)
        self.colonnes = [Colonne(vide_i, vide_v, 0) for _ in range(self.nombre_codes)]
        self.classes = Table(3)  # bits, least and most quarters of an hour
        self.portes = Table(3)  # commune, modes, longest journey
        self._neutres: NDArray[np.intp] | None = None
        self._brouillon = np.zeros(0, np.float32)
        self._dernier = np.zeros(0, np.int32)
        self._masques = Masques()
        self._minutes: dict[tuple[int, int | None], tuple[NDArray[np.uint8], NDArray[np.uint8]]] = {}
        self._lieux_connus: tuple[int, tuple[Any, ...]] | None = None
        self._correction = self.trajets.correction

    _PAR_PLACE: ClassVar[tuple[str, ...]] = (
        "vivant",
        "classe",
        "classe_octet",
        "porte",
        "dispo",
        "hash",
        "neutre",
        "codes",
        "croyances",
    )

    def _agrandir(self, besoin: int) -> None:
        actuel = len(self.vivant)
        if besoin <= actuel:
            return
        neuf = max(besoin, int(actuel * 1.5))
        for nom in self._PAR_PLACE:
            ancien = getattr(self, nom)
            plus = np.zeros((neuf, *ancien.shape[1:]), ancien.dtype)
            plus[:actuel] = ancien
            setattr(self, nom, plus)

    def _porte(self, profil: Profil) -> int:
        commune = self.trajets.communes.rang.get(profil.code_insee or "", -1)
        modes = bits_modes(profil.modes)
        limite = max(0, min(254, int(profil.trajet_max_minutes)))
        return self.portes.numero((commune, modes, limite) if commune >= 0 and modes else (-1, 0, limite))

    def _classe(self, profil: Profil) -> int:
        bits = self.exigences.detenus(profil) | self.exigences.creneaux(profil)
        bits |= (BIT_NUIT if profil.nuit else 0) | (BIT_WEEKEND if profil.weekend else 0)
        return self.classes.numero((bits, quarts(profil.heures_min, math.floor), quarts(profil.heures_max, math.ceil)))

    def poser(self, profil: Profil, lecture: Lecture, neutre: float, en_lot: bool = False) -> int:
        """Put a person in her slot (a new one if unknown); `en_lot` leaves posting lists to `batir`."""
        place = self.place.get(profil.ref)
        if place is None:
            place = self.taille
            self._agrandir(place + 1)
            self.taille += 1
            self.refs.append(profil.ref)
            self.place[profil.ref] = place
            self.vivants += 1
            self.hash[place] = hacher(profil.ref)
        elif not en_lot:
            self._oter_colonnes(place)
        self.vivant[place] = True
        self.classe[place] = self._classe(profil)
        self.classe_octet[place] = self.classe[place] & 255
        self.porte[place] = self._porte(profil)
        self.oublier_resumes()
        self.dispo[place] = (
            np.clip(profil.disponible_le.toordinal() - JOUR_ZERO, -32768, 32767) if profil.disponible_le else -32768
        )
        self.neutre[place] = 0.0 if lecture.lisible else neutre
        quanta = np.rint(np.clip(lecture.valeurs, 0, 1) * 255).astype(np.uint8)
        garde = quanta > 0
        codes, quanta = lecture.codes[garde][:LARGEUR], quanta[garde][:LARGEUR]
        self.codes[place] = 65535
        self.croyances[place] = 0
        self.codes[place, : len(codes)] = codes
        self.croyances[place, : len(codes)] = quanta
        if not en_lot:
            for code, quantum in zip(codes, quanta, strict=True):
                self.colonnes[code].ajouter(place, int(quantum))
        return place

    def batir(self) -> None:
        """Build every posting list from the rows, in one sort."""
        codes = self.codes[: self.taille].ravel()
        presents = np.flatnonzero((codes != 65535) & np.repeat(self.vivant[: self.taille], LARGEUR))
        ordre = np.argsort(codes[presents], kind="stable")
        tries = presents[ordre]
        c = codes[tries]
        bornes = np.searchsorted(c, np.arange(self.nombre_codes + 1))
        places = (tries // LARGEUR).astype(np.int32)
        valeurs = self.croyances[: self.taille].ravel()[tries]
        for code in range(self.nombre_codes):
            a, b = bornes[code], bornes[code + 1]
            self.colonnes[code] = Colonne(places[a:b], valeurs[a:b], int(b - a))

    def _oter_colonnes(self, place: int) -> None:
        for code in self.codes[place]:
            if code != 65535:
                self.colonnes[code].retirer(place)

    def retirer(self, ref: str) -> bool:
        """Forget a person; her slot stays empty for ever. False when unknown."""
        place = self.place.pop(ref, None)
        if place is None:
            return False
        self._oter_colonnes(place)
        self.vivant[place] = False
        self.vivants -= 1
        self.oublier_resumes()
        self.codes[place] = 65535
        self.croyances[place] = 0
        self.neutre[place] = 0.0
        self.refs[place] = ""
        return True

    def _lieux(self) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
        """Doors of a known commune, their distinct communes, the one of each, the modes each allows."""
        if self._lieux_connus is None or self._lieux_connus[0] != len(self.portes):
            table = self.portes.tableau()
            connues = np.flatnonzero(table[:, 0] >= 0)
            communes, laquelle = np.unique(table[connues, 0], return_inverse=True)
            permis = ((table[connues, 1] >> np.arange(len(MODES))[:, None]) & 1).astype(bool)
            self._lieux_connus = len(self.portes), (connues, communes, laquelle, permis)
        return self._lieux_connus[1]

    def minutes(self, commune_poste: int, arrivee: int | None) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """(minutes, mode) of the quickest allowed mode for each known door; see `Trajets` for `arrivee`."""
        cle = (commune_poste, arrivee)
        garde = self._minutes.get(cle)
        if garde is not None and len(garde[0]) == len(self.portes):
            return garde
        if len(self._minutes) > 1024:
            self._minutes.clear()
        minutes = np.zeros(len(self.portes), np.uint8)
        mode = np.zeros(len(self.portes), np.uint8)
        connues, communes, laquelle, permis = self._lieux()
        if commune_poste >= 0 and len(connues):
            par_commune = self.trajets.minutes_tous_modes(commune_poste, communes, arrivee)
            tous = np.where(permis, par_commune[:, laquelle], np.inf)
            meilleur = tous.argmin(axis=0)
            valeur = tous[meilleur, np.arange(len(connues))]
            entier = np.where(np.isfinite(valeur), np.clip(np.rint(valeur), 1, 254), IMPOSSIBLE)
            minutes[connues] = entier.astype(np.uint8)
            mode[connues] = meilleur
        self._minutes[cle] = (minutes, mode)
        return minutes, mode

    def oublier_resumes(self) -> None:
        """Somebody changed: summaries are to be made again."""
        self._neutres = None
        self._masques.oublier()

    def neutres(self) -> NDArray[np.intp]:
        """Slots of people nothing could be read of."""
        if self._neutres is None:
            self._neutres = np.flatnonzero(self.neutre[: self.taille])
        return self._neutres

    def brouillon(self) -> NDArray[np.float32]:
        """A clean array of scores, one a slot, kept from one ranking to the next: give it back clean."""
        if len(self._brouillon) < self.taille:
            self._brouillon = np.zeros(len(self.vivant), np.float32)
        return self._brouillon[: self.taille]

    def listes(
        self, codes: NDArray[np.intp], poids: NDArray[np.float32], vus: NDArray[np.bool_] | None
    ) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """Slots of the posting lists of some trades and what each brings, one list after the other.

        People nothing could be read of come first, with their neutral value; `vus` leaves the others out.
        """
        neutres = self.neutres()
        colonnes = [self.colonnes[code] for code in codes]
        places = np.concatenate([neutres, *(c.places[: c.nombre] for c in colonnes)])
        quanta = np.concatenate([c.valeurs[: c.nombre] for c in colonnes]) if colonnes else np.zeros(0, np.uint8)
        facteurs = np.repeat(poids / np.float32(255), [c.nombre for c in colonnes])
        gains = np.concatenate([self.neutre[neutres], quanta * facteurs])
        if vus is None:
            return places, gains
        garde = vus.take(places)
        return places[garde], gains[garde]

    def distinctes(self, places: NDArray[np.intp]) -> NDArray[np.intp]:
        """Each slot once."""
        if len(self._dernier) < self.taille:
            self._dernier = np.zeros(len(self.vivant), np.int32)
        rangs = np.arange(len(places), dtype=np.int32)
        self._dernier[places] = rangs  # the last writer of a slot keeps it
        uniques: NDArray[np.intp] = places[self._dernier.take(places) == rangs]
        return uniques

    def examiner(self, poste: Poste, delai_jours: int) -> Examen:
        """The hard requirements of an offre, as small tables over classes and doors."""
        if self._correction is not self.trajets.correction:  # routed landmarks came in: other minutes
            self._correction = self.trajets.correction
            self._minutes.clear()
            self._masques.oublier()
        permis, caces = self.exigences.de(poste)
        table = self.classes.tableau()
        rate = np.zeros(len(table), np.uint8)
        bits = table[:, 0].astype(np.uint64)
        demandes: dict[str, Hashable] = {}
        for voulus, motif in (
            (permis, "permis"),
            (caces, "caces"),
            (BIT_NUIT if poste.nuit else 0, "nuit"),
            (BIT_WEEKEND if poste.weekend else 0, "weekend"),
            (self.exigences.creneau(poste), "horaires"),
        ):
            if voulus:
                demandes[motif] = voulus
                rate[(bits & np.uint64(voulus)) != np.uint64(voulus)] |= BIT[motif]
        if poste.heures_hebdo is not None:
            demandes["heures"] = h = quarts(poste.heures_hebdo, round)
            rate[(table[:, 1] > h) | (table[:, 2] < h)] |= BIT["heures"]
        limite = 32767
        if poste.debut is not None:
            demandes["disponibilite"] = limite = min(32767, poste.debut.toordinal() - JOUR_ZERO + delai_jours)
        commune = self.trajets.communes.rang.get(poste.code_insee or "", -1)
        arrivee = premiere_arrivee(poste)
        minutes, mode = self.minutes(commune, arrivee)
        loin = minutes > self.portes.tableau()[:, 2]
        if commune >= 0:
            demandes["trajet"] = (commune, arrivee)
        return Examen(rate, np.int16(limite), minutes, mode, loin, demandes)

    def _rate(self, examen: Examen, motif: str) -> NDArray[np.bool_]:
        """Slots that fail one requirement."""
        n = self.taille
        if motif == "disponibilite":
            tard: NDArray[np.bool_] = self.dispo[:n] > examen.dispo
            return tard
        if motif == "trajet":
            loin: NDArray[np.bool_] = examen.loin[self.porte[:n]]
            return loin
        classes = (examen.classes & BIT[motif]) != 0
        if len(classes) > 256:
            rate: NDArray[np.bool_] = classes[self.classe[:n]]
            return rate
        octets = self.classe_octet[:n].tobytes().translate(classes.tobytes().ljust(256, b"\0"))
        return np.frombuffer(octets, np.bool_)

    def filtrer(self, examen: Examen, parmi: NDArray[np.bool_] | None) -> Filtrage:
        """The requirements one after the other; somebody is counted under the first that fails."""
        n = self.taille
        bons: Bits = self._masques.lire("vivant", lambda: self.vivant[:n])
        if parmi is not None:
            bons = bons & empaqueter(np.asarray(parmi, bool)[:n], n)
        consideres = compter(bons)
        presque = np.zeros_like(bons)
        ecartes = {"non_eligible": self.vivants - consideres} | dict.fromkeys(MOTIFS, 0)
        for motif, demande in examen.demandes.items():
            rate = self._masques.lire((motif, demande), partial(self._rate, examen, motif))
            perdus = bons & rate
            ecartes[motif] = compter(perdus)
            presque &= ~rate  # a second thing lacks
            if motif in RECUPERABLES:
                presque |= perdus
            bons = bons ^ perdus
        return Filtrage(depaqueter(bons, n), depaqueter(presque, n), ecartes, consideres)

    def rates(self, examen: Examen, places: NDArray[np.intp]) -> NDArray[np.uint8]:
        """Bits of the failed requirements of some slots (MOTIFS)."""
        rate: NDArray[np.uint8] = examen.classes[self.classe[places]]
        rate |= (self.dispo[places] > examen.dispo).view(np.uint8) * np.uint8(BIT["disponibilite"])
        rate |= examen.loin[self.porte[places]].view(np.uint8) * np.uint8(BIT["trajet"])
        return rate

    def traits_decision(
        self, poste: Poste, places: NDArray[np.intp], pertinences: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Rows of `decision.TRAITS` for some slots."""
        ecart = np.zeros(len(places))
        if poste.heures_hebdo is not None:
            acceptees = np.minimum(self.classes.tableau()[self.classe[places], 2] / 4.0, TEMPS_PLEIN)
            ecart = np.maximum(0.0, acceptees - float(poste.heures_hebdo))
        retard = np.zeros(len(places))
        if poste.debut is not None:
            retard = np.maximum(0.0, self.dispo[places] - float(poste.debut.toordinal() - JOUR_ZERO)) / 7.0
        return tableau(pertinences, ecart, retard)

    def masque(self, refs: Iterable[str]) -> NDArray[np.bool_]:
        """True at the slots of these people; unknown references are ignored."""
        masque = np.zeros(self.taille, bool)
        places = [self.place[r] for r in refs if r in self.place]
        masque[places] = True
        return masque

    def octets(self) -> int:
        """Bytes of the arrays for the people held, masks and scratch included, spare room left out."""
        n = self.taille
        par_place = sum(
            getattr(self, nom).dtype.itemsize * int(np.prod(getattr(self, nom).shape[1:], initial=1))
            for nom in self._PAR_PLACE
        )
        brouillons = self._brouillon.itemsize + self._dernier.itemsize
        return int(n * (par_place + brouillons) + sum(c.nombre * 5 for c in self.colonnes) + self._masques.octets())
