"""What would change one person's rank for one offre: the engine itself ranks her again with one thing changed.

Everybody else is scored once; each change scores her alone, under the same key, and counts who stays before her.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from marketplace.matching import raisons as mots
from marketplace.matching.explication import couverture
from marketplace.matching.ranker import Ranker
from marketplace.matching.valeurs import Experience, Poste, Profil
from marketplace.matching.vivier import hacher, melanger

COMPETENCES_ESSAYEES = 3
EXPERIENCES_ESSAYEES = 3
PAS_DE_TRAJET = 5  # minutes
TRAJET_DE_PLUS_MAX = 60


@dataclass(frozen=True, slots=True)
class Changement:
    """One thing changed. `avant` is None when she is out of reach today; `critere` names what changes."""

    critere: str
    texte: str
    avant: int | None
    apres: int
    sur: int

    @property
    def phrase(self) -> str:
        """The change in words, such as « Avec le permis B : 3e au lieu de 12e »."""
        if self.avant is None:
            return f"{self.texte} : {ordinal(self.apres)} sur {self.sur}, au lieu de hors de portée."
        return f"{self.texte} : {ordinal(self.apres)} au lieu de {ordinal(self.avant)}."


def ordinal(rang: int) -> str:
    """« 1re », « 2e »: a place."""
    return "1re" if rang == 1 else f"{rang}e"


@dataclass(frozen=True, slots=True)
class Rang:
    """Her place today among those who may be considered, None out of reach, and what would better it."""

    rang: int | None
    sur: int
    changements: tuple[Changement, ...]


def contrefactuels(ranker: Ranker, poste: Poste, parmi: NDArray[np.bool_], profil: Profil) -> Rang:
    """Her rank among `parmi` (herself left out or not), and each single change that would better it.

    Best first; a change that betters nothing is left out.
    """
    seule = ranker.jumeau()
    sel = hacher(poste.ref)
    ma_cle = int(melanger(np.array([hacher(profil.ref)], np.uint64), sel)[0])
    with ranker.verrou:
        autres = parmi.copy()
        place = ranker.vivier.place.get(profil.ref)
        if place is not None and place < len(autres):
            autres[place] = False
        calcul = ranker.calculer(poste, autres, ranker.vivier.taille)
        scores, cles = calcul.scores, melanger(ranker.vivier.hash[calcul.places], sel)
    sur = len(scores) + 1

    def rang(essai: Profil) -> int | None:
        seule.charger([essai])
        sien = seule.calculer(poste, None, 1)
        if not len(sien.places):
            return None
        score = float(sien.scores[0])
        return 1 + int(np.count_nonzero((scores > score) | ((scores == score) & (cles < ma_cle))))

    avant = rang(profil)
    trouves = []
    for critere, texte, essai in _essais(ranker, poste, profil):
        apres = rang(essai)
        if apres is not None and (avant is None or apres < avant):
            trouves.append(Changement(critere, texte, avant, apres, sur))
    trouves.sort(key=lambda c: c.apres)
    return Rang(avant, sur, tuple(trouves))


def _essais(ranker: Ranker, poste: Poste, profil: Profil) -> Iterator[tuple[str, str, Profil]]:
    """Each single change worth trying: what she lacks for this offre, and what is not yet sure in her file."""
    yield from _exigences(poste, profil)
    yield from _trajets(ranker, poste, profil)
    if poste.competences_requises:
        tenues = couverture(poste.competences_requises, profil.competences)
        absentes = [c for c, oui in zip(poste.competences_requises, tenues, strict=True) if not oui]
        for competence in absentes[:COMPETENCES_ESSAYEES]:
            essai = replace(profil, competences=(competence, *profil.competences))
            yield "competences", f"Avec la compétence « {competence} »", essai
    yield from _codes(ranker, profil)


def _exigences(poste: Poste, profil: Profil) -> Iterator[tuple[str, str, Profil]]:
    permis = poste.permis - profil.permis
    if permis:
        avec = f"Avec le permis {mots.liste(sorted(permis))}"
        yield "permis", avec, replace(profil, permis=profil.permis | permis)
    caces = poste.caces - profil.caces
    if caces:
        yield "caces", f"Avec le CACES {mots.liste(sorted(caces))}", replace(profil, caces=profil.caces | caces)
    if poste.heures_hebdo is not None:
        heures = float(poste.heures_hebdo)
        if not float(profil.heures_min) <= heures <= float(profil.heures_max):
            essai = replace(
                profil,
                heures_min=min(float(profil.heures_min), heures),
                heures_max=max(float(profil.heures_max), heures),
            )
            yield "heures", f"Avec {mots.heures_fr(poste.heures_hebdo)} par semaine dans ses souhaits", essai
    if poste.nuit and not profil.nuit:
        yield "horaires", "Si le travail de nuit lui convient", replace(profil, nuit=True)
    if poste.weekend and not profil.weekend:
        yield "horaires", "Si le travail le week-end lui convient", replace(profil, weekend=True)
    if poste.debut is not None and profil.disponible_le is not None and profil.disponible_le > poste.debut:
        yield "disponibilite", "Disponible dès le début du poste", replace(profil, disponible_le=poste.debut)


def _trajets(ranker: Ranker, poste: Poste, profil: Profil) -> Iterator[tuple[str, str, Profil]]:
    """A longer journey accepted, by the fewest minutes that are enough; a vehicle lent."""
    if not profil.code_insee or not poste.code_insee:
        return
    temps = [ranker.trajet(profil.code_insee, poste.code_insee, mode) for mode in sorted(profil.modes)]
    connus = [t for t in temps if t is not None]
    if connus:
        # A journey at the very limit weighs on the score; comfortable, it does not.
        confortable = round(min(connus) / 0.75)
        for minutes in (min(connus), confortable):
            de_plus = -(-(minutes - profil.trajet_max_minutes) // PAS_DE_TRAJET) * PAS_DE_TRAJET
            if 0 < de_plus <= TRAJET_DE_PLUS_MAX:
                essai = replace(profil, trajet_max_minutes=profil.trajet_max_minutes + de_plus)
                yield "trajet", f"Avec {de_plus} min de trajet acceptées en plus", essai
                break
    if "voiture" not in profil.modes:
        voiture = replace(profil, modes=profil.modes | {"voiture"})
        if "B" in {p.strip().upper() for p in profil.permis}:
            yield "trajet", "Avec un véhicule prêté", voiture
        elif "B" not in poste.permis:
            yield "trajet", "Avec le permis B et un véhicule", replace(voiture, permis=profil.permis | {"B"})
    if "deux_roues" not in profil.modes and "voiture" not in profil.modes:
        yield "trajet", "Avec un scooter prêté", replace(profil, modes=profil.modes | {"deux_roues"})


def _codes(ranker: Ranker, profil: Profil) -> Iterator[tuple[str, str, Profil]]:
    """A past job whose trade nobody confirmed yet, confirmed as the engine reads it first."""
    for k, experience in enumerate(profil.experiences[:EXPERIENCES_ESSAYEES]):
        if experience.code_rome is not None or not experience.intitule.strip():
            continue
        lus = ranker.metiers(experience.intitule, 1)
        if lus.vague or not lus.suggestions:
            continue
        lu = lus.suggestions[0]
        confirmee = Experience(experience.intitule, lu.code_rome, experience.mois)
        experiences = (*profil.experiences[:k], confirmee, *profil.experiences[k + 1 :])
        texte = f"Si « {experience.intitule.strip()} » est confirmé comme {lu.appellation}"
        yield "metier", texte, replace(profil, experiences=experiences)
