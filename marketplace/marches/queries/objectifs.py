"""What each marché owes, in hours, on a day: the one place everybody reads a target from.

The clause in force, the tranches firmed up, the periods renewed, the bons de commande issued, less what a transfer
took away (R12, R17, R19, R20, R21). On an accord-cadre the clause is an estimate and owes nothing by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, or_, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from marketplace.db import Heures
from marketplace.marches.models import Clause, Composante, FormeMarche, InterventionPrevue, Marche
from marketplace.marches.rules.formes import ACCORDS_CADRES, Forme, Part, objectif_du_marche

DENSE = 200


def parmi(colonne: InstrumentedAttribute[Any] | ColumnElement[Any], ids: Collection[int]) -> ColumnElement[bool]:
    """SQL condition « one of these ids »; a long, dense run is asked for as a range, which costs nothing to write.

    A range may answer for ids in between that were not asked for: the caller keeps those it knows.
    """
    if len(ids) > DENSE and max(ids) - min(ids) < 2 * len(ids):
        return colonne.between(min(ids), max(ids))
    return colonne.in_(ids)


def objectifs(s: Session, marche_ids: Collection[int], jour: date) -> dict[int, Decimal]:
    """Hours due on `jour` by each of these marchés; those without a clause to follow are absent. Three queries.

    A clause that starts later already is the target: a marché notified for next month is followed as such.
    """
    if not marche_ids:
        return {}
    formes = {
        ligne[0]: ligne[1]
        for ligne in s.execute(
            select(FormeMarche.marche_id, FormeMarche.forme).where(parmi(FormeMarche.marche_id, marche_ids))
        )
    }
    parts: dict[int, list[Part]] = defaultdict(list)
    decidees = select(Composante.marche_id, Composante.heures, Composante.compte_le).where(
        parmi(Composante.marche_id, marche_ids), Composante.compte_le <= jour
    )
    for marche_id, heures, compte_le in s.execute(decidees):
        parts[marche_id].append(Part(heures, compte_le))
    versions = (
        select(Clause.marche_id, Clause.heures_prevues, Clause.a_partir_du)
        .where(parmi(Clause.marche_id, marche_ids), or_(Clause.remplacee_le.is_(None), Clause.remplacee_le > jour))
        .order_by(Clause.marche_id, Clause.numero)
    )
    clauses: dict[int, Decimal] = {}
    for marche_id, heures, a_partir_du in s.execute(versions):
        if a_partir_du <= jour or marche_id not in clauses:
            clauses[marche_id] = heures
    return _composer(clauses, formes, parts, jour)


def _composer(
    clauses: dict[int, Decimal], formes: Mapping[int, Forme], parts: Mapping[int, list[Part]], jour: date
) -> dict[int, Decimal]:
    """The clauses as they are, save for the few marchés that have a form or parts: most have neither."""
    for marche_id in {*formes, *parts}:
        objectif = objectif_du_marche(clauses.get(marche_id), formes.get(marche_id), parts.get(marche_id, ()), jour)
        if objectif is not None:
            clauses[marche_id] = objectif
    return clauses


def objectif_sql() -> ColumnElement[Any]:
    """The same today, for a list: an expression over Marche joined to its Clause in force, to sum and to sort by.

    A part is never decided in the future, so those that have a day all count.
    """
    composantes = (
        select(func.coalesce(func.sum(Composante.heures), 0))
        .where(Composante.marche_id == Marche.id, Composante.compte_le.isnot(None))
        .correlate(Marche)
        .scalar_subquery()
    )
    cadre = (
        select(FormeMarche.marche_id)
        .where(FormeMarche.marche_id == Marche.id, FormeMarche.forme.in_(ACCORDS_CADRES))
        .correlate(Marche)
        .exists()
    )
    base = case((cadre, literal(Decimal(0), Heures())), else_=Clause.heures_prevues)
    return type_coerce(type_coerce(base, Heures()) + type_coerce(composantes, Heures()), Heures())


@dataclass(frozen=True, slots=True)
class Intervention:
    """A period when people in insertion are expected: how many, for how many hours in all."""

    debut: date
    fin: date
    personnes: int
    heures: Decimal
    code_rome: str | None


def interventions_prevues(s: Session, marche_ids: Collection[int]) -> dict[int, list[Intervention]]:
    """The interventions foreseen on each of these marchés, in order; those without any are absent. One query."""
    if not marche_ids:
        return {}
    prevues: dict[int, list[Intervention]] = {}
    i = InterventionPrevue
    requete = (
        select(i.marche_id, i.debut, i.fin, i.personnes, i.heures, i.code_rome)
        .where(parmi(i.marche_id, marche_ids))
        .order_by(i.marche_id, i.debut, i.id)
    )
    for marche_id, debut, fin, personnes, heures, code_rome in s.execute(requete):
        prevues.setdefault(marche_id, []).append(Intervention(debut, fin, personnes, heures, code_rome))
    return prevues
