"""Messages inside the product: what a user has not read yet, and reading them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from marketplace.contexte import Contexte
from marketplace.journal.models import Notification


@dataclass(frozen=True, slots=True)
class NotificationVue:
    """One message, with where it leads."""

    id: int
    texte: str
    lien: str
    creee_le: datetime


def non_lues(s: Session, utilisateur_id: int | None, limite: int = 8, debut: str = "") -> tuple[NotificationVue, ...]:
    """The newest messages this user has not read, those leading under `debut` when it is given."""
    requete = (
        select(Notification)
        .where(Notification.utilisateur_id == utilisateur_id, Notification.lue_le.is_(None))
        .order_by(Notification.creee_le.desc(), Notification.id.desc())
        .limit(limite)
    )
    if debut:
        requete = requete.where(Notification.lien.startswith(debut, autoescape=True))
    return tuple(NotificationVue(n.id, n.texte, n.lien, n.creee_le) for n in s.scalars(requete))


def nombre_non_lues(s: Session, utilisateur_id: int | None, debut: str = "") -> int:
    """How many messages wait, those leading under `debut` when it is given."""
    requete = select(func.count()).where(Notification.utilisateur_id == utilisateur_id, Notification.lue_le.is_(None))
    if debut:
        requete = requete.where(Notification.lien.startswith(debut, autoescape=True))
    return s.scalar(requete) or 0


def marquer_lues(ctx: Contexte, utilisateur_id: int | None, ids: Collection[int]) -> None:
    """This user has read these messages; those of somebody else are left as they are."""
    with ctx.transaction() as s:
        s.execute(
            update(Notification)
            .where(
                Notification.utilisateur_id == utilisateur_id,
                Notification.id.in_(list(ids)),
                Notification.lue_le.is_(None),
            )
            .values(lue_le=ctx.horloge())
        )
