"""Alertes that are open, as the pages of a facilitateur show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from marketplace.journal.models import Alerte, Gravite
from marketplace.marches.models import Marche


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
class GroupeAlertes:
    """What is open about one marché: its title once, the most pressing fact first."""

    ref: str
    intitule: str
    gravite: Gravite
    alertes: tuple[AlerteVue, ...]


@dataclass(frozen=True, slots=True)
class AlertesDuJour:
    """What a facilitateur's home shows: the most pressing marchés, then what concerns people, apart."""

    marches: tuple[GroupeAlertes, ...]
    marches_en_tout: int
    personnes: tuple[AlerteVue, ...]
    personnes_en_tout: int

    @property
    def total(self) -> int:
        """How many marchés and facts about people, to know whether anything waits."""
        return self.marches_en_tout + self.personnes_en_tout


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


def _vue(a: Alerte, intitule: str = "") -> AlerteVue:
    """The alerte as shown; under its marché's title, the message no longer repeats it."""
    message = a.message
    debut = f"{intitule} : "
    if intitule and message.startswith(debut):
        message = message[len(debut) :]
        message = message[:1].upper() + message[1:]
    return AlerteVue(a.id, a.type, a.objet_type, a.objet_ref, a.gravite, message, a.action, a.lien, a.ouverte_le)


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


LUES = 2000
"""How many open alertes are read to be grouped: beyond, the most pressing of them are enough for a home page."""


def alertes_du_jour(s: Session, territoire_id: int, jour: date, *, limite: int = 6) -> AlertesDuJour:
    """Open alertes of a territory that nobody put to sleep: by marché, and those about people apart. One query."""
    requete = (
        select(Alerte, Marche.intitule)
        .outerjoin(Marche, and_(Alerte.objet_type == "marche", Marche.id == Alerte.objet_id))
        .where(*_ouvertes(territoire_id, jour))
        .order_by(_RANG, Alerte.ouverte_le, Alerte.id)
        .limit(LUES)
    )
    groupes: dict[str, list[AlerteVue]] = {}
    titres: dict[str, str] = {}
    autres: list[AlerteVue] = []
    for alerte, intitule in s.execute(requete):
        if intitule is None:
            autres.append(_vue(alerte))
            continue
        titres[alerte.objet_ref] = intitule
        groupes.setdefault(alerte.objet_ref, []).append(_vue(alerte, intitule))
    marches = tuple(GroupeAlertes(ref, titres[ref], vues[0].gravite, tuple(vues)) for ref, vues in groupes.items())
    return AlertesDuJour(marches[:limite], len(marches), tuple(autres[:limite]), len(autres))


def alertes_du_marche(s: Session, territoire_id: int, marche_id: int, jour: date) -> tuple[AlerteVue, ...]:
    """Open alertes of one marché."""
    requete = (
        select(Alerte)
        .where(*_ouvertes(territoire_id, jour), Alerte.objet_type == "marche", Alerte.objet_id == marche_id)
        .order_by(_RANG, Alerte.ouverte_le)
    )
    return tuple(_vue(a) for a in s.scalars(requete))
