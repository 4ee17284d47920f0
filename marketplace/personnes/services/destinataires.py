"""Who is told: the facilitateurs of a territory, the members of an organisation."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Affectation, Utilisateur
from marketplace.comptes.roles import Role
from marketplace.contexte import Contexte
from marketplace.journal.services import notifier


def membres(s: Session, territoire_id: int, jour: date, *conditions: ColumnElement[bool]) -> list[tuple[int, str]]:
    """(user, address) of those who wear a hat of the territory on `jour`, under these conditions."""
    requete = (
        select(Utilisateur.id, Utilisateur.courriel)
        .join(Affectation, Affectation.utilisateur_id == Utilisateur.id)
        .where(
            Affectation.territoire_id == territoire_id,
            Affectation.depuis <= jour,
            or_(Affectation.jusqu_au.is_(None), Affectation.jusqu_au >= jour),
            Utilisateur.desactive_le.is_(None),
            *conditions,
        )
        .distinct()
    )
    return [(numero, courriel) for numero, courriel in s.execute(requete)]


def prevenir_facilitateurs(ctx: Contexte, s: Session, territoire_id: int, *, cle: str, texte: str, lien: str) -> None:
    """Leave the same message to every facilitateur of a territory, once by `cle`."""
    for utilisateur_id, _ in membres(s, territoire_id, ctx.aujourdhui(), Affectation.role == Role.FACILITATEUR):
        notifier(s, ctx.horloge(), utilisateur_id=utilisateur_id, cle=cle, texte=texte, lien=lien)
