"""Hours shared between marchés: the dated key of a contrat, and validated hours moved to another marché."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Heures, Taux


class ClePartage(Base):
    """How the hours of a contrat are shared between marchés from a month on, until the next key (R28).

    A key without parts ends the sharing: every hour goes to the marché of the contrat again.
    """

    __tablename__ = "cle_partage"
    __table_args__ = (UniqueConstraint("contrat_id", "a_partir_du"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contrat_id: Mapped[int] = mapped_column(ForeignKey("contrat.id"))
    a_partir_du: Mapped[date]
    motif: Mapped[str] = mapped_column(Text)
    auteur_id: Mapped[int | None]
    cree_le: Mapped[datetime]


class PartCle(Base):
    """The share of one marché in a key, with who agreed for its buyer and when. The shares of a key sum to 1."""

    __tablename__ = "part_cle"
    __table_args__ = (
        UniqueConstraint("cle_id", "marche_id"),
        CheckConstraint("part > 0 AND part <= 1000000", name="part"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cle_id: Mapped[int] = mapped_column(ForeignKey("cle_partage.id"))
    marche_id: Mapped[int] = mapped_column(ForeignKey("marche.id"), index=True)
    part: Mapped[Decimal] = mapped_column(Taux())
    accord_par: Mapped[str]
    accord_le: Mapped[date]


class Reaffectation(Base):
    """Validated hours moved from a marché to another of the same titulaire, both buyers agreeing.

    The hours themselves are in the ledger: a correction of the source line, and a new line on the other marché.
    """

    __tablename__ = "reaffectation"
    __table_args__ = (
        UniqueConstraint("correction_id"),
        UniqueConstraint("ligne_id"),
        CheckConstraint("travaillees >= 0 AND formation >= 0 AND travaillees + formation > 0", name="heures"),
        CheckConstraint("de_marche_id <> vers_marche_id", name="marches"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    de_marche_id: Mapped[int] = mapped_column(ForeignKey("marche.id"), index=True)
    vers_marche_id: Mapped[int] = mapped_column(ForeignKey("marche.id"), index=True)
    correction_id: Mapped[int] = mapped_column(ForeignKey("ligne_heures.id"))
    ligne_id: Mapped[int] = mapped_column(ForeignKey("ligne_heures.id"))
    travaillees: Mapped[Decimal] = mapped_column(Heures())
    formation: Mapped[Decimal] = mapped_column(Heures())
    accord_de_par: Mapped[str]
    accord_de_le: Mapped[date]
    accord_vers_par: Mapped[str]
    accord_vers_le: Mapped[date]
    motif: Mapped[str] = mapped_column(Text)
    auteur_id: Mapped[int | None]
    quand: Mapped[datetime]
