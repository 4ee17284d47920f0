"""What one employer declares for one marché and one month."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, choix
from marketplace.heures.rules.declaration import EtatDeclaration


class Declaration(Base):
    """What one employer declares for one marché and one month."""

    __tablename__ = "declaration"
    __table_args__ = (
        UniqueConstraint("employeur_id", "marche_id", "mois"),
        Index("ix_declaration_etat", "territoire_id", "etat"),
        CheckConstraint("etat IN ('a_faire', 'brouillon') OR signee_le IS NOT NULL", name="signee"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    employeur_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    marche_id: Mapped[int] = mapped_column(ForeignKey("marche.id"), index=True)
    mois: Mapped[date]
    etat: Mapped[EtatDeclaration] = mapped_column(choix(EtatDeclaration), default=EtatDeclaration.A_FAIRE)
    brouillon: Mapped[dict[str, Any]] = mapped_column(default=dict)
    aucune_heure: Mapped[bool] = mapped_column(default=False)
    ouverte_le: Mapped[datetime]
    signee_le: Mapped[datetime | None]
    signataire: Mapped[str] = mapped_column(default="")
    source: Mapped[str | None] = mapped_column(String(20))
    motif_correction: Mapped[str] = mapped_column(Text, default="")
    validee_le: Mapped[datetime | None]
    validee_par_id: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
