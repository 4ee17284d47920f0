"""The reports of fairness, aggregated: no person, no reference, kept five years (R123)."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, choix


class GenreRapport(enum.StrEnum):
    """What a report looks at: the rankings in force, each month, or those a learned layer would give."""

    MENSUEL = "mensuel"
    COUCHE = "couche"


class RapportEquite(Base):
    """One report of fairness of a territory; `contenu` holds counts and ratios only."""

    __tablename__ = "rapport_equite"
    __table_args__ = (UniqueConstraint("cle"), Index("ix_rapport_equite_jour", "territoire_id", "jour"))

    id: Mapped[int] = mapped_column(primary_key=True)
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    genre: Mapped[GenreRapport] = mapped_column(choix(GenreRapport))
    cle: Mapped[str] = mapped_column(String(60))
    jour: Mapped[date]
    version_modele: Mapped[str] = mapped_column(String(60))
    alerte: Mapped[bool] = mapped_column(default=False)
    contenu: Mapped[dict[str, Any]]
    cree_le: Mapped[datetime]
