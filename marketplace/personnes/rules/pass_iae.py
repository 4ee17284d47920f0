"""Dates of the PASS IAE (R67 to R70). The national platform alone issues it: what is computed here is « à
vérifier ».

Nothing returned by this file may be stored over the dates the platform gave.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from marketplace.erreurs import RegleViolee
from marketplace.valeurs import ajouter_mois

UN_JOUR = timedelta(days=1)
MOIS_PASS = 24
MOIS_CARENCE = 24
JOURS_SUSPENSION_MIN = 15
MOIS_SUSPENSION_MAX = 36


class MotifProlongation(StrEnum):
    """Why a path goes beyond 24 months (R5132-1-8)."""

    FORMATION = "formation"
    CDI_INCLUSION = "cdi_inclusion"
    SENIOR = "senior"
    RQTH = "rqth"
    DIFFICULTES = "difficultes"


PLAFONDS_MOIS = {
    MotifProlongation.SENIOR: 84,
    MotifProlongation.RQTH: 60,
    MotifProlongation.DIFFICULTES: 60,
}
"""Longest path in all, in months from its start (R70)."""

MOIS_PAR_DECISION = 12


@dataclass(frozen=True)
class DateAVerifier:
    """A date the product computed: shown with its mention, never stored over a date of the platform."""

    jour: date
    mention: str = "à vérifier sur la plateforme nationale"


@dataclass(frozen=True)
class Suspension:
    """A stop of the path, both days inclusive."""

    debut: date
    fin: date

    @property
    def jours(self) -> int:
        """Days given back."""
        return (self.fin - self.debut).days + 1


def fin_initiale(debut: date) -> DateAVerifier:
    """Last day of a PASS of 24 months (R67)."""
    return DateAVerifier(ajouter_mois(debut, MOIS_PASS) - UN_JOUR)


def fin_apres_suspensions(fin: date, suspensions: Sequence[Suspension]) -> DateAVerifier:
    """End pushed back by the days of suspension; overlapping ones give their days once (R68, T15).

    Raises RegleViolee for a suspension that ends before it starts or lasts more than 36 months.
    """
    rendus: set[date] = set()
    for suspension in suspensions:
        if suspension.fin < suspension.debut:
            raise RegleViolee("La suspension finit avant de commencer.", champ="fin")
        if suspension.fin >= ajouter_mois(suspension.debut, MOIS_SUSPENSION_MAX):
            raise RegleViolee(f"Une suspension ne dépasse pas {MOIS_SUSPENSION_MAX} mois.", champ="fin")
        rendus.update(suspension.debut + timedelta(days=n) for n in range(suspension.jours))
    return DateAVerifier(fin + timedelta(days=len(rendus)))


def suspension_possible(debut: date, fin: date) -> bool:
    """True when the contract is suspended long enough, more than 15 days, for the PASS to stop too (R68)."""
    return (fin - debut).days + 1 > JOURS_SUSPENSION_MIN


def nouveau_parcours_possible_le(fin: date) -> DateAVerifier:
    """First day after the two years of waiting; a prescriber may decide otherwise (R69)."""
    return DateAVerifier(
        ajouter_mois(fin + UN_JOUR, MOIS_CARENCE),
        "à vérifier ; un prescripteur habilité peut en décider autrement",
    )


@dataclass(frozen=True)
class Prolongation:
    """What R70 allows: months granted and the end that follows, to be checked."""

    mois: int
    fin: DateAVerifier


def prolonger(
    debut: date,
    fin: date,
    motif: MotifProlongation,
    mois_demandes: int,
    *,
    type_structure: str,
    age: int | None = None,
) -> Prolongation:
    """Months that may be granted out of those asked (R70). Raises RegleViolee when the reason does not apply.

    Counted in whole months from the start of the path: at month 80 a person of 50 or more has 4 months left.
    """
    if mois_demandes <= 0:
        raise RegleViolee("Demandez au moins un mois.", champ="mois")
    if motif == MotifProlongation.DIFFICULTES and type_structure not in {"ai", "aci"}:
        raise RegleViolee(
            "Les difficultés particulières ne prolongent un parcours que dans une AI ou un ACI.",
            champ="motif",
        )
    if motif == MotifProlongation.SENIOR and (age is None or age < 50):
        raise RegleViolee("Cette prolongation demande d'avoir 50 ans.", champ="motif")
    if motif == MotifProlongation.CDI_INCLUSION and (age is None or age < 57):
        raise RegleViolee("Le CDI d'inclusion demande d'avoir 57 ans.", champ="motif")
    accordes = mois_demandes
    if motif in PLAFONDS_MOIS:
        accordes = min(accordes, MOIS_PAR_DECISION, PLAFONDS_MOIS[motif] - mois_ecoules(debut, fin))
    if accordes <= 0:
        raise RegleViolee("Ce parcours a déjà atteint sa durée maximale.", champ="mois")
    return Prolongation(accordes, DateAVerifier(ajouter_mois(fin + UN_JOUR, accordes) - UN_JOUR))


def mois_ecoules(debut: date, fin: date) -> int:
    """Months of [debut, fin], a month begun counting as one."""
    lendemain = fin + UN_JOUR
    mois = (lendemain.year - debut.year) * 12 + lendemain.month - debut.month
    return mois + (lendemain > ajouter_mois(debut, mois))


def finit_bientot(fin: date, aujourdhui: date, jours: int = 90) -> bool:
    """True during the `jours` before the end, the last day included: time for the next step."""
    return aujourdhui <= fin <= aujourdhui + timedelta(days=jours)
