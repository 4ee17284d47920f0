"""What reading a notice gives. Spans are offsets in `AvisLu.texte`, for highlighting."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Genre(StrEnum):
    """The main thing a notice says, as the labelling guide names it."""

    INSERTION = "insertion"
    SOCIALE_GENERIQUE = "sociale_generique"
    FORMATION = "formation"
    RESERVE = "reserve"
    ENVIRONNEMENT = "environnement"
    CRITERE = "critere"
    AUTRE = "autre"


LIBELLES_GENRE = {
    Genre.INSERTION: "Clause d'insertion",
    Genre.SOCIALE_GENERIQUE: "Condition sociale, sans précision",
    Genre.FORMATION: "Formation, apprentissage ou stage",
    Genre.RESERVE: "Marché ou lot réservé",
    Genre.ENVIRONNEMENT: "Condition environnementale seulement",
    Genre.CRITERE: "Critère d'attribution seulement",
    Genre.AUTRE: "Rien de social",
}


@dataclass(frozen=True, slots=True)
class HeuresLues:
    """Hours of insertion stated by the notice, for one lot when it names one (`lot` as written, « 3 », « 10A »)."""

    heures: Decimal
    lot: str
    debut: int
    fin: int


@dataclass(frozen=True, slots=True)
class TauxLu:
    """A rate, which is not a number of hours: « 5 % », « 5h par tranche de 10 000 € »."""

    texte: str
    debut: int
    fin: int


@dataclass(frozen=True, slots=True)
class AvisLu:
    """What the machine proposes; a person confirms. `proba` and `proba_reserve` lie in [0, 1]."""

    texte: str
    clause: bool
    reserve: bool
    proba: float
    proba_reserve: float
    genre: Genre
    heures: tuple[HeuresLues, ...]
    taux: tuple[TauxLu, ...]
    extrait: str
    debut: int
    fin: int
