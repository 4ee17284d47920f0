"""Who read whom in a territory (N2): people by their reference only, an administrator needs no name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation, Utilisateur
from marketplace.comptes.queries import PAR_PAGE, PageDe
from marketplace.comptes.registre import borne
from marketplace.comptes.roles import LIBELLES, Role
from marketplace.journal.models import LecturePersonne
from marketplace.personnes.models import Personne


@dataclass(frozen=True, slots=True)
class LectureVue:
    """One reading."""

    quand: datetime
    lecteur: str
    role: str
    organisation: str
    personne_ref: str
    finalite: str
    nommee: bool


def lectures_du_territoire(
    s: Session,
    territoire_id: int,
    *,
    personne_ref: str = "",
    du: date | None = None,
    au: date | None = None,
    page: int = 1,
) -> PageDe[LectureVue]:
    """Readings of the people of a territory, newest first."""
    conditions = [Personne.territoire_id == territoire_id]
    if personne_ref.strip():
        conditions.append(Personne.ref == personne_ref.strip().upper())
    if du:
        conditions.append(LecturePersonne.quand >= borne(du))
    if au:
        conditions.append(LecturePersonne.quand < borne(au + timedelta(days=1)))
    source = (
        select(LecturePersonne, Personne.ref, Utilisateur, Organisation.nom)
        .join(Personne, Personne.id == LecturePersonne.personne_id)
        .outerjoin(Utilisateur, Utilisateur.id == LecturePersonne.acteur_id)
        .outerjoin(Organisation, Organisation.id == LecturePersonne.organisation_id)
        .where(*conditions)
    )
    total = (
        s.scalar(
            select(func.count(LecturePersonne.id))
            .join(Personne, Personne.id == LecturePersonne.personne_id)
            .where(*conditions)
        )
        or 0
    )
    lignes = s.execute(
        source.order_by(LecturePersonne.quand.desc(), LecturePersonne.id.desc())
        .limit(PAR_PAGE)
        .offset((page - 1) * PAR_PAGE)
    )
    return PageDe(
        tuple(
            LectureVue(
                lecture.quand,
                f"{u.prenom} {u.nom}" if u else "La Place des clauses",
                LIBELLES[Role(lecture.role)],
                organisation or "",
                ref,
                lecture.finalite,
                lecture.nommee,
            )
            for lecture, ref, u, organisation in lignes
        ),
        total,
        page,
    )
