"""Rankings as pages read them, named or not."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from marketplace.offres.queries import OffreLigne
from marketplace.propositions.choix import LOIN
from marketplace.propositions.models import EtatSouhait


class Ordre(enum.StrEnum):
    """Orders a référent or a facilitateur may switch to (R120)."""

    PERTINENCE = "pertinence"
    ALPHABETIQUE = "alphabetique"
    DERNIER_CONTACT = "dernier_contact"
    HASARD = "hasard"


@dataclass(frozen=True, slots=True)
class RaisonVue:
    """One line of the explanation (R121)."""

    critere: str
    texte: str
    contribution: float
    signe: str


@dataclass(frozen=True, slots=True)
class LigneVue:
    """A named person of a ranking, for those who may know her name."""

    personne_ref: str
    prenom: str
    nom: str
    rang: int
    score: float
    proximite: str
    trajet_minutes: int | None
    raisons: tuple[RaisonVue, ...]
    manques: tuple[str, ...]
    incomplet: bool
    referents: tuple[str, ...]
    dernier_contact_le: date | None
    proposition_ref: str | None
    proposition_etat: str | None
    souhaitee: bool
    pourcentage: int | None = None
    a_savoir: tuple[str, ...] = ()
    """Limits, days and hours she said: read before proposing, never counted."""


@dataclass(frozen=True, slots=True)
class HorsDePorteeVu:
    """Relevant, but lacking a journey, a licence or hours: shown with the aid that would help (N15)."""

    personne_ref: str
    prenom: str
    nom: str
    manque: str
    aide: str | None
    trajet_minutes: int | None


@dataclass(frozen=True, slots=True)
class ClassementVu:
    """A ranking with names."""

    offre_ref: str
    metier: str | None
    lignes: tuple[LigneVue, ...]
    total: int
    page: int
    pages: int
    hors_de_portee: tuple[HorsDePorteeVu, ...]
    ecartes: Mapping[str, int]
    ordre: Ordre
    version: str


@dataclass(frozen=True, slots=True)
class CarteVue:
    """An unnamed person, for an employer: no name, no place, no date, no status."""

    cle: str
    rang: int
    proximite: str
    trajet_minutes: int | None
    raisons: tuple[RaisonVue, ...]
    manques: tuple[str, ...]
    incomplet: bool
    souhait: EtatSouhait | None


@dataclass(frozen=True, slots=True)
class ClassementSansNoms:
    """A ranking for an employer: ten cards at most, and how many would come close with an aid."""

    offre_ref: str
    metier: str | None
    cartes: tuple[CarteVue, ...]
    avec_une_aide: int
    version: str


@dataclass(frozen=True, slots=True)
class LigneOffreVue:
    """An offre ranked for one person."""

    offre: OffreLigne
    rang: int
    score: float
    proximite: str
    trajet_minutes: int | None
    raisons: tuple[RaisonVue, ...]
    manques: tuple[str, ...]
    proposition_ref: str | None
    proposition_etat: str | None


@dataclass(frozen=True, slots=True)
class OffreHorsDePortee:
    """An offre that an aid would bring within reach of one person."""

    offre: OffreLigne
    manque: str
    aide: str | None
    trajet_minutes: int | None


@dataclass(frozen=True, slots=True)
class ClassementOffresVu:
    """Offres ranked for one person."""

    personne_ref: str
    prenom: str
    eligible: bool
    lignes: tuple[LigneOffreVue, ...]
    hors_de_portee: tuple[OffreHorsDePortee, ...]
    ecartes: Mapping[str, int]
    version: str
    a_savoir: tuple[str, ...] = ()

    @property
    def aucune_proche(self) -> bool:
        """Whether every offre shown is far from what she did."""
        return bool(self.lignes) and all(x.proximite == LOIN for x in self.lignes)


@dataclass(frozen=True, slots=True)
class ClassementBrut:
    """What the engine said, with references only."""

    metier: str | None
    lignes: tuple[Any, ...]
    hors_de_portee: tuple[Any, ...]
    ecartes: dict[str, int]
    version: str


@dataclass(frozen=True, slots=True)
class PersonneProche:
    """One of a référent's people close to an offre."""

    personne_ref: str
    prenom: str
    nom: str
    proximite: str


def raisons_de(ligne: Any) -> tuple[RaisonVue, ...]:
    """The reasons of a ranked line, for those who may know the person's name."""
    return tuple(RaisonVue(r.critere, r.texte, r.contribution, r.signe) for r in ligne.raisons)
