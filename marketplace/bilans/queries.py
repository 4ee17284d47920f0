"""The report of a period, computed from the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sqlalchemy import Integer, func, select, type_coerce
from sqlalchemy.orm import Session

from marketplace.bilans.correspondances import definitions_au
from marketplace.bilans.faits import charger_faits
from marketplace.bilans.perimetre import Perimetre
from marketplace.bilans.rules.bilan import Bilan, dresser
from marketplace.bilans.rules.periode import ANNEES, Periode
from marketplace.bilans.rules.registre import Faits
from marketplace.heures.models import DecisionLigne, Declaration, LigneHeures, LigneReprise
from marketplace.journal.models import Evenement

OBJETS = (
    "contrat",
    "correspondance_bilan",
    "declaration",
    "marche",
    "operation",
    "operation_exceptionnelle",
    "organisation",
    "personne",
    "regime_marche",
    "reglage",
    "reprise",
    "territoire",
)
"""What a report depends on, as the journal names it."""


def periodes_comparees(periode: Periode) -> tuple[Periode, ...]:
    """The period, then the same months of the years before."""
    return tuple(periode.avant(n) if n else periode for n in range(ANNEES))


def lire_faits(s: Session, perimetre: Perimetre, periode: Periode) -> Faits:
    """The facts of the period and of those it is compared with."""
    return charger_faits(s, perimetre, periodes_comparees(periode))


def bilan(s: Session, perimetre: Perimetre, periode: Periode) -> Bilan:
    """The report of that perimeter over that period, from the ledger as it stands."""
    faits = lire_faits(s, perimetre, periode)
    return dresser(faits, definitions_au(s, perimetre.territoire_id, faits.periodes))


def empreinte_registre(s: Session, perimetre: Perimetre) -> str:
    """SHA-256 of the ledger of a perimeter: the last link of each marché's chain, and the decisions in force on it.

    Two equal prints mean the same lines, decided in the same way.
    """
    somme = hashlib.sha256()
    conditions = perimetre.conditions_marche(LigneHeures.marche_id)
    derniers = (
        select(LigneHeures.marche_id, func.max(LigneHeures.id).label("id"))
        .join(Declaration, Declaration.id == LigneHeures.declaration_id)
        .where(Declaration.territoire_id == perimetre.territoire_id, *conditions)
        .group_by(LigneHeures.marche_id)
        .subquery()
    )
    maillons = (
        select(derniers.c.marche_id, LigneHeures.empreinte)
        .join(LigneHeures, LigneHeures.id == derniers.c.id)
        .order_by(derniers.c.marche_id)
    )
    for marche_id, maillon in s.execute(maillons):
        somme.update(f"{marche_id}:{maillon};".encode())
    for valeur in _decisions(s, perimetre):
        somme.update(f"{valeur};".encode())
    return somme.hexdigest()


def jalon(s: Session) -> str:
    """A mark that changes with every act that a report depends on, read in constant time whatever the ledger's size.

    Lines and decisions are only ever added, and every act on what describes them leaves an event.
    """
    bouts = [s.scalar(select(func.max(t.id))) for t in (LigneHeures, DecisionLigne, LigneReprise)]
    evenement = s.scalar(
        select(Evenement.id).where(Evenement.objet_type.in_(OBJETS)).order_by(Evenement.id.desc()).limit(1)
    )
    return ":".join(str(b or 0) for b in (*bouts, evenement))


def _decisions(s: Session, perimetre: Perimetre) -> Sequence[int]:
    """Number, last and hours of the decisions in force; number and hours of what was taken over."""
    decisions = s.execute(
        select(
            func.count(DecisionLigne.id),
            func.coalesce(func.max(DecisionLigne.id), 0),
            func.coalesce(type_coerce(func.sum(DecisionLigne.creditees), Integer), 0),
        )
        .join(LigneHeures, LigneHeures.id == DecisionLigne.ligne_id)
        .join(Declaration, Declaration.id == LigneHeures.declaration_id)
        .where(
            DecisionLigne.en_vigueur.is_(True),
            Declaration.territoire_id == perimetre.territoire_id,
            *perimetre.conditions_marche(LigneHeures.marche_id),
        )
    ).one()
    reprises = s.execute(
        select(
            func.count(LigneReprise.id), func.coalesce(type_coerce(func.sum(LigneReprise.heures), Integer), 0)
        ).where(
            LigneReprise.territoire_id == perimetre.territoire_id,
            LigneReprise.annulee.is_(False),
            *perimetre.conditions_marche(LigneReprise.marche_id),
        )
    ).one()
    return [int(v) for v in (*decisions, *reprises)]
