"""The workbench of the demonstration: one session, one day, one generator; everything made so far in reach.

Rows are written as the acts would leave them, but thousands at a time: calling each act in its own
transaction would take minutes.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from marketplace.comptes.models import Organisation, Utilisateur
from marketplace.contexte import PARIS, Contexte
from marketplace.heures.models import Contrat
from marketplace.marches.models import Clause, Marche
from marketplace.offres.models import Offre
from marketplace.personnes.models import Personne, Validation
from marketplace.territoire.queries import communes_par_sdi
from marketplace.territoire.reglages import Reglages

DOSSIER = Path(__file__).resolve().parent
T = TypeVar("T")


def lire_table(nom: str) -> list[dict[str, str]]:
    """Rows of a small committed table of this folder."""
    with (DOSSIER / nom).open(encoding="utf-8", newline="") as fichier:
        return list(csv.DictReader(fichier, strict=True))


@dataclass(frozen=True, slots=True)
class Lieu:
    """A commune of the territory."""

    code_insee: str
    nom: str
    population: int
    sdi: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class MetierDemo:
    """A trade of the demonstration, with the words people and small employers use for it."""

    code_rome: str
    secteur: str
    poids: int
    libelles: tuple[str, ...]
    competences: tuple[str, ...]
    offres: tuple[str, ...]
    permis: tuple[str, ...]
    caces: tuple[str, ...]


@dataclass(slots=True)
class Equipe:
    """Users of the demonstration, by what they do."""

    facilitateurs: list[Utilisateur] = field(default_factory=list)
    referents: list[tuple[Utilisateur, Organisation, str]] = field(default_factory=list)
    contacts: dict[int, Utilisateur] = field(default_factory=dict)


@dataclass(slots=True)
class Atelier:
    """Everything the makers share. `le` is the day of the demonstration; instants never pass it."""

    s: Session
    ctx: Contexte
    le: date
    rng: Random
    territoire_id: int
    reglages: Reglages
    lieux: dict[str, Lieu]
    metiers: dict[str, MetierDemo]
    proches: dict[str, tuple[str, ...]]
    appellations: dict[str, str]
    coeurs: dict[str, tuple[tuple[str, str], ...]]
    equipe: Equipe = field(default_factory=Equipe)
    acheteurs: dict[str, Organisation] = field(default_factory=dict)
    firmes: dict[str, Organisation] = field(default_factory=dict)
    structures: dict[str, Organisation] = field(default_factory=dict)
    reelles: list[Organisation] = field(default_factory=list)
    marches: list[Marche] = field(default_factory=list)
    clauses: dict[int, Clause] = field(default_factory=dict)
    profils: dict[int, str] = field(default_factory=dict)
    personnes: list[Personne] = field(default_factory=list)
    codes: dict[int, tuple[str, ...]] = field(default_factory=dict)
    categories: dict[int, tuple[str, ...]] = field(default_factory=dict)
    suivis: dict[int, tuple[Utilisateur, Organisation]] = field(default_factory=dict)
    occupees: dict[int, list[tuple[date, date]]] = field(default_factory=dict)
    validations: dict[int, Validation] = field(default_factory=dict)
    offres: list[Offre] = field(default_factory=list)
    contrats: list[Contrat] = field(default_factory=list)
    compteurs: Counter[str] = field(default_factory=Counter)

    @property
    def maintenant(self) -> datetime:
        """Eight in the morning, Paris time, on the day of the demonstration."""
        return self.instant(self.le, 8)

    def instant(self, jour: date, heure: int | None = None) -> datetime:
        """A moment of that day in working hours, never after eight on the day of the demonstration."""
        h = self.rng.randint(8, 17) if heure is None else heure
        moment = datetime.combine(jour, time(h, self.rng.randint(0, 59) if heure is None else 0), PARIS)
        plafond = datetime.combine(self.le, time(8), PARIS)
        return min(moment, plafond).astimezone(UTC)

    def jour(self, il_y_a: int) -> date:
        """The day `il_y_a` days before the demonstration (after it when negative)."""
        return self.le - timedelta(days=il_y_a)

    def garder(self, objets: Iterable[T]) -> list[T]:
        """Store rows at once; they have their ids."""
        liste = list(objets)
        self.s.add_all(liste)
        self.s.flush()
        return liste

    def numeroter(self, objets: Sequence[Any], prefixe: str) -> None:
        """Store rows, then give each the reference the acts give: the prefix and its id."""
        if not objets:
            return
        for n, objet in enumerate(objets):
            objet.ref = f"?{prefixe}{n}"
        self.garder(objets)
        table = objets[0].__table__
        refs = {objet.id: f"{prefixe}-{objet.id:06d}" for objet in objets}
        self.s.connection().execute(
            update(table).where(table.c.id == bindparam("numero")).values(ref=bindparam("nouvelle")),
            [{"numero": id_, "nouvelle": ref} for id_, ref in refs.items()],
        )
        for objet in objets:
            set_committed_value(objet, "ref", refs[objet.id])

    def parmi(self, choix: Sequence[T], poids: Sequence[float] | None = None) -> T:
        """One of these, perhaps weighted."""
        return self.rng.choices(choix, weights=poids)[0]

    def commune(self, sdi: str | None = None) -> Lieu:
        """A commune drawn by its population, in one SDI if given."""
        lieux = [li for li in self.lieux.values() if sdi is None or li.sdi == sdi]
        return self.parmi(lieux, [li.population**0.85 for li in lieux])

    def libre(self, personne_id: int, debut: date, fin: date) -> bool:
        """Whether this person has no contrat on these days."""
        return all(fin < d or f < debut for d, f in self.occupees.get(personne_id, ()))


def sdi_des_communes(s: Session) -> dict[str, str]:
    """Code of the SDI of each commune."""
    return communes_par_sdi(s)
