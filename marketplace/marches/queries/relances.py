"""Calls noted and calls due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from marketplace.db import Base
from marketplace.erreurs import Introuvable
from marketplace.journal.models import Relance

OBJETS = {
    "marche": "intitule",
    "operation": "intitule",
    "organisation": "nom",
    "offre": "intitule",
    "personne": "ref",
    "proposition": "ref",
    "validation": "ref",
    "contrat": "ref",
}
"""What a call may be about, and the column that names it. A person is named by her reference: the call log
outlives her file."""


def libelle_relance(s: Session, territoire_id: int, objet_type: str, objet_ref: str) -> tuple[int, str]:
    """Id and label of the row a call is about. Raises Introuvable outside the territory.

    The rooms above this one are reached by their table, not by their code.
    """
    table: Any = Base.metadata.tables.get(objet_type)
    if objet_type not in OBJETS or not isinstance(table, Table):
        raise Introuvable()
    ligne = s.execute(
        select(table.c.id, table.c[OBJETS[objet_type]]).where(
            table.c.ref == objet_ref, table.c.territoire_id == territoire_id
        )
    ).first()
    if ligne is None:
        raise Introuvable()
    return ligne[0], ligne[1]


@dataclass(frozen=True, slots=True)
class RelanceVue:
    """One call: who was reached, what was said, when to come back to it."""

    id: int
    objet_type: str
    objet_ref: str
    objet_libelle: str
    quand: datetime
    auteur: str
    interlocuteur: str
    note: str
    prochaine_date: date | None
    faite_le: datetime | None


def _vue(r: Relance) -> RelanceVue:
    return RelanceVue(
        r.id,
        r.objet_type,
        r.objet_ref,
        r.objet_libelle,
        r.quand,
        r.auteur_nom,
        r.interlocuteur,
        r.note,
        r.prochaine_date,
        r.faite_le,
    )


def relances_de(
    s: Session, territoire_id: int, objet_type: str, objet_id: int, limite: int = 20
) -> tuple[RelanceVue, ...]:
    """Calls about one row, newest first."""
    requete = (
        select(Relance)
        .where(
            Relance.territoire_id == territoire_id,
            Relance.objet_type == objet_type,
            Relance.objet_id == objet_id,
        )
        .order_by(Relance.quand.desc(), Relance.id.desc())
        .limit(limite)
    )
    return tuple(_vue(r) for r in s.scalars(requete))


def relances_dues(
    s: Session, territoire_id: int, jusqu_au: date, *, auteur_id: int | None = None, limite: int = 50
) -> tuple[RelanceVue, ...]:
    """Calls to make by that day and not settled, oldest date first; those of one author when given."""
    requete = (
        select(Relance)
        .where(
            Relance.territoire_id == territoire_id,
            Relance.prochaine_date <= jusqu_au,
            Relance.faite_le.is_(None),
        )
        .order_by(Relance.prochaine_date, Relance.id)
        .limit(limite)
    )
    if auteur_id is not None:
        requete = requete.where(Relance.auteur_id == auteur_id)
    return tuple(_vue(r) for r in s.scalars(requete))
