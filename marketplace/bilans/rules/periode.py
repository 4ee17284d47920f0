"""The period of a report, whole months, and the same months of the years before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from marketplace.erreurs import RegleViolee
from marketplace.valeurs import ajouter_mois, dernier_du_mois

ANNEES = 4
"""The period asked for, two to compare with, and a third whose only total is shown."""


@dataclass(frozen=True, slots=True)
class Periode:
    """From the first day of a month to the last day of another, both included: hours are kept by month."""

    debut: date
    fin: date

    @property
    def libelle(self) -> str:
        """« 2020 » for a whole year, else « 2020-03 à 2020-08 »."""
        if (self.debut.month, self.debut.day, self.fin.month) == (1, 1, 12) and self.debut.year == self.fin.year:
            return str(self.debut.year)
        return f"{self.debut:%Y-%m} à {self.fin:%Y-%m}"

    def avant(self, annees: int) -> Periode:
        """The same months, that many years earlier."""
        fin = ajouter_mois(self.fin.replace(day=1), -12 * annees)
        return Periode(ajouter_mois(self.debut, -12 * annees), dernier_du_mois(fin))


def annee(numero: int) -> Periode:
    """A whole year. Raises RegleViolee outside 2000–2100."""
    if not 2000 <= numero <= 2100:
        raise RegleViolee("Donnez une année entre 2000 et 2100.", champ="annee")
    return Periode(date(numero, 1, 1), date(numero, 12, 31))


def periode(debut: date, fin: date) -> Periode:
    """A period of whole months, twelve at most. Raises RegleViolee with the field otherwise."""
    if fin < debut:
        raise RegleViolee("La période finit avant de commencer.", champ="fin")
    if debut.day != 1:
        raise RegleViolee("La période commence le premier jour d'un mois.", champ="debut")
    if fin != dernier_du_mois(fin):
        raise RegleViolee("La période finit le dernier jour d'un mois.", champ="fin")
    if fin > ajouter_mois(debut, 12):
        raise RegleViolee("La période dure un an au plus : elle se compare à l'année d'avant.", champ="fin")
    return Periode(debut, fin)
