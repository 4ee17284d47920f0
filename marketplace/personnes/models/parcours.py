"""The paths of the IAE and of the GEIQ: other lists than the clause's, kept apart from it (R66 to R70, R76)."""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, choix


class Dispositif(enum.StrEnum):
    """Whose list a criterion belongs to."""

    IAE = "iae"
    GEIQ = "geiq"


class CritereParcours(Base):
    """A criterion of the IAE or of the GEIQ, by the code of the national platform, with its proof if seen."""

    __tablename__ = "critere_parcours"
    __table_args__ = (UniqueConstraint("personne_id", "dispositif", "code", name="uq_critere_parcours_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    personne_id: Mapped[int] = mapped_column(ForeignKey("personne.id"))
    dispositif: Mapped[Dispositif] = mapped_column(choix(Dispositif))
    code: Mapped[str] = mapped_column(String(40))
    preuve_le: Mapped[date | None]
    vue_par_id: Mapped[int | None]
    vue_le: Mapped[date | None]


class PassIAE(Base):
    """The PASS as read one day on the national platform, which alone issues it. A new reading is a new row."""

    __tablename__ = "pass_iae"
    __table_args__ = (
        Index("ix_pass_iae_personne", "personne_id", "releve_le"),
        CheckConstraint("fin >= debut", name="dates"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    personne_id: Mapped[int] = mapped_column(ForeignKey("personne.id"))
    numero: Mapped[str] = mapped_column(String(12), default="")
    debut: Mapped[date]
    fin: Mapped[date]
    releve_le: Mapped[date]
    source: Mapped[str] = mapped_column(String(40))
    note_par_id: Mapped[int | None]
    note_le: Mapped[datetime]


class SuspensionPass(Base):
    """A stop of the path after the last reading: days that the platform will give back (R68)."""

    __tablename__ = "suspension_pass"
    __table_args__ = (CheckConstraint("fin >= debut", name="dates"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    pass_id: Mapped[int] = mapped_column(ForeignKey("pass_iae.id", ondelete="CASCADE"), index=True)
    debut: Mapped[date]
    fin: Mapped[date]


class SuitePrevue(Base):
    """The next step decided before something ends (N22): it closes the alerte of that end."""

    __tablename__ = "suite_prevue"
    __table_args__ = (Index("ix_suite_prevue_personne", "personne_id", "objet", "echeance"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    personne_id: Mapped[int] = mapped_column(ForeignKey("personne.id"))
    objet: Mapped[str] = mapped_column(String(20))
    echeance: Mapped[date]
    decision: Mapped[str] = mapped_column(String(40))
    prevue_le: Mapped[date | None]
    notee_par_id: Mapped[int | None]
    notee_le: Mapped[datetime]
