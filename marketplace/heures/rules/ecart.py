"""What would close a gap, in people, hours a week and weeks: « 2 personnes à 26 h pendant 6 semaines »."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal

TEMPS_PLEIN = Decimal(35)
SEMAINE_UTILE = Decimal(20)
"""Under this many hours a week a job is not worth offering: fewer weeks are proposed instead."""


@dataclass(frozen=True)
class Besoin:
    """People, hours a week each (whole), weeks. Their product is never less than the hours asked for."""

    personnes: int
    heures_semaine: int
    semaines: int

    @property
    def phrase(self) -> str:
        """« 2 personnes à 26 h par semaine pendant 6 semaines »."""
        qui = "1 personne" if self.personnes == 1 else f"{self.personnes} personnes"
        duree = "1 semaine" if self.semaines == 1 else f"{self.semaines} semaines"
        return f"{qui} à {self.heures_semaine}\u00a0h par semaine pendant {duree}"


def _plafond(valeur: Decimal) -> int:
    return int(valeur.to_integral_value(ROUND_CEILING))


def semaines_restantes(aujourdhui: date, fin: date) -> int:
    """Whole weeks from tomorrow to the last day."""
    return max(0, (fin - aujourdhui).days // 7)


def combler(heures: Decimal, semaines: int, heures_semaine: Decimal = TEMPS_PLEIN) -> Besoin | None:
    """Fewest people that do `heures` within `semaines` at `heures_semaine` at most; None when nothing lacks or
    no week is left.

    All the weeks are used, unless that would leave jobs of less than SEMAINE_UTILE hours: then fewer weeks.
    """
    if heures <= 0 or semaines <= 0:
        return None
    personnes = _plafond(heures / (heures_semaine * semaines))
    duree = semaines
    if heures / (personnes * duree) < SEMAINE_UTILE:
        duree = _plafond(heures / (personnes * heures_semaine))
    return Besoin(personnes, _plafond(heures / (personnes * duree)), duree)
