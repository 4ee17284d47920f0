"""The journal of a territory as its administrators read it: acts, by whom, under which hat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation
from marketplace.comptes.queries import PAR_PAGE, PageDe
from marketplace.comptes.roles import LIBELLES, LIBELLES_SOURCE, Role, Source
from marketplace.contexte import PARIS
from marketplace.journal.models import Evenement
from marketplace.territoire.models import Territoire


@dataclass(frozen=True, slots=True)
class EvenementVu:
    """One line of the journal."""

    quand: datetime
    acteur: str
    role: str
    organisation: str
    pour_le_compte_de: str
    source: str
    action: str
    objet_type: str
    objet_ref: str
    resume: str


@dataclass(frozen=True, slots=True)
class FiltresJournal:
    """Filters of the journal; empty ones keep everything."""

    texte: str = ""
    action: str = ""
    du: date | None = None
    au: date | None = None
    page: int = 1


def borne(jour: date) -> datetime:
    """Midnight in Paris at the start of a day."""
    return datetime.combine(jour, time(), PARIS)


def _du_territoire(s: Session, territoire_id: int) -> Any:
    """Acts under a hat of the territory; those of the product itself too, where the base holds one territory only."""
    organisations = select(Organisation.id).where(Organisation.territoire_id == territoire_id)
    condition = Evenement.organisation_id.in_(organisations)
    if s.scalar(select(func.count()).select_from(Territoire)) == 1:
        return or_(condition, Evenement.organisation_id.is_(None))
    return condition


def evenements(s: Session, territoire_id: int, filtres: FiltresJournal) -> PageDe[EvenementVu]:
    """The journal, newest first."""
    conditions = [_du_territoire(s, territoire_id)]
    for mot in filtres.texte.lower().split():
        motif = f"%{mot}%"
        conditions.append(or_(func.lower(Evenement.resume).like(motif), func.lower(Evenement.objet_ref).like(motif)))
    if filtres.action:
        conditions.append(Evenement.action == filtres.action)
    if filtres.du:
        conditions.append(Evenement.quand >= borne(filtres.du))
    if filtres.au:
        conditions.append(Evenement.quand < borne(filtres.au + timedelta(days=1)))
    total = s.scalar(select(func.count()).select_from(Evenement).where(*conditions)) or 0
    lignes = s.scalars(
        select(Evenement)
        .where(*conditions)
        .order_by(Evenement.quand.desc(), Evenement.id.desc())
        .limit(PAR_PAGE)
        .offset((filtres.page - 1) * PAR_PAGE)
    ).all()
    ids = {i for e in lignes for i in (e.organisation_id, e.pour_le_compte_de_id) if i is not None}
    noms: dict[int | None, str] = dict(
        s.execute(select(Organisation.id, Organisation.nom).where(Organisation.id.in_(ids))).all()
    )
    return PageDe(
        tuple(
            EvenementVu(
                quand=e.quand,
                acteur=e.acteur_nom,
                role=LIBELLES.get(Role(e.role), e.role) if e.role in set(Role) else e.role,
                organisation=noms.get(e.organisation_id, ""),
                pour_le_compte_de=noms.get(e.pour_le_compte_de_id, ""),
                source=LIBELLES_SOURCE.get(Source(e.source), "") if e.source in set(Source) else "",
                action=e.action,
                objet_type=e.objet_type,
                objet_ref=e.objet_ref,
                resume=e.resume,
            )
            for e in lignes
        ),
        total,
        filtres.page,
    )


def actions_connues(s: Session, territoire_id: int) -> tuple[str, ...]:
    """The kinds of acts met so far, for the filter."""
    requete = select(Evenement.action).where(_du_territoire(s, territoire_id)).distinct().order_by(Evenement.action)
    return tuple(s.scalars(requete))
