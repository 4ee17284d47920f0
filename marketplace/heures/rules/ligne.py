"""The values crediting works on: a declared line, what surrounds it, the outcome and the counters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from marketplace.erreurs import RegleViolee
from marketplace.personnes.rules.fenetre import Fenetre
from marketplace.valeurs import ajouter_mois

ZERO = Decimal("0.00")
UN = Decimal(1)
UN_JOUR = timedelta(days=1)


class CodeRejet(StrEnum):
    """D7: why an hour is refused."""

    HORS_FENETRE = "hors_fenetre"
    HORS_MARCHE = "hors_marche"
    NON_VALIDE = "non_valide"
    DOUBLON = "doublon"
    PLAFOND_AI = "plafond_ai"
    PIECE_MANQUANTE = "piece_manquante"
    INCOHERENCE = "incoherence"
    PLAFOND_FORMATION = "plafond_formation"
    MODALITE = "modalite"
    NON_CREDITABLE = "non_creditable"


class EtatLigne(StrEnum):
    """Status of a line, kept apart from the status of its declaration (formats §5.1)."""

    COMPTEE = "comptee"
    ATTENTE_ELIGIBILITE = "attente_eligibilite"
    ATTENTE_PIECE = "attente_piece"
    ECARTEE = "ecartee"


CONTRATS_SANS_HEURE = frozenset({"pmsmp", "stage", "benevolat"})
"""R43: the person keeps her prior status and is not paid by the host."""


@dataclass(frozen=True)
class ReglagesCredit:
    """Territory and clause settings of crediting; defaults of regles.md §3 (hours, shares, coefficients)."""

    coef_formation: Decimal = UN
    plafond_formation: Decimal = Decimal("0.50")
    coef_accompagnement: Decimal = Decimal(0)
    plafond_accompagnement: Decimal = Decimal("0.10")
    coef_valorisation: Decimal = UN
    base_payees: bool = False
    plafond_ai: Decimal = Decimal(480)
    periode_ai_mois: int = 24
    ai_refuse: bool = True
    heures_jour_max: Decimal = Decimal(10)
    heures_semaine_max: Decimal = Decimal(48)
    heures_mois_max: Decimal = Decimal(220)
    tolerance_marche_jours: int = 0

    def __post_init__(self) -> None:
        if not UN <= self.coef_valorisation <= 2:
            raise RegleViolee("Un coefficient de valorisation va de 1,00 à 2,00.", champ="coef_valorisation")
        if not 0 <= self.plafond_formation <= 1:
            raise RegleViolee("Le plafond de formation est une part entre 0 et 100 %.", champ="plafond_formation")
        if not 0 <= self.coef_formation <= Decimal("1.5"):
            raise RegleViolee("Le coefficient de formation va de 0 à 1,5.", champ="coef_formation")


@dataclass(frozen=True)
class Periode:
    """Two inclusive days; no end means still running."""

    debut: date
    fin: date | None = None

    def contient(self, jour: date) -> bool:
        """True when the day falls inside, both ends included."""
        return self.debut <= jour and (self.fin is None or jour <= self.fin)


@dataclass(frozen=True)
class Ligne:
    """What the employer declared for one person, one contract, one clause, one period (hours, two decimals).

    `heures_payees_non_travaillees` (leave, sickness, weather, partial activity) only count where the clause
    is based on paid hours. `numero` orders lines of the same day.
    """

    ref: str
    numero: int
    personne: str
    clause: str
    debut: date
    fin: date
    travaillees: Decimal
    formation: Decimal = ZERO
    accompagnement: Decimal = ZERO
    heures_payees_non_travaillees: Decimal = ZERO
    type_structure: str = "entreprise"
    type_contrat: str = "cdd"
    utilisateur_entreprise: bool = True
    empreinte: str = ""

    def __post_init__(self) -> None:
        if self.fin < self.debut:
            raise RegleViolee("La période déclarée finit avant de commencer.", champ="fin")
        for champ in ("travaillees", "formation", "accompagnement", "heures_payees_non_travaillees"):
            if getattr(self, champ) < 0:
                raise RegleViolee("Un nombre d'heures ne peut pas être négatif.", champ=champ)


@dataclass(frozen=True)
class Cadre:
    """What is known around the line: contract, marché, eligibility, pieces, target (hours)."""

    contrat: Periode
    marche: Periode
    objectif: Decimal
    suspensions: tuple[Periode, ...] = ()
    fenetre: Fenetre | None = None
    eligibilite_refusee: bool = False
    creditee_depuis: date | None = None
    piece_manquante: str = ""
    modalite_refusee: str = ""
    plafond_ai_leve: bool = False


@dataclass(frozen=True)
class Motif:
    """One reason: code, hours it takes away (0 for a warning), sentence for the employer."""

    code: CodeRejet
    heures: Decimal
    phrase: str


@dataclass(frozen=True)
class Credit:
    """Outcome for one line, in hours. `travaillees + formation` are real; `valorisees` is the clause's
    column.
    """

    statut: EtatLigne
    travaillees: Decimal = ZERO
    formation: Decimal = ZERO
    valorisees: Decimal = ZERO
    refusees: Decimal = ZERO
    derogatoires: Decimal = ZERO
    motifs: tuple[Motif, ...] = ()
    avertissements: tuple[str, ...] = ()

    @property
    def reelles(self) -> Decimal:
        """Real hours credited: the only ones exported and turned into ETP (R41)."""
        return self.travaillees + self.formation


@dataclass(frozen=True)
class CompteurAI:
    """Hours already credited with companies since the first placement of the person by an AI."""

    premiere_mise_a_disposition: date
    heures: Decimal

    def au(self, jour: date, reglages: ReglagesCredit) -> CompteurAI:
        """Counter that applies on `jour`: it restarts once the 24 months are over (R75)."""
        fin = ajouter_mois(self.premiere_mise_a_disposition, reglages.periode_ai_mois) - UN_JOUR
        return self if jour <= fin else CompteurAI(jour, ZERO)


@dataclass(frozen=True)
class Compteurs:
    """What earlier lines already used: AI hours by person, training and support by clause, fingerprints
    seen.
    """

    ai: Mapping[str, CompteurAI] = field(default_factory=dict)
    formation: Mapping[str, Decimal] = field(default_factory=dict)
    accompagnement: Mapping[str, Decimal] = field(default_factory=dict)
    empreintes: frozenset[str] = frozenset()
