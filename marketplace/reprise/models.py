"""What a takeover remembers: the values recognised once for a territory, and the objects each batch made."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base


class CorrespondanceReprise(Base):
    """One value of a workbook and what it means here, decided once for a territory and used again.

    `champ` says of what (« acheteur », « modalite », « colonne »…), `cle` is the value without accents or case,
    `cible` a reference, a code, or empty when the value is set aside.
    """

    __tablename__ = "correspondance_reprise"
    __table_args__ = (UniqueConstraint("territoire_id", "champ", "cle"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    champ: Mapped[str] = mapped_column(String(40))
    cle: Mapped[str]
    valeur: Mapped[str] = mapped_column(Text)
    cible: Mapped[str]
    auteur_id: Mapped[int | None]
    maj_le: Mapped[datetime]


class ObjetRepris(Base):
    """An object a takeover made, so that undoing it can find it; `version` is the object's when it was left.

    `cle` is the row of the source without accents or case: the same row read again is recognised by it.
    """

    __tablename__ = "objet_repris"
    __table_args__ = (
        Index("ix_objet_repris_cle", "territoire_id", "type", "cle"),
        UniqueConstraint("reprise_id", "type", "objet_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    reprise_id: Mapped[int] = mapped_column(ForeignKey("reprise.id"))
    type: Mapped[str] = mapped_column(String(40))
    objet_id: Mapped[int]
    cle: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int | None]
