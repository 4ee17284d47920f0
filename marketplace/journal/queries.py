"""What the administrator's pages read of the journal alone: the runs of jobs, the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.journal.models import BattementPlanificateur, Courriel, EtatPassage, Passage

PAR_PAGE = 25


@dataclass(frozen=True, slots=True)
class PassageVu:
    """One run of a job."""

    tache: str
    periode: str
    etat: EtatPassage
    commence_le: datetime
    fini_le: datetime | None
    essais: int
    resume: tuple[tuple[str, Any], ...]
    erreur: str | None


@dataclass(frozen=True, slots=True)
class TacheVue:
    """A job, its last run, and how many of its runs failed."""

    dernier: PassageVu
    passages: int
    echecs: int


@dataclass(frozen=True, slots=True)
class PagePassages:
    """One page of runs."""

    lignes: tuple[PassageVu, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class EtatEnvois:
    """The outbox: what waits, what failed at least once."""

    en_attente: int
    en_difficulte: int
    dernier_envoi: datetime | None


def _vu(p: Passage) -> PassageVu:
    return PassageVu(
        p.tache, p.periode, p.etat, p.commence_le, p.fini_le, p.essais, tuple((p.resume or {}).items()), p.erreur
    )


def taches_connues(s: Session) -> tuple[TacheVue, ...]:
    """Every job that ran once, by name, with its last run."""
    comptes = {
        tache: (dernier, nombre)
        for tache, dernier, nombre in s.execute(
            select(Passage.tache, func.max(Passage.id), func.count()).group_by(Passage.tache)
        )
    }
    requete = select(Passage.tache, func.count()).where(Passage.etat == EtatPassage.ECHOUE).group_by(Passage.tache)
    echecs: dict[str, int] = dict(s.execute(requete).all())
    derniers = s.scalars(
        select(Passage).where(Passage.id.in_([d for d, _ in comptes.values()])).order_by(Passage.tache)
    )
    return tuple(TacheVue(_vu(p), comptes[p.tache][1], echecs.get(p.tache, 0)) for p in derniers)


def passages(s: Session, *, tache: str = "", etat: EtatPassage | None = None, page: int = 1) -> PagePassages:
    """Runs, newest first."""
    conditions: list[Any] = []
    if tache:
        conditions.append(Passage.tache == tache)
    if etat is not None:
        conditions.append(Passage.etat == etat)
    total = s.scalar(select(func.count()).select_from(Passage).where(*conditions)) or 0
    pages = max(1, -(-total // PAR_PAGE))
    page = min(max(1, page), pages)
    requete = (
        select(Passage)
        .where(*conditions)
        .order_by(Passage.commence_le.desc(), Passage.id.desc())
        .limit(PAR_PAGE)
        .offset((page - 1) * PAR_PAGE)
    )
    return PagePassages(tuple(_vu(p) for p in s.scalars(requete)), total, page, pages)


def dernier_battement(s: Session) -> datetime | None:
    """When the scheduler last said that it lives."""
    return s.scalar(select(func.max(BattementPlanificateur.quand)))


def etat_des_envois(s: Session) -> EtatEnvois:
    """The outbox in three figures."""
    attente, difficulte = s.execute(
        select(
            func.count(),
            func.count(Courriel.derniere_erreur),
        ).where(Courriel.envoye_le.is_(None))
    ).one()
    return EtatEnvois(attente, difficulte, s.scalar(select(func.max(Courriel.envoye_le))))
