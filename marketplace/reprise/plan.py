"""What a takeover would write: marchés, people, lines of hours, decided before anything touches the base."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from marketplace.erreurs import LigneRefusee
from marketplace.heures.models import Modalite
from marketplace.marches.rules.etats import EtatMarche
from marketplace.marches.rules.regime import NatureMarche
from marketplace.personnes.rules.saisie import ProfilSaisi
from marketplace.reprise.rules.source import Enregistrement


@dataclass(slots=True)
class MarchePrevu:
    """A marché of the workbook. `existant` is its id when the ledger holds it already; names are targets."""

    cle: str
    source: Enregistrement
    existant: int | None
    intitule: str
    lot: str
    acheteur: str
    titulaire: str
    operation: str
    gestionnaire: str
    secteur: str
    nature: NatureMarche
    etat: EtatMarche
    commune: str
    metier: str
    prevues: Decimal | None
    titulaire_siret: str = ""
    notification: date | None = None
    debut: date | None = None
    fin: date | None = None
    montant: Decimal | None = None
    numero: str = ""


@dataclass(slots=True)
class PersonnePrevue:
    """A person of the workbook. `existante` is her id when she is already known here."""

    cle: str
    existante: int | None
    profil: ProfilSaisi
    ligne: int
    qpv: str = ""
    categories: tuple[str, ...] = ()
    dernier_mois: date | None = None


@dataclass(frozen=True, slots=True)
class ClefPrevue:
    """What makes two lines of the workbook one: marché, person, employer, modality, months."""

    marche: str
    personne: str
    employeur: str
    modalite: Modalite | None
    depuis: date | None
    mois: date


@dataclass(slots=True)
class LignePrevue:
    """Hours to write under one key, with the trade and where they come from."""

    heures: Decimal
    metier: str
    source: str
    ligne: int
    feuille: str


@dataclass(slots=True)
class Plan:
    """Everything that would be written, what is already there, what is refused (`refusees`: marchés, by key)."""

    marches: dict[str, MarchePrevu] = field(default_factory=dict)
    refusees: dict[str, Enregistrement] = field(default_factory=dict)
    personnes: dict[str, PersonnePrevue] = field(default_factory=dict)
    lignes: dict[ClefPrevue, LignePrevue] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    refuses: list[LigneRefusee] = field(default_factory=list)
    avertissements: list[str] = field(default_factory=list)

    @property
    def nouveaux(self) -> list[MarchePrevu]:
        """Marchés to enter."""
        return [m for m in self.marches.values() if m.existant is None]

    @property
    def a_inscrire(self) -> list[PersonnePrevue]:
        """People to register."""
        return [p for p in self.personnes.values() if p.existante is None]

    @property
    def heures(self) -> Decimal:
        """Hours done that would be written."""
        return sum((li.heures for li in self.lignes.values()), Decimal(0))

    @property
    def vide(self) -> bool:
        """Whether there is nothing to write."""
        return not (self.lignes or self.nouveaux or self.a_inscrire)
