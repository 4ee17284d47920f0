"""What was decided of a ranking, as the engine saw it that day, and the layers learned from it."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, choix


class OrigineDecision(enum.StrEnum):
    """Where a decision comes from: a proposition and its answer, or a référent's word on a rank."""

    PROPOSITION = "proposition"
    AVIS = "avis"


class DecisionClassement(Base):
    """A decision on one person for one offre, with what the layer may learn from, as it was that day.

    The outcome of a proposition is read on the proposition itself. `favorable` and `motif` are a référent's word.
    """

    __tablename__ = "decision_classement"
    __table_args__ = (
        UniqueConstraint("origine", "offre_id", "personne_id"),
        Index("ix_decision_classement_territoire", "territoire_id", "origine"),
        CheckConstraint("pertinence BETWEEN 0 AND 1", name="pertinence"),
        CheckConstraint("(origine = 'avis') = (favorable IS NOT NULL)", name="favorable"),
        CheckConstraint("(origine = 'proposition') = (proposition_id IS NOT NULL)", name="proposition"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    origine: Mapped[OrigineDecision] = mapped_column(choix(OrigineDecision))
    offre_id: Mapped[int] = mapped_column(ForeignKey("offre.id"))
    personne_id: Mapped[int] = mapped_column(ForeignKey("personne.id"), index=True)
    proposition_id: Mapped[int | None] = mapped_column(ForeignKey("proposition.id"), index=True)
    auteur_id: Mapped[int | None]
    favorable: Mapped[bool | None]
    motif: Mapped[str | None] = mapped_column(String(40))
    pertinence: Mapped[float] = mapped_column(Float)
    ecart_heures: Mapped[float] = mapped_column(Float)
    retard_semaines: Mapped[float] = mapped_column(Float)
    version_modele: Mapped[str] = mapped_column(String(60))
    quand: Mapped[datetime]


class EtatCouche(enum.StrEnum):
    """Life of a learned layer: it counts only while it is approved."""

    A_EXAMINER = "a_examiner"
    APPROUVEE = "approuvee"
    REFUSEE = "refusee"
    ETEINTE = "eteinte"
    REMPLACEE = "remplacee"


class CoucheApprise(Base):
    """One learned layer: its weights, its card (date, data, measures), who decided of it and in what words."""

    __tablename__ = "couche_apprise"
    __table_args__ = (UniqueConstraint("ref"), Index("ix_couche_apprise_etat", "territoire_id", "etat"))

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(30))
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    etat: Mapped[EtatCouche] = mapped_column(choix(EtatCouche), default=EtatCouche.A_EXAMINER)
    poids: Mapped[dict[str, Any]]
    empreinte: Mapped[str] = mapped_column(String(64))
    nombre: Mapped[int]
    donnees: Mapped[str] = mapped_column(String(64))
    mesures: Mapped[dict[str, Any]]
    version_modele: Mapped[str] = mapped_column(String(60))
    rapport_id: Mapped[int | None] = mapped_column(ForeignKey("rapport_equite.id"))
    apprise_le: Mapped[datetime]
    decidee_le: Mapped[datetime | None]
    decidee_par_id: Mapped[int | None]
    decideur: Mapped[str] = mapped_column(String(200), default="")
    mot: Mapped[str] = mapped_column(Text, default="")
    eteinte_le: Mapped[datetime | None]
    eteinte_par_id: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
