"""A path shared between facilitateurs, until a day (N3)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base


class PartageParcours(Base):
    """A facilitateur lets one other read the path of a person who agreed, from a day to a day, for a purpose.

    Past `jusqu_au`, or once `arrete_le` is set, it opens nothing: nobody has to close it.
    """

    __tablename__ = "partage_parcours"
    __table_args__ = (CheckConstraint("jusqu_au >= depuis", name="dates"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    personne_id: Mapped[int] = mapped_column(ForeignKey("personne.id"), index=True)
    auteur_id: Mapped[int] = mapped_column(ForeignKey("utilisateur.id"))
    beneficiaire_id: Mapped[int] = mapped_column(ForeignKey("utilisateur.id"), index=True)
    beneficiaire_territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    finalite: Mapped[str] = mapped_column(Text)
    accord_le: Mapped[date]
    accord_canal: Mapped[str] = mapped_column(String(40))
    depuis: Mapped[date]
    jusqu_au: Mapped[date]
    arrete_le: Mapped[datetime | None]
    cree_le: Mapped[datetime]
