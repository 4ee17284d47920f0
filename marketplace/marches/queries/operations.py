"""Opérations and the marchés they group."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action
from marketplace.comptes.models import Organisation
from marketplace.comptes.roles import Acteur
from marketplace.marches.models import Clause, Marche, Operation
from marketplace.marches.portee import charger_operation
from marketplace.marches.queries.liste import FiltresMarches, LigneMarche, marches_du_territoire
from marketplace.marches.queries.objectifs import objectif_sql
from marketplace.territoire.models import Commune
from marketplace.valeurs import cle

LOTS_AU_PLUS = 500


@dataclass(frozen=True, slots=True)
class LigneOperation:
    """One opération: how many marchés, how many hours in all (Σ of its marchés, R17)."""

    ref: str
    intitule: str
    acheteur: str
    commune: str | None
    marches: int
    heures_prevues: Decimal


@dataclass(frozen=True, slots=True)
class FicheOperation:
    """An opération and its marchés."""

    id: int
    ref: str
    intitule: str
    acheteur: str
    acheteur_ref: str
    commune: str | None
    fictive: bool
    marches: tuple[LigneMarche, ...]
    heures_prevues: Decimal


def fiche_operation(s: Session, acteur: Acteur, ref: str) -> FicheOperation:
    """The opération of that reference. Raises Introuvable when it is out of the actor's reach."""
    operation = charger_operation(s, acteur, Action.VOIR_MARCHE, ref)
    acheteur, acheteur_ref, commune = s.execute(
        select(Organisation.nom, Organisation.ref, Commune.nom)
        .select_from(Operation)
        .join(Organisation, Organisation.id == Operation.acheteur_id)
        .outerjoin(Commune, Commune.code_insee == Operation.code_insee)
        .where(Operation.id == operation.id)
    ).one()
    marches = marches_du_territoire(
        s,
        operation.territoire_id,
        FiltresMarches(operation_ref=ref, tri="intitule"),
        par_page=LOTS_AU_PLUS,
    ).lignes
    total = sum((m.heures_prevues for m in marches if m.heures_prevues is not None), Decimal(0))
    return FicheOperation(
        operation.id,
        operation.ref,
        operation.intitule,
        acheteur,
        acheteur_ref,
        commune,
        operation.fictive,
        tuple(sorted(marches, key=_rang_du_lot)),
        total,
    )


def _rang_du_lot(m: LigneMarche) -> tuple[int, str, str]:
    """Lots in the order of the consultation: 2 before 10, « 2 bis » after 2, those without a number last."""
    lot = (m.numero_lot or "").strip()
    chiffres = re.match(r"\d+", lot)
    return (int(chiffres[0]) if chiffres else 10**9, cle(lot), cle(m.intitule))


def operations_du_territoire(s: Session, territoire_id: int, texte: str = "") -> tuple[LigneOperation, ...]:
    """The opérations of a territory by title, one query."""
    requete = (
        select(
            Operation.ref,
            Operation.intitule,
            Organisation.nom,
            Commune.nom,
            func.count(Marche.id),
            func.coalesce(func.sum(objectif_sql()), 0),
        )
        .join(Organisation, Organisation.id == Operation.acheteur_id)
        .outerjoin(Commune, Commune.code_insee == Operation.code_insee)
        .outerjoin(Marche, Marche.operation_id == Operation.id)
        .outerjoin(Clause, and_(Clause.marche_id == Marche.id, Clause.remplacee_le.is_(None)))
        .where(Operation.territoire_id == territoire_id)
        .group_by(Operation.id, Operation.ref, Operation.intitule, Organisation.nom, Commune.nom)
    )
    lignes = [LigneOperation(*ligne) for ligne in s.execute(requete)]
    mots = cle(texte).split()
    return tuple(
        sorted(
            (li for li in lignes if all(m in cle(f"{li.intitule} {li.acheteur}") for m in mots)),
            key=lambda li: cle(li.intitule),
        )
    )


def suggestions_operations(s: Session, territoire_id: int, texte: str, limite: int = 8) -> list[tuple[str, str]]:
    """(value, label) of the opérations whose title holds the text, for the combobox of a form."""
    trouvees = operations_du_territoire(s, territoire_id, texte)[:limite]
    return [(f"{o.intitule} ({o.ref})", f"{o.intitule}, {o.acheteur}") for o in trouvees]
