"""Hours checked afterwards on a sample anyone can draw again."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Heures, choix
from marketplace.heures.rules.controle import ResultatControle


class Controle(Base):
    """One draw among the validated lines of some months: the seed, the method and the size of what it was drawn from.

    With them the same lines come out again: the draw can be checked by the firm that is controlled.
    """

    __tablename__ = "controle"
    __table_args__ = (
        UniqueConstraint("ref"),
        CheckConstraint("fin >= debut", name="mois"),
        CheckConstraint("taille > 0 AND population >= taille", name="taille"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(30))
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"), index=True)
    debut: Mapped[date]
    fin: Mapped[date]
    graine: Mapped[str] = mapped_column(String(64))
    methode: Mapped[str] = mapped_column(String(20))
    taille: Mapped[int]
    population: Mapped[int]
    tire_le: Mapped[datetime]
    auteur_id: Mapped[int | None]
    auteur_nom: Mapped[str]


class LigneControle(Base):
    """One line drawn: what was found on site or on paper, and the correction line that followed, if any."""

    __tablename__ = "ligne_controle"
    __table_args__ = (
        UniqueConstraint("controle_id", "rang"),
        CheckConstraint("constatees IS NULL OR constatees >= 0", name="constatees"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    controle_id: Mapped[int] = mapped_column(ForeignKey("controle.id"))
    rang: Mapped[int]
    ligne_id: Mapped[int] = mapped_column(ForeignKey("ligne_heures.id"), index=True)
    resultat: Mapped[ResultatControle | None] = mapped_column(choix(ResultatControle))
    constatees: Mapped[Decimal | None] = mapped_column(Heures())
    constat: Mapped[str] = mapped_column(Text, default="")
    releve_le: Mapped[datetime | None]
    releve_par_id: Mapped[int | None]
    correction_id: Mapped[int | None] = mapped_column(ForeignKey("ligne_heures.id"))
