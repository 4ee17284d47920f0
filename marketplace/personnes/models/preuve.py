"""What is asked of the person so that she counts: a proof, by a one-time link, by post or through her référent."""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, choix


class VoiePreuve(enum.StrEnum):
    """How the person is reached. Never through the employer."""

    COURRIEL = "courriel"
    SMS = "sms"
    COURRIER = "courrier"
    REFERENT = "referent"


class Remise(enum.StrEnum):
    """How she hands the proof over."""

    FACILITATEUR = "facilitateur"
    REFERENT = "referent"
    COURRIER = "courrier"
    FICHIER = "fichier"


class DemandePreuve(Base):
    """One question « show your proof » and its answer: type, date, how it is handed over, then seen by whom.

    The link is made again from `grain` and the secret key of the house; the table only holds its `empreinte`,
    so that a copy of the database opens nothing. `fichier` is the random name of a file kept outside the web,
    only where the territory chooses files (R134).
    """

    __tablename__ = "demande_preuve"
    __table_args__ = (
        UniqueConstraint("empreinte"),
        Index("ix_demande_preuve_territoire", "territoire_id", "close_le"),
        CheckConstraint("preuve_type IS NULL OR repondue_le IS NOT NULL", name="reponse"),
        CheckConstraint("vue_le IS NULL OR close_le IS NOT NULL", name="vue"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    personne_id: Mapped[int] = mapped_column(ForeignKey("personne.id"), index=True)
    validation_id: Mapped[int | None] = mapped_column(ForeignKey("validation.id"), index=True)
    grain: Mapped[str] = mapped_column(String(32))
    empreinte: Mapped[str] = mapped_column(String(64))
    voie: Mapped[VoiePreuve] = mapped_column(choix(VoiePreuve))
    creee_le: Mapped[datetime]
    creee_par_id: Mapped[int | None]
    expire_le: Mapped[datetime]
    repondue_le: Mapped[datetime | None]
    preuve_type: Mapped[str | None] = mapped_column(String(40))
    preuve_le: Mapped[date | None]
    remise: Mapped[Remise | None] = mapped_column(choix(Remise))
    telephone: Mapped[str] = mapped_column(String(30), default="")
    fichier: Mapped[str | None] = mapped_column(String(80))
    close_le: Mapped[datetime | None]
    vue_par_id: Mapped[int | None]
    vue_le: Mapped[date | None]
