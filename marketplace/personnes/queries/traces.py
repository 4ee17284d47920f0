"""What a file keeps of what happened to it: the acts, and who read it (N2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation
from marketplace.contexte import PARIS
from marketplace.journal.models import Evenement, LecturePersonne
from marketplace.personnes.models import (
    Personne,
)


@dataclass(frozen=True, slots=True)
class FaitVu:
    """One line of the history."""

    quand: datetime
    qui: str
    resume: str


@dataclass(frozen=True, slots=True)
class LectureVue:
    """Who read the file: function, organisation, day, purpose (N2)."""

    jour: date
    fonction: str
    organisation: str
    finalite: str
    nommee: bool


def historique(s: Session, personne_id: int, limite: int = 30) -> tuple[FaitVu, ...]:
    """What was done on the file, newest first."""
    requete = (
        select(Evenement.quand, Evenement.acteur_nom, Evenement.resume)
        .where(Evenement.objet_type == Personne.__tablename__, Evenement.objet_id == personne_id)
        .order_by(Evenement.quand.desc(), Evenement.id.desc())
        .limit(limite)
    )
    return tuple(FaitVu(*ligne) for ligne in s.execute(requete))


FONCTIONS = {
    "facilitateur": "Facilitateur",
    "employeur": "Employeur",
    "referent": "Référent",
    "administrateur": "Administrateur",
    "acheteur": "Acheteur",
}


def lectures_de(s: Session, personne_id: int, limite: int = 50) -> tuple[LectureVue, ...]:
    """Who read the file, by day, function, organisation and purpose, newest first."""
    requete = (
        select(
            func.max(LecturePersonne.quand),
            LecturePersonne.role,
            Organisation.nom,
            LecturePersonne.finalite,
            LecturePersonne.nommee,
        )
        .outerjoin(Organisation, Organisation.id == LecturePersonne.organisation_id)
        .where(LecturePersonne.personne_id == personne_id)
        .group_by(
            func.date(LecturePersonne.quand),
            LecturePersonne.role,
            Organisation.nom,
            LecturePersonne.finalite,
            LecturePersonne.nommee,
        )
        .order_by(func.max(LecturePersonne.quand).desc())
        .limit(limite)
    )
    return tuple(
        LectureVue(quand.astimezone(PARIS).date(), FONCTIONS.get(role, role), organisation or "–", finalite, nommee)
        for quand, role, organisation, finalite, nommee in s.execute(requete)
    )
