"""What finding keeps: the sequence of changes every process follows, the views people name, their calendar links."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, choix


class Genre(enum.StrEnum):
    """What can be found. `TOUT`: a bulk statement touched more than can be told, everything is read again."""

    MARCHE = "marche"
    OFFRE = "offre"
    STRUCTURE = "structure"
    TOUT = "tout"


class ChangementRecherche(Base):
    """One thing that may be found otherwise than before, written in the transaction of the act that changed it."""

    __tablename__ = "changement_recherche"

    id: Mapped[int] = mapped_column(primary_key=True)
    genre: Mapped[Genre] = mapped_column(choix(Genre))
    objet_id: Mapped[int]


class VueEnregistree(Base):
    """The filters of a list under a name that its user gave; at most one per list opens by itself."""

    __tablename__ = "vue_enregistree"
    __table_args__ = (UniqueConstraint("utilisateur_id", "liste", "nom"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    utilisateur_id: Mapped[int] = mapped_column(ForeignKey("utilisateur.id"))
    liste: Mapped[str] = mapped_column(String(60))
    nom: Mapped[str] = mapped_column(String(60))
    filtres: Mapped[str] = mapped_column(Text, default="")
    par_defaut: Mapped[bool] = mapped_column(default=False)
    cree_le: Mapped[datetime]


class LienAgenda(Base):
    """The secret address of one hat's calendar of deadlines, kept only as its hash; revoked, it answers no more."""

    __tablename__ = "lien_agenda"
    __table_args__ = (UniqueConstraint("empreinte"), Index("ix_lien_agenda_affectation", "affectation_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    empreinte: Mapped[str] = mapped_column(String(64))
    affectation_id: Mapped[int] = mapped_column(ForeignKey("affectation.id"))
    cree_le: Mapped[datetime]
    revoque_le: Mapped[datetime | None]
    lu_le: Mapped[datetime | None]
