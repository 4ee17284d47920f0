"""What became of a salarié en insertion: in post after the hire, then at the end and after (R95, N23)."""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, choix


class Moment(enum.StrEnum):
    """Counted from the first day of the contrat, or from its last."""

    EN_POSTE = "en_poste"
    APRES_LA_FIN = "apres_la_fin"


class PointDeSuivi(Base):
    """One question on one contrat, due on a day, and its answer. Without an answer it is unknown, never a bad exit.

    `situation` is a code of the named `definition`; `source` says who answered: référent, employeur, facilitateur.
    """

    __tablename__ = "point_de_suivi"
    __table_args__ = (
        UniqueConstraint("contrat_id", "moment", "mois", name="uq_point_de_suivi_contrat"),
        Index("ix_point_de_suivi_echeance", "territoire_id", "repondu_le", "echeance"),
        CheckConstraint("mois >= 0", name="mois"),
        CheckConstraint("(situation IS NULL) = (repondu_le IS NULL)", name="reponse"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    contrat_id: Mapped[int] = mapped_column(ForeignKey("contrat.id"))
    moment: Mapped[Moment] = mapped_column(choix(Moment))
    mois: Mapped[int]
    echeance: Mapped[date]
    situation: Mapped[str | None] = mapped_column(String(40))
    duree: Mapped[str | None] = mapped_column(String(20))
    constatee_le: Mapped[date | None]
    repondu_le: Mapped[datetime | None]
    repondu_par_id: Mapped[int | None]
    source: Mapped[str | None] = mapped_column(String(20))
    definition: Mapped[str | None] = mapped_column(String(60))
