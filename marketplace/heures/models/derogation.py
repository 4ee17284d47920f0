"""The cap of an AI lifted by the préfet."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base


class LeveePlafond(Base):
    """A period in which the 480 h in companies do not bound the staff of one AI (R75, L5132-9).

    `motif` names the act of the préfet.
    """

    __tablename__ = "levee_plafond"
    __table_args__ = (
        UniqueConstraint("employeur_id", "debut"),
        CheckConstraint("fin >= debut", name="dates"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    employeur_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    debut: Mapped[date]
    fin: Mapped[date]
    motif: Mapped[str] = mapped_column(Text)
    auteur_id: Mapped[int | None]
    cree_le: Mapped[datetime]
