"""How long data is kept (R108): pure dates; the purge job asks, this file answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from marketplace.erreurs import RegleViolee
from marketplace.valeurs import ajouter_mois


class Donnee(StrEnum):
    """What is kept."""

    PERSONNE = "personne"
    PARCOURS_IAE = "parcours_iae"
    PREUVE = "preuve"
    HEURES = "heures"
    JOURNAL = "journal"
    COMPTE = "compte"
    CLASSEMENT = "classement"


class Sort(StrEnum):
    """What happens at the end."""

    ANONYMISER = "anonymiser"
    SUPPRIMER = "supprimer"
    ARCHIVER = "archiver"


@dataclass(frozen=True)
class Duree:
    """A length in days or in months from a starting event, what follows, and the ground."""

    sort: Sort
    depart: str
    source: str
    jours: int = 0
    mois: int = 0


DUREES: dict[Donnee, Duree] = {
    Donnee.PERSONNE: Duree(Sort.ANONYMISER, "dernier contact", "CNIL, référentiel 2023-095", jours=730),
    Donnee.PARCOURS_IAE: Duree(Sort.SUPPRIMER, "fin du parcours", "Code du travail R5132-1-23", mois=24),
    Donnee.PREUVE: Duree(Sort.SUPPRIMER, "déclaration d'éligibilité", "Code du travail R5132-1-7", mois=24),
    Donnee.HEURES: Duree(Sort.ARCHIVER, "fin du marché", "preuve du contrat, à confirmer", mois=60),
    Donnee.JOURNAL: Duree(Sort.SUPPRIMER, "écriture", "CNIL, recommandation sur la journalisation", mois=12),
    Donnee.COMPTE: Duree(Sort.ANONYMISER, "dernière connexion", "pratique de la plateforme nationale", mois=24),
    Donnee.CLASSEMENT: Duree(Sort.SUPPRIMER, "classement", "règlement européen sur l'IA, art. 26", mois=12),
}
"""R108. The file of a proof goes, « preuve vue, type, date, par » stays."""

PREAVIS_COMPTE = timedelta(days=30)


def echeance(donnee: Donnee, depart: date, *, jours: int | None = None) -> date:
    """Day the data reaches its term. `jours`: the territory's own, shorter, length for a person's file.

    Raises RegleViolee when the territory asks for longer than the rule.
    """
    duree = DUREES[donnee]
    terme = ajouter_mois(depart, duree.mois) if duree.mois else depart + timedelta(days=duree.jours)
    if jours is None:
        return terme
    if not jours > 0 or depart + timedelta(days=jours) > terme:
        raise RegleViolee("Un territoire peut conserver moins longtemps, jamais plus.", champ="jours")
    return depart + timedelta(days=jours)


def a_terme(donnee: Donnee, depart: date, aujourdhui: date, *, jours: int | None = None) -> bool:
    """True from the day the term is reached (T27: last contact + 730 days)."""
    return aujourdhui >= echeance(donnee, depart, jours=jours)


class EtapeCompte(StrEnum):
    """What to do with an account nobody uses."""

    RIEN = "rien"
    PREVENIR = "prevenir"
    ANONYMISER = "anonymiser"


def etape_compte(derniere_connexion: date, prevenu_le: date | None, aujourdhui: date) -> EtapeCompte:
    """Warn 30 days before the two years, then anonymise, never without 30 days of warning (R108)."""
    terme = echeance(Donnee.COMPTE, derniere_connexion)
    if aujourdhui < terme - PREAVIS_COMPTE:
        return EtapeCompte.RIEN
    if prevenu_le is None or prevenu_le < derniere_connexion:
        return EtapeCompte.PREVENIR
    prete = aujourdhui >= max(terme, prevenu_le + PREAVIS_COMPTE)
    return EtapeCompte.ANONYMISER if prete else EtapeCompte.RIEN
