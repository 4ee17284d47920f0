"""The marketplace itself: propositions, wishes to meet, runs of the ranking."""

from __future__ import annotations

import enum
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Taux, choix
from marketplace.propositions.rules import EtatProposition

__all__ = [
    "EtatProposition",
    "EtatSouhait",
    "PassageClassement",
    "Proposition",
    "SouhaitRencontre",
    "TransitionProposition",
]


class Proposition(Base):
    """A référent (or a facilitateur) names a person to an employer for an offre, with her agreement."""

    __tablename__ = "proposition"
    __table_args__ = (
        UniqueConstraint("ref"),
        UniqueConstraint("offre_id", "personne_id"),
        Index("ix_proposition_etat", "etat", "echeance_le"),
        CheckConstraint("score IS NULL OR (score >= 0 AND score <= 1000000)", name="score"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(30))
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"), index=True)
    offre_id: Mapped[int] = mapped_column(ForeignKey("offre.id"))
    personne_id: Mapped[int] = mapped_column(ForeignKey("personne.id"), index=True)
    auteur_id: Mapped[int | None] = mapped_column(ForeignKey("utilisateur.id"), index=True)
    etat: Mapped[EtatProposition] = mapped_column(choix(EtatProposition))
    accord_le: Mapped[date]
    accord_canal: Mapped[str] = mapped_column(String(40))
    creneau: Mapped[datetime | None]
    lieu: Mapped[str] = mapped_column(default="")
    mot: Mapped[str] = mapped_column(Text, default="")
    motif: Mapped[str | None] = mapped_column(String(40))
    score: Mapped[Decimal | None] = mapped_column(Taux())
    raisons: Mapped[list[Any]] = mapped_column(default=list)
    rang: Mapped[int | None]
    """Place in the list it was chosen from; None out of reach, or from before places were kept."""
    motif_choix: Mapped[str | None] = mapped_column(String(40))
    """Why she was chosen, by code (R120): asked when the list did not put her first."""
    presentee_par_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    """The structure that proposes its own salarié; None for a référent or a facilitateur."""
    source: Mapped[str | None] = mapped_column(String(20))
    proposee_le: Mapped[datetime]
    repondue_le: Mapped[datetime | None]
    echeance_le: Mapped[date]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class TransitionProposition(Base):
    """One change of state of a proposition."""

    __tablename__ = "transition_proposition"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposition_id: Mapped[int] = mapped_column(ForeignKey("proposition.id"), index=True)
    de: Mapped[str | None] = mapped_column(String(40))
    vers: Mapped[str] = mapped_column(String(40))
    quand: Mapped[datetime]
    acteur_id: Mapped[int | None]
    motif: Mapped[str | None] = mapped_column(String(40))


class EtatSouhait(enum.StrEnum):
    """What became of a wish to meet."""

    OUVERT = "ouvert"
    PROPOSE = "propose"
    DECLINE = "decline"


class SouhaitRencontre(Base):
    """An employer asks to meet an unnamed person of its ranking; her référent answers by proposing, or not."""

    __tablename__ = "souhait_rencontre"
    __table_args__ = (UniqueConstraint("offre_id", "personne_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    offre_id: Mapped[int] = mapped_column(ForeignKey("offre.id"))
    personne_id: Mapped[int] = mapped_column(ForeignKey("personne.id"), index=True)
    demandeur_id: Mapped[int | None]
    etat: Mapped[EtatSouhait] = mapped_column(choix(EtatSouhait), default=EtatSouhait.OUVERT)
    demande_le: Mapped[datetime]
    repondu_le: Mapped[datetime | None]


class PassageClassement(Base):
    """One run of the ranking, as R123 asks: who, for what, with which model, what order was shown."""

    __tablename__ = "passage_classement"

    id: Mapped[int] = mapped_column(primary_key=True)
    quand: Mapped[datetime] = mapped_column(index=True)
    acteur_id: Mapped[int | None]
    role: Mapped[str] = mapped_column(String(40))
    offre_id: Mapped[int | None] = mapped_column(index=True)
    personne_id: Mapped[int | None] = mapped_column(index=True)
    version_modele: Mapped[str] = mapped_column(String(60))
    filtres: Mapped[dict[str, Any]] = mapped_column(default=dict)
    ordre: Mapped[list[Any]] = mapped_column(default=list)
    choix: Mapped[list[Any]] = mapped_column(default=list)
    """What was chosen from this run, when it was made to propose: (reference, place, coded reason)."""
