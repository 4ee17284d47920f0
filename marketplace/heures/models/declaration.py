"""What one employer declares for one marché and one month."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, choix
from marketplace.heures.rules.declaration import EtatDeclaration, echeance
from marketplace.marches.rules.consignes import Rythme
from marketplace.valeurs import dernier_du_mois


def _echeance_du_mois(contexte: Any) -> date:
    """The usual due day, for a row written without one: day 10 of the month after (R53)."""
    return echeance(dernier_du_mois(contexte.get_current_parameters()["mois"]))


class Declaration(Base):
    """What one employer declares for one marché and one month.

    `rythme` and `echeance` (due day) are those in force when it opened: a later change of the marché or of the
    territory does not move them. Months of one quarter, or of one marché « à la fin », are signed together.
    `derniere`: the employer's part of the marché is over.
    """

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
    rythme: Mapped[Rythme] = mapped_column(choix(Rythme), default=Rythme.MENSUEL)
    echeance: Mapped[date] = mapped_column(default=_echeance_du_mois)
    derniere: Mapped[bool] = mapped_column(default=False)
    ouverte_le: Mapped[datetime]
    signee_le: Mapped[datetime | None]
    signataire: Mapped[str] = mapped_column(default="")
    source: Mapped[str | None] = mapped_column(String(20))
    motif_correction: Mapped[str] = mapped_column(Text, default="")
    validee_le: Mapped[datetime | None]
    validee_par_id: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
