"""What clauses ask for and what is done, without their curves: for lists of tens of thousands of marchés."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.heures.avancement import LOT, ZERO, objectifs_au
from marketplace.heures.models import DecisionLigne, Declaration, EtatDeclaration, EtatLigne, LigneHeures, LigneReprise
from marketplace.marches.queries.objectifs import DENSE, parmi

CLAIRSEME = 8
"""A set of ids spread over no more than so many times its size is asked for by ranges."""


def objectifs_et_validees(s: Session, marche_ids: Collection[int], jour: date) -> dict[int, tuple[Decimal, Decimal]]:
    """(objectif, validated hours) by marché that has a clause (R56). Five queries per ten thousand marchés."""
    voulus, lus = set(marche_ids), {}
    for lot in _lots(voulus):
        objectifs = objectifs_au(s, lot, jour)
        validees = _validees(s, lot)
        lus.update({i: (o, validees.get(i, ZERO)) for i, o in objectifs.items() if i in voulus})
    return lus


def _lots(ids: set[int]) -> Iterator[Sequence[int]]:
    """Runs of ids: whole ranges when they are many and close, which an engine reads at once; else lists.

    Ten thousand values written one by one cost PostgreSQL's driver seconds before the first row.
    """
    if len(ids) > DENSE and max(ids) - min(ids) < CLAIRSEME * len(ids):
        for debut in range(min(ids), max(ids) + 1, LOT):
            yield range(debut, debut + LOT)
        return
    tries = sorted(ids)
    for debut in range(0, len(tries), LOT):
        yield tries[debut : debut + LOT]


def _validees(s: Session, ids: Collection[int]) -> dict[int, Decimal]:
    """Hours of the decisions in force on validated declarations, and those taken over."""
    faites: dict[int, Decimal] = {}
    decisions = (
        select(LigneHeures.marche_id, func.sum(DecisionLigne.valorisees))
        .join(DecisionLigne, DecisionLigne.ligne_id == LigneHeures.id)
        .join(Declaration, Declaration.id == LigneHeures.declaration_id)
        .where(
            parmi(LigneHeures.marche_id, ids),
            DecisionLigne.en_vigueur.is_(True),
            DecisionLigne.etat == EtatLigne.COMPTEE,
            Declaration.etat == EtatDeclaration.VALIDEE,
        )
        .group_by(LigneHeures.marche_id)
    )
    reprises = (
        select(LigneReprise.marche_id, func.sum(LigneReprise.heures))
        .where(parmi(LigneReprise.marche_id, ids), LigneReprise.annulee.is_(False))
        .group_by(LigneReprise.marche_id)
    )
    for requete in (decisions, reprises):
        for marche_id, heures in s.execute(requete):
            if marche_id is not None:
                faites[marche_id] = faites.get(marche_id, ZERO) + heures
    return faites
