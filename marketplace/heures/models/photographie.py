"""A clause as it stood at the end of each month."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Heures


class Photographie(Base):
    """Totals and state of the clause of one marché, as the ledger stood when the month closed.

    Never rewritten. `empreinte` is the last fingerprint of the marché's chain that day: it says which ledger was
    photographed. `jour` is the day it describes, `prise_le` when it was really taken.
    """

    __tablename__ = "photographie"
    __table_args__ = (
        UniqueConstraint("marche_id", "mois"),
        Index("ix_photographie_territoire_mois", "territoire_id", "mois"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    marche_id: Mapped[int] = mapped_column(ForeignKey("marche.id"))
    mois: Mapped[date]
    jour: Mapped[date]
    objectif: Mapped[Decimal] = mapped_column(Heures())
    validees: Mapped[Decimal] = mapped_column(Heures())
    reelles: Mapped[Decimal] = mapped_column(Heures())
    declarees: Mapped[Decimal] = mapped_column(Heures())
    prevues_a_terme: Mapped[Decimal] = mapped_column(Heures())
    attendues: Mapped[Decimal] = mapped_column(Heures())
    etat: Mapped[str] = mapped_column(String(20))
    empreinte: Mapped[str] = mapped_column(String(64))
    prise_le: Mapped[datetime]
