"""Who declares for a firm: its users, those it names, and the establishments that share its SIREN."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Affectation, Organisation, Utilisateur
from marketplace.comptes.roles import Role
from marketplace.heures.models import Delegation


def etablissements(s: Session, organisation_id: int | None) -> frozenset[int]:
    """The organisation itself and the verified ones of the same firm (same SIREN, same territory)."""
    organisation = None if organisation_id is None else s.get(Organisation, organisation_id)
    if organisation is None:
        return frozenset()
    if not organisation.siret or not organisation.siret_valide or organisation.verifiee_le is None:
        return frozenset({organisation.id})
    freres = s.scalars(
        select(Organisation.id).where(
            Organisation.territoire_id == organisation.territoire_id,
            func.substr(Organisation.siret, 1, 9) == organisation.siret[:9],
            Organisation.siret_valide.is_(True),
            Organisation.verifiee_le.is_not(None),
        )
    )
    return frozenset({organisation.id, *freres})


def delegation_en_vigueur(jour: date) -> ColumnElement[bool]:
    """SQL condition: this delegation holds on that day."""
    condition: ColumnElement[bool] = (
        (Delegation.depuis <= jour)
        & or_(Delegation.jusqu_au.is_(None), Delegation.jusqu_au >= jour)
        & Delegation.revoquee_le.is_(None)
    )
    return condition


@dataclass(frozen=True, slots=True)
class Declarant:
    """Somebody who may declare for a firm, by the address a mail is sent to. `marches`: None is all of them."""

    organisation_id: int
    courriel: str
    nom: str
    utilisateur_id: int | None = None
    marches: frozenset[int] | None = None

    @property
    def cle(self) -> str:
        """What keeps one mail from leaving twice."""
        return str(self.utilisateur_id) if self.utilisateur_id is not None else self.courriel


def declarants(
    s: Session, organisations: Iterable[int], jour: date, *, courriel: str | None = None
) -> dict[int, list[Declarant]]:
    """Who declares for each of these firms: its users; whom it named; its own address when it has no user.

    `courriel` keeps one address only.
    """
    ids = set(organisations)
    trouves: defaultdict[int, dict[str, Declarant]] = defaultdict(dict)
    for o, u, adresse, prenom, nom in s.execute(_utilisateurs(ids, jour)):
        trouves[o].setdefault(adresse, Declarant(o, adresse, f"{prenom} {nom}", u))
    avec_compte = set(trouves)
    marches: defaultdict[tuple[int, str], set[int]] = defaultdict(set)
    noms: dict[tuple[int, str], str] = {}
    for d in s.scalars(
        select(Delegation)
        .where(Delegation.organisation_id.in_(ids), delegation_en_vigueur(jour))
        .order_by(Delegation.id)
    ):
        if d.courriel in trouves[d.organisation_id]:
            continue
        noms[d.organisation_id, d.courriel] = d.nom
        marches[d.organisation_id, d.courriel].add(d.marche_id or 0)
    for (o, adresse), visees in marches.items():
        trouves[o][adresse] = Declarant(o, adresse, noms[o, adresse], None, None if 0 in visees else frozenset(visees))
    for o, nom, adresse in s.execute(
        select(Organisation.id, Organisation.nom, Organisation.courriel).where(
            Organisation.id.in_(ids - avec_compte), Organisation.courriel != "", Organisation.verifiee_le.is_not(None)
        )
    ):
        trouves[o].setdefault(adresse.strip().lower(), Declarant(o, adresse.strip().lower(), nom))
    return {
        o: [d for adresse, d in siens.items() if courriel is None or adresse == courriel]
        for o, siens in trouves.items()
    }


def _utilisateurs(ids: set[int], jour: date) -> Any:
    return (
        select(Affectation.organisation_id, Utilisateur.id, Utilisateur.courriel, Utilisateur.prenom, Utilisateur.nom)
        .join(Utilisateur, Utilisateur.id == Affectation.utilisateur_id)
        .where(
            Affectation.organisation_id.in_(ids),
            Affectation.role == Role.EMPLOYEUR,
            Affectation.depuis <= jour,
            or_(Affectation.jusqu_au.is_(None), Affectation.jusqu_au >= jour),
            Utilisateur.desactive_le.is_(None),
        )
        .order_by(Affectation.organisation_id, Utilisateur.id)
    )
