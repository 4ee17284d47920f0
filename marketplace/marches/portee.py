"""The reach of a marché or an opération, and how one is fetched inside the caller's perimeter."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.roles import Acteur
from marketplace.erreurs import Introuvable
from marketplace.marches.models import Intervenant, Marche, Operation


def portee_marche(s: Session, marche: Marche) -> Portee:
    """Its territory; its buyer, its titulaire and every intervenant."""
    intervenants = s.scalars(select(Intervenant.organisation_id).where(Intervenant.marche_id == marche.id))
    organisations = {marche.acheteur_id, marche.titulaire_id, *intervenants} - {None}
    return Portee(marche.territoire_id, frozenset(o for o in organisations if o is not None))


def portee_operation(operation: Operation) -> Portee:
    """Its territory and its buyer."""
    return Portee(operation.territoire_id, frozenset({operation.acheteur_id}))


def a_portee_de(organisation_id: int | None) -> ColumnElement[bool]:
    """Condition on Marche: this organisation buys it, holds it or works on it."""
    intervient = select(Intervenant.id).where(
        Intervenant.marche_id == Marche.id, Intervenant.organisation_id == organisation_id
    )
    return or_(Marche.acheteur_id == organisation_id, Marche.titulaire_id == organisation_id, intervient.exists())


def charger_marche(s: Session, acteur: Acteur, action: Action, ref: str) -> Marche:
    """The marché of that reference, for this act. Raises Introuvable when absent or out of reach."""
    marche = s.scalar(select(Marche).where(Marche.ref == ref, Marche.territoire_id == acteur.territoire_id))
    if marche is None:
        raise Introuvable()
    exiger(acteur, action, portee_marche(s, marche))
    return marche


def charger_operation(s: Session, acteur: Acteur, action: Action, ref: str) -> Operation:
    """The opération of that reference, for this act. Raises Introuvable when absent or out of reach."""
    operation = s.scalar(select(Operation).where(Operation.ref == ref, Operation.territoire_id == acteur.territoire_id))
    if operation is None:
        raise Introuvable()
    exiger(acteur, action, portee_operation(operation))
    return operation
