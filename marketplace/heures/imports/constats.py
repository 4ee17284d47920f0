"""What reading a file found: hours, totals, wrong rows, words to decide about. Plain values, nothing stored."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from marketplace.heures.imports.colonnes import JOURS
from marketplace.heures.imports.lignes import Periode
from marketplace.heures.imports.rubriques import Nature

ZERO = Decimal("0.00")
CORRIGIBLES = ("heures", "formation", "du", "au", "jour", "semaine", "mois", *JOURS)
"""Cells of a wrong row that may be typed again on the page."""


@dataclass(slots=True)
class ADecider:
    """A word of the file somebody has to decide about, asked once whatever the number of rows."""

    cle: str
    texte: str
    lignes: int = 0
    proposition: str = ""
    marche_ref: str = ""
    connues: int = 0
    marches: Counter[str] = field(default_factory=Counter)
    """Marchés of the people of ours these lines name."""


@dataclass(frozen=True, slots=True)
class LigneFausse:
    """A row of ours that cannot be taken: why, and its cells as read, to correct them."""

    numero: int
    repere: str
    motif: str
    cellules: tuple[tuple[str, str], ...] = ()
    double: bool = False
    mois: str = ""


@dataclass(slots=True)
class Totaux:
    """Hours of a marché or of a person in the file: all of them, then what became of them."""

    fichier: Decimal = ZERO
    retenues: Decimal = ZERO
    formation: Decimal = ZERO
    non_comptees: Decimal = ZERO
    ecartees: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class LigneDeTotal:
    """A total the file announces, against the sum of its rows."""

    numero: int
    annonce: Decimal
    lu: Decimal

    @property
    def juste(self) -> bool:
        """Whether both agree."""
        return self.annonce == self.lu


@dataclass(slots=True)
class Lecture:
    """Outcome of the rows. `heures`: (contrat ref, month) → periods. Nothing here is stored."""

    lus: int = 0
    retenues: int = 0
    ecartees: int = 0
    sans_heures: int = 0
    heures: dict[tuple[str, date], list[Periode]] = field(default_factory=dict)
    fausses: list[LigneFausse] = field(default_factory=list)
    clients: dict[str, ADecider] = field(default_factory=dict)
    personnes: dict[str, ADecider] = field(default_factory=dict)
    rubriques: dict[str, ADecider] = field(default_factory=dict)
    non_comptees: dict[Nature, Decimal] = field(default_factory=dict)
    par_marche: dict[str, Totaux] = field(default_factory=dict)
    par_personne: dict[str, Totaux] = field(default_factory=dict)
    a_cheval: int = 0
    a_cheval_ouvres: int = 0
    lieux_reconnus: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Key → (text, marché) of the lieux that are ours."""
    lieux_ecartes: dict[str, ADecider] = field(default_factory=dict)
    personnes_ecartees: dict[str, int] = field(default_factory=dict)
    connues_ailleurs: set[str] = field(default_factory=set)
    """People of ours whose name stands on a line set aside."""
    designees: dict[str, int] = field(default_factory=dict)
    """Matricule, or name without one → person, of the lines kept: what next month starts from."""
    cellules: dict[int, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    """Cells of the lines kept that a person may correct, by number."""
    totaux: list[LigneDeTotal] = field(default_factory=list)
    minutes_douteuses: bool = False
    fusionnees: bool = False
