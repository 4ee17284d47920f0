"""Alertes that are open, as the pages of a facilitateur show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from marketplace.journal.models import Alerte, Gravite


@dataclass(frozen=True, slots=True)
class AlerteVue:
    """Something that lags: the fact, the act that answers it, where to do it."""

    id: int
    type: str
    objet_type: str
    objet_ref: str
    gravite: Gravite
    message: str
    action: str
    lien: str
    ouverte_le: datetime


@dataclass(frozen=True, slots=True)
class Alertes:
    """The most pressing open alertes, and how many there are in all."""

    lignes: tuple[AlerteVue, ...]
    total: int


_RANG = case((Alerte.gravite == Gravite.ROUGE, 0), (Alerte.gravite == Gravite.ORANGE, 1), else_=2)


def _ouvertes(territoire_id: int, jour: date) -> list[Any]:
    return [
        Alerte.territoire_id == territoire_id,
        Alerte.fermee_le.is_(None),
        or_(Alerte.endormie_jusqu_au.is_(None), Alerte.endormie_jusqu_au <= jour),
    ]


def _vue(a: Alerte) -> AlerteVue:
    return AlerteVue(a.id, a.type, a.objet_type, a.objet_ref, a.gravite, a.message, a.action, a.lien, a.ouverte_le)


def alertes_ouvertes(
    s: Session, territoire_id: int, jour: date, *, objet_type: str | None = None, limite: int = 10
) -> Alertes:
    """Open alertes of a territory that nobody put to sleep, most pressing then oldest first. Two queries."""
    conditions = _ouvertes(territoire_id, jour)
    if objet_type is not None:
        conditions.append(Alerte.objet_type == objet_type)
    total = s.scalar(select(func.count()).select_from(Alerte).where(*conditions)) or 0
    requete = select(Alerte).where(*conditions).order_by(_RANG, Alerte.ouverte_le, Alerte.id).limit(limite)
    return Alertes(tuple(_vue(a) for a in s.scalars(requete)), total)


def alertes_du_marche(s: Session, territoire_id: int, marche_id: int, jour: date) -> tuple[AlerteVue, ...]:
    """Open alertes of one marché."""
    requete = (
        select(Alerte)
        .where(*_ouvertes(territoire_id, jour), Alerte.objet_type == "marche", Alerte.objet_id == marche_id)
        .order_by(_RANG, Alerte.ouverte_le)
    )
    return tuple(_vue(a) for a in s.scalars(requete))
