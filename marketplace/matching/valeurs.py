"""Values that enter and leave the ranking engine.

Nothing here knows a database, a page or a clock. `Profil` carries no protected ground on purpose (R117):
sex, age, nationality, address, benefits, disability, family or QPV cannot be ranked on because they
cannot be said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal

Heures = Decimal | float | int
POIDS_DES_METIERS = (1.0, 3 / 7, 1 / 7)
"""What the same trade, a near one and a far one are worth when a human sets the weights."""


@dataclass(frozen=True, slots=True)
class Experience:
    """One past job. `code_rome` is set only when a human confirmed it; `mois` is a length in months."""

    intitule: str
    code_rome: str | None = None
    mois: int | None = None


@dataclass(frozen=True, slots=True)
class Profil:
    """What may be known of a person for ranking. `modes` among voiture, deux_roues, transports, velo, marche.

    `creneaux` names the hours of the day she said she may start at (see `exigences.CRENEAUX`); none: not said.
    """

    ref: str
    experiences: tuple[Experience, ...] = ()
    competences: tuple[str, ...] = ()
    permis: frozenset[str] = frozenset()
    caces: frozenset[str] = frozenset()
    code_insee: str | None = None
    modes: frozenset[str] = frozenset()
    trajet_max_minutes: int = 45
    heures_min: Heures = 0
    heures_max: Heures = 48
    nuit: bool = True
    weekend: bool = True
    disponible_le: date | None = None
    limites: tuple[str, ...] = ()
    creneaux: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Poste:
    """What an offre asks for. `heures_hebdo` is hours a week; None means not said, hence not filtered."""

    ref: str
    intitule: str
    code_rome: str | None = None
    description: str = ""
    competences_requises: tuple[str, ...] = ()
    competences_souhaitees: tuple[str, ...] = ()
    permis: frozenset[str] = frozenset()
    caces: frozenset[str] = frozenset()
    code_insee: str | None = None
    heures_hebdo: Heures | None = None
    nuit: bool = False
    weekend: bool = False
    debut: date | None = None
    heure_debut: time | None = None


@dataclass(frozen=True, slots=True)
class Raison:
    """One line of the explanation; the contributions of a ranked line add up to its score."""

    critere: str
    texte: str
    contribution: float
    signe: str  # plus | moins | neutre


@dataclass(frozen=True, slots=True)
class LigneClassee:
    """A person (or an offre, in the mirror) within reach, with why it stands where it stands."""

    ref: str
    rang: int
    score: float
    proximite: str
    trajet_minutes: int | None
    mode: str | None
    raisons: tuple[Raison, ...]
    manques: tuple[str, ...]
    incomplet: bool
    pourcentage: int | None = None
    """Share of comparable people who were taken; None until the second layer is approved and calibrated."""


@dataclass(frozen=True, slots=True)
class HorsDePortee:
    """Relevant, but lacking only a journey, a licence, a CACES or hours: never dropped in silence."""

    ref: str
    manque: str
    aide: str | None
    score: float
    trajet_minutes: int | None


@dataclass(frozen=True, slots=True)
class Classement:
    """A ranking. `ecartes` counts each person left out once, under the first requirement that failed."""

    poste_ref: str
    code_rome: str | None
    metier: str | None
    lignes: tuple[LigneClassee, ...]
    hors_de_portee: tuple[HorsDePortee, ...]
    ecartes: Mapping[str, int]
    version: str
    consideres: int = 0


@dataclass(frozen=True, slots=True)
class ClassementPostes:
    """The mirror: offres ranked for one person, with the same reasons."""

    profil_ref: str
    lignes: tuple[LigneClassee, ...]
    hors_de_portee: tuple[HorsDePortee, ...]
    ecartes: Mapping[str, int]
    version: str
    consideres: int = 0


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A ROME trade offered for a free wording; `score` is a share of belief between 0 and 1."""

    code_rome: str
    appellation: str
    score: float


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Trades offered, best first; `vague` asks the question instead of guessing."""

    suggestions: tuple[Suggestion, ...]
    vague: bool
    question: str | None = None


@dataclass(frozen=True, slots=True)
class SuggestionCompetence:
    """A ROME compétence offered for someone's own words."""

    code_ogr: str
    libelle: str
    score: float


@dataclass(frozen=True, slots=True)
class Reglages:
    """Weights a human may set in place of the learned ones (R120, R121)."""

    part_trajet: float = 0.30
    seuils_proximite: tuple[float, float, float] = (0.55, 0.30, 0.12)
    delai_disponibilite_jours: int = 45
    poids_a_la_main: bool = False
    poids_metier: tuple[float, float, float] = POIDS_DES_METIERS
    hors_de_portee_max: int = 20
    metadonnees: Mapping[str, str] = field(default_factory=dict)


class ErreurMatching(ValueError):
    """A model or a reference table cannot be used; the message is French and says what to do."""
