"""What a marché asks of the declarations of its hours, from a month on."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, choix
from marketplace.marches.rules.consignes import ModePieces, Rythme


class ConsigneDeclaration(Base):
    """Rhythm and pieces of a marché, dated: a new row changes what follows, never what was declared before.

    Empty means what the territory asks.
    """

    __tablename__ = "consigne_declaration"
    __table_args__ = (UniqueConstraint("marche_id", "a_partir_du"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    marche_id: Mapped[int] = mapped_column(ForeignKey("marche.id"))
    a_partir_du: Mapped[date]
    rythme: Mapped[Rythme | None] = mapped_column(choix(Rythme))
    pieces: Mapped[ModePieces | None] = mapped_column(choix(ModePieces))
    auteur_id: Mapped[int | None]
    cree_le: Mapped[datetime]
