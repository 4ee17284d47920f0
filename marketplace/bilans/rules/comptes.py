"""What the report counts: participants, contracts, marchés, ETP, age bands, changes (R96, R97, R99)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from marketplace.erreurs import RegleViolee
from marketplace.valeurs import arrondir, somme

AGE_JEUNE = 26
AGE_SENIOR = 50
TRANCHES = ("< 26 ans", "26/49 ans", "> 50 ans", "non renseigné")
"""As published: 50 counts in the third band, whatever its label says."""


@dataclass(frozen=True, slots=True)
class LigneValidee:
    """Credited hours of one person, contract, marché, on the date they were worked."""

    personne: str
    contrat: str
    marche: str
    jour: date
    heures: Decimal


@dataclass(frozen=True)
class Comptes:
    """Distinct people, contracts and marchés with hours, and the hours, exact."""

    participants: int
    contrats: int
    marches: int
    heures: Decimal


def compter(lignes: Iterable[LigneValidee], debut: date, fin: date) -> Comptes:
    """Counts over a period by the date worked (R96, T22): a person on three marchés is one participant.

    Somebody whose corrections bring the hours of the period back to zero or less is not counted. Raises
    RegleViolee for a period that ends before it starts.
    """
    if fin < debut:
        raise RegleViolee("La période finit avant de commencer.", champ="fin")
    retenues = [ligne for ligne in lignes if debut <= ligne.jour <= fin]

    def distincts(champ: str) -> int:
        totaux: dict[str, Decimal] = {}
        for ligne in retenues:
            cle = getattr(ligne, champ)
            totaux[cle] = totaux.get(cle, Decimal(0)) + ligne.heures
        return sum(total > 0 for total in totaux.values())

    return Comptes(
        distincts("personne"),
        distincts("contrat"),
        distincts("marche"),
        somme(ligne.heures for ligne in retenues),
    )


def etp(heures: Decimal, diviseur: Decimal, pas: Decimal = Decimal("0.01")) -> Decimal:
    """Full-time equivalents; the divisor (hours a year) is always printed beside (R97)."""
    if diviseur <= 0:
        raise RegleViolee("Le diviseur d'un ETP est un nombre d'heures positif.", champ="diviseur")
    return arrondir(heures / diviseur, pas)


def tranche_age(naissance: date | None, premier_jour: date) -> str:
    """Age band at the first day worked in the year; « non renseigné » without a birth date."""
    if naissance is None:
        return TRANCHES[3]
    age = (
        premier_jour.year - naissance.year - ((premier_jour.month, premier_jour.day) < (naissance.month, naissance.day))
    )
    if age < AGE_JEUNE:
        return TRANCHES[0]
    return TRANCHES[1] if age < AGE_SENIOR else TRANCHES[2]


def suivi_dans_la_periode(debut_suivi: date, fin_suivi: date | None, debut: date, fin: date) -> bool:
    """True when the clause was followed at least one day of the period: « marché suivi », not R96's marché."""
    return debut_suivi <= fin and (fin_suivi is None or fin_suivi >= debut)


def cellule(valeur: Decimal, pas: Decimal = Decimal(1)) -> Decimal:
    """What a cell shows: its own exact value, rounded half up. Columns may miss their total by one, as published."""
    return arrondir(valeur, pas)


def part(valeur: Decimal, total: Decimal, pas: Decimal = Decimal(1)) -> Decimal | None:
    """Share in percent of a total; None when there is no total."""
    return arrondir(valeur * 100 / total, pas) if total else None


def evolution(actuel: Decimal, precedent: Decimal, pas: Decimal = Decimal(1)) -> Decimal | None:
    """Change in percent from the year before; None when there was nothing to compare with."""
    return arrondir((actuel - precedent) * 100 / precedent, pas) if precedent else None
