"""The missions under a contrat of an ETTI or an AI."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base


class Mission(Base):
    """One mission: from a day to another, under the contrat that holds the series (one person, one user firm, one
    marché).

    `numero` is the structure's own number of the mission, when it gives one.
    """

    __tablename__ = "mission"
    __table_args__ = (
        UniqueConstraint("contrat_id", "debut"),
        CheckConstraint("fin >= debut", name="dates"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contrat_id: Mapped[int] = mapped_column(ForeignKey("contrat.id"))
    debut: Mapped[date]
    fin: Mapped[date]
    numero: Mapped[str] = mapped_column(String(40), default="")
    source: Mapped[str | None] = mapped_column(String(20))
    cree_le: Mapped[datetime]
