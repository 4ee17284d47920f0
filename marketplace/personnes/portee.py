"""The reach of a person: her territory and the référents who follow her today."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.roles import Acteur
from marketplace.erreurs import Introuvable
from marketplace.personnes.models import Personne, RoleSuivi, Suivi


def suivi_en_cours(jour: date) -> ColumnElement[bool]:
    """SQL condition: this Suivi opens the file on `jour`. Its last day is already closed (R89)."""
    return and_(Suivi.depuis <= jour, or_(Suivi.jusqu_au.is_(None), Suivi.jusqu_au > jour))


def portee_personne(s: Session, personne: Personne, jour: date) -> Portee:
    """Territory of the person and users whose caseload holds her on `jour`."""
    referents = s.scalars(select(Suivi.referent_id).where(Suivi.personne_id == personne.id, suivi_en_cours(jour)))
    return Portee(personne.territoire_id, referents=frozenset(referents))


def roles_de_suivi(s: Session, personne_id: int, utilisateur_id: int | None, jour: date) -> frozenset[str]:
    """What this user is to the person on `jour`: référent, co-référent, or nothing."""
    roles = s.scalars(
        select(Suivi.role).where(
            Suivi.personne_id == personne_id, Suivi.referent_id == utilisateur_id, suivi_en_cours(jour)
        )
    )
    return frozenset(role.value for role in roles)


def est_son_referent(s: Session, acteur: Acteur, personne_id: int, jour: date) -> bool:
    """Whether the one at the keyboard is her référent: not a co-référent, not a facilitateur acting for somebody."""
    if acteur.pour_le_compte_de is not None:
        return False
    return RoleSuivi.REFERENT.value in roles_de_suivi(s, personne_id, acteur.utilisateur_id, jour)


def exiger_pour_les_siens(acteur: Acteur, action: Action) -> None:
    """Whether this hat may do `action` to people she follows, or to all of her territory. Raises Interdit."""
    referents = frozenset({acteur.referent_id} if acteur.referent_id is not None else ())
    exiger(acteur, action, Portee(acteur.territoire_id, referents=referents))


def personne_du_perimetre(s: Session, acteur: Acteur, action: Action, ref: str, jour: date) -> Personne:
    """The person of that reference, if this hat may do `action` to her. Raises Introuvable otherwise."""
    personne = s.scalar(
        select(Personne).where(
            Personne.ref == ref,
            Personne.territoire_id == acteur.territoire_id,
            Personne.anonymisee_le.is_(None),
        )
    )
    if personne is None:
        raise Introuvable()
    exiger(acteur, action, portee_personne(s, personne, jour))
    return personne
