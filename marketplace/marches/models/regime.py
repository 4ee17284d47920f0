"""What the law asked of a marché and what was answered."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Taux, choix
from marketplace.marches.rules.regime import Derogation, Reservation, TypeAcheteur


class RegimeMarche(Base):
    """What the law asked of a marché and what was answered (R2, R4, R5): one row, its past in the journal."""

    __tablename__ = "regime_marche"
    __table_args__ = (
        CheckConstraint("valeur_estimee_ht IS NULL OR valeur_estimee_ht >= 0", name="valeur"),
        CheckConstraint("derogation IS NULL OR motivation <> ''", name="derogation_motivee"),
    )

    marche_id: Mapped[int] = mapped_column(ForeignKey("marche.id"), primary_key=True)
    type_acheteur: Mapped[TypeAcheteur] = mapped_column(choix(TypeAcheteur))
    valeur_estimee_ht: Mapped[Decimal | None]
    consultation_le: Mapped[date | None]
    defense_securite: Mapped[bool] = mapped_column(default=False)
    leviers: Mapped[list[str]] = mapped_column(default=list)
    reservation: Mapped[Reservation | None] = mapped_column(choix(Reservation))
    part_publics: Mapped[Decimal | None] = mapped_column(Taux())
    derogation: Mapped[Derogation | None] = mapped_column(choix(Derogation), index=True)
    motivation: Mapped[str] = mapped_column(Text, default="")
    decide_le: Mapped[date]
    auteur_id: Mapped[int | None]
