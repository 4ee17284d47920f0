"""Exits: dated categories, minimum stay, rates (R91 to R95, D6). « Positive » is only one class of three."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from marketplace.erreurs import RegleViolee
from marketplace.valeurs import ajouter_mois, arrondir


class Classe(StrEnum):
    """R92. Dynamic exits are the first three."""

    DURABLE = "durable"
    TRANSITION = "transition"
    POSITIVE = "positive"
    AUTRE = "autre"
    RETIREE = "retiree"


class Situation(StrEnum):
    """D6: what became of the person. `emploi_*` without a length is classed by its length in months."""

    CDI = "cdi"
    CDI_NON_AIDE_STRUCTURE = "cdi_non_aide_structure"
    CDD = "cdd"
    MISSION = "mission"
    FONCTION_PUBLIQUE = "fonction_publique"
    CREATION_ENTREPRISE = "creation_entreprise"
    CONTRAT_AIDE_HORS_IAE = "contrat_aide_hors_iae"
    FORMATION_QUALIFIANTE = "formation_qualifiante"
    FORMATION_PREQUALIFIANTE = "formation_prequalifiante"
    EMBAUCHE_AUTRE_SIAE = "embauche_autre_siae"
    CHOMAGE = "chomage"
    INACTIF = "inactif"
    SANS_NOUVELLE = "sans_nouvelle"
    DECES = "deces"
    MALADIE_LONGUE = "maladie_longue"
    DEMENAGEMENT = "demenagement"
    INCARCERATION = "incarceration"
    RUPTURE_ESSAI = "rupture_essai"


_CLASSES: dict[Situation, Classe] = {
    Situation.CDI: Classe.DURABLE,
    Situation.CDI_NON_AIDE_STRUCTURE: Classe.DURABLE,
    Situation.FONCTION_PUBLIQUE: Classe.DURABLE,
    Situation.CREATION_ENTREPRISE: Classe.DURABLE,
    Situation.CONTRAT_AIDE_HORS_IAE: Classe.TRANSITION,
    Situation.FORMATION_QUALIFIANTE: Classe.POSITIVE,
    Situation.FORMATION_PREQUALIFIANTE: Classe.POSITIVE,
    Situation.EMBAUCHE_AUTRE_SIAE: Classe.POSITIVE,
    Situation.CHOMAGE: Classe.AUTRE,
    Situation.INACTIF: Classe.AUTRE,
    Situation.SANS_NOUVELLE: Classe.AUTRE,
    Situation.DECES: Classe.RETIREE,
    Situation.MALADIE_LONGUE: Classe.RETIREE,
    Situation.DEMENAGEMENT: Classe.RETIREE,
    Situation.INCARCERATION: Classe.RETIREE,
    Situation.RUPTURE_ESSAI: Classe.RETIREE,
}

DYNAMIQUES = frozenset({Classe.DURABLE, Classe.TRANSITION, Classe.POSITIVE})
HEURES_MIN_TRAVAIL_TEMPORAIRE = Decimal(150)
MOIS_MIN = 3


@dataclass(frozen=True)
class DefinitionSorties:
    """A territory's dated, named definition: months of a durable job, and whether that many exactly is durable."""

    nom: str = "définition nationale"
    mois_durable: int = 6
    borne_incluse: bool = True


@dataclass(frozen=True)
class Sortie:
    """One exit. `debut_emploi` and `fin_emploi` only for a CDD or a mission; `heures` worked in the structure."""

    situation: Situation
    type_structure: str = "entreprise"
    entree: date | None = None
    sortie: date | None = None
    heures: Decimal = Decimal(0)
    debut_emploi: date | None = None
    fin_emploi: date | None = None


def classer(sortie: Sortie, definition: DefinitionSorties) -> Classe:
    """Class of an exit, its stay checked first (R92 to R94).

    Raises RegleViolee when a CDD or a mission lacks the dates that class it.
    """
    if not sejour_suffisant(sortie):
        return Classe.RETIREE
    if sortie.situation not in {Situation.CDD, Situation.MISSION}:
        return _CLASSES[sortie.situation]
    if sortie.debut_emploi is None or sortie.fin_emploi is None:
        raise RegleViolee("Donnez le début et la fin du contrat trouvé.", champ="fin_emploi")
    borne = ajouter_mois(sortie.debut_emploi, definition.mois_durable)
    # Last day of a contract of exactly six months is the day before the date-to-date anniversary.
    ecart = (sortie.fin_emploi - borne).days + 1
    durable = ecart > 0 or (ecart == 0 and definition.borne_incluse)
    return Classe.DURABLE if durable else Classe.TRANSITION


def sejour_suffisant(sortie: Sortie) -> bool:
    """True when the stay is long enough to count: 150 h in an AI or ETTI, more than 3 months in an EI or ACI (R94).

    Unknown dates never take somebody out of the denominator.
    """
    if sortie.type_structure in {"ai", "etti"}:
        return sortie.heures >= HEURES_MIN_TRAVAIL_TEMPORAIRE
    if sortie.type_structure in {"ei", "aci"} and sortie.entree is not None and sortie.sortie is not None:
        return sortie.sortie >= ajouter_mois(sortie.entree, MOIS_MIN)
    return True


@dataclass(frozen=True)
class TauxSorties:
    """Counts and rates in percent with one decimal; rates are None when nobody counts."""

    constatees: int
    retirees: int
    durables: int
    transitions: int
    positives: int
    taux_dynamique: Decimal | None
    taux_durable: Decimal | None

    @property
    def retenues(self) -> int:
        """Denominator: exits seen, less those withdrawn."""
        return self.constatees - self.retirees


def compter(classes: Iterable[Classe]) -> TauxSorties:
    """Rates of a set of exits (R94, T21): dynamic = durable + transition + positive."""
    liste = list(classes)
    nombre = {classe: liste.count(classe) for classe in Classe}
    retenues = len(liste) - nombre[Classe.RETIREE]

    def taux(parmi: int) -> Decimal | None:
        return arrondir(Decimal(parmi) * 100 / retenues, Decimal("0.1")) if retenues else None

    return TauxSorties(
        len(liste),
        nombre[Classe.RETIREE],
        nombre[Classe.DURABLE],
        nombre[Classe.TRANSITION],
        nombre[Classe.POSITIVE],
        taux(sum(nombre[c] for c in DYNAMIQUES)),
        taux(nombre[Classe.DURABLE]),
    )


def points_de_situation(fin: date, mois: tuple[int, ...] = (0, 3, 6, 12)) -> tuple[date, ...]:
    """Days on which to ask what became of the person (R95). No answer stays unknown, never a bad exit."""
    return tuple(ajouter_mois(fin, n) for n in mois)
