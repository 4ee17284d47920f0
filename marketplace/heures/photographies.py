"""A photograph of every clause, once a month: its totals, its state, and which ledger they were read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from marketplace.contexte import Contexte
from marketplace.heures.alertes import ETATS_SUIVIS
from marketplace.heures.avancement import avancements, parmi
from marketplace.heures.models import LigneHeures, Photographie
from marketplace.heures.rules.chaine import ORIGINE
from marketplace.marches.models import Marche
from marketplace.territoire.models import Territoire
from marketplace.valeurs import CENTIEME, ajouter_mois, arrondir, premier_du_mois

LOT = 2000


def photographier(ctx: Contexte, le: date, *, dry_run: bool = False) -> dict[str, Any]:
    """On the 1st: photograph the clauses of the month that just ended. Idempotent: what was taken stays as it is.

    A run that was missed is made up with the ledger of the day it really runs: `prise_le` and `empreinte` say so.
    """
    mois = ajouter_mois(premier_du_mois(le), -1)
    jour = premier_du_mois(le) - timedelta(days=1)
    resume: dict[str, Any] = {"vus": 0, "prises": 0, "deja": 0}
    with ctx.lecture() as s:
        territoires = s.scalars(select(Territoire.id).order_by(Territoire.id)).all()
    for territoire_id in territoires:
        dernier = 0
        while True:
            with ctx.transaction() as s:
                lot = _lot(s, territoire_id, dernier)
                if not lot:
                    break
                dernier = lot[-1]
                nouvelles, deja = _du_lot(s, ctx, territoire_id, lot, mois, jour)
                resume["vus"] += len(nouvelles) + deja
                resume["deja"] += deja
                if nouvelles and not dry_run:
                    s.execute(insert(Photographie), nouvelles)
                    resume["prises"] += len(nouvelles)
    return resume


def _lot(s: Session, territoire_id: int, dernier: int) -> Sequence[int]:
    return s.scalars(
        select(Marche.id)
        .where(Marche.territoire_id == territoire_id, Marche.id > dernier, Marche.etat.in_(ETATS_SUIVIS))
        .order_by(Marche.id)
        .limit(LOT)
    ).all()


def _du_lot(
    s: Session, ctx: Contexte, territoire_id: int, lot: Sequence[int], mois: date, jour: date
) -> tuple[list[dict[str, Any]], int]:
    """(rows to write, how many were taken already)."""
    deja = set(
        s.scalars(select(Photographie.marche_id).where(parmi(Photographie.marche_id, lot), Photographie.mois == mois))
    )
    empreintes = _empreintes(s, lot)
    nouvelles = []
    for marche_id, a in avancements(s, [m for m in lot if m not in deja], jour).items():
        if a.objectif <= 0:
            continue
        nouvelles.append(
            {
                "territoire_id": territoire_id,
                "marche_id": marche_id,
                "mois": mois,
                "jour": jour,
                "objectif": a.objectif,
                "validees": a.validees,
                "reelles": a.reelles,
                "declarees": a.declarees,
                "prevues_a_terme": a.prevues_a_terme,
                "attendues": arrondir(a.objectif * a.pourcentage_attendu / 100, CENTIEME),
                "etat": a.etat,
                "empreinte": empreintes.get(marche_id, ORIGINE),
                "prise_le": ctx.horloge(),
            }
        )
    return nouvelles, len(deja.intersection(lot))


def _empreintes(s: Session, lot: Sequence[int]) -> dict[int, str]:
    """The last fingerprint of the chain of each marché that has one."""
    derniers = select(func.max(LigneHeures.id)).where(parmi(LigneHeures.marche_id, lot)).group_by(LigneHeures.marche_id)
    requete = select(LigneHeures.marche_id, LigneHeures.empreinte).where(LigneHeures.id.in_(derniers))
    return {ligne.marche_id: ligne.empreinte for ligne in s.execute(requete)}


@dataclass(frozen=True, slots=True)
class PhotographieVue:
    """One month of the history of a clause."""

    mois: date
    objectif: Decimal
    validees: Decimal
    prevues_a_terme: Decimal
    attendues: Decimal
    etat: str


def photographies_du_marche(s: Session, marche_id: int) -> tuple[PhotographieVue, ...]:
    """The history of a clause, oldest first. One query."""
    p = Photographie
    requete = (
        select(p.mois, p.objectif, p.validees, p.prevues_a_terme, p.attendues, p.etat)
        .where(p.marche_id == marche_id)
        .order_by(p.mois)
    )
    return tuple(PhotographieVue(*ligne) for ligne in s.execute(requete))
