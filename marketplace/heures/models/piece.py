"""A piece shown or sent with declared hours."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, choix
from marketplace.heures.rules.pieces import TypePiece


class PieceHeures(Base):
    """What proves the hours of a declaration: its kind, who saw it and when; a file only where the territory wants it.

    `fichier` is the random name of the file, out of the web; it empties when the file is erased, the rest stays.
    """

    __tablename__ = "piece_heures"
    __table_args__ = (
        CheckConstraint("vue_le IS NOT NULL OR depose_le IS NOT NULL", name="origine"),
        CheckConstraint("taille >= 0", name="taille"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), index=True)
    type: Mapped[TypePiece] = mapped_column(choix(TypePiece))
    precision: Mapped[str] = mapped_column(default="")
    fichier: Mapped[str | None] = mapped_column(String(64))
    format: Mapped[str] = mapped_column(String(10), default="")
    taille: Mapped[int] = mapped_column(default=0)
    depose_le: Mapped[datetime | None]
    depose_par: Mapped[str] = mapped_column(default="")
    vue_le: Mapped[datetime | None]
    vue_par_id: Mapped[int | None]
    refusee_le: Mapped[datetime | None]
    motif_refus: Mapped[str] = mapped_column(default="")
    efface_le: Mapped[datetime | None]
