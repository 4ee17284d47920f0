"""What a person says of a contrat once it is over. Nothing stored joins the question to the answer."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base


class QuestionnaireFin(Base):
    """One question sheet for one ended contrat, and whether it came back: never what it says.

    `empreinte` is the hash of the code that opens it, forgotten once it is used.
    """

    __tablename__ = "questionnaire_fin"
    __table_args__ = (
        UniqueConstraint("contrat_id"),
        UniqueConstraint("empreinte"),
        Index("ix_questionnaire_fin_ouvert", "territoire_id", "repondu", "expire_le"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    contrat_id: Mapped[int] = mapped_column(ForeignKey("contrat.id"))
    empreinte: Mapped[str | None] = mapped_column(String(64))
    cree_le: Mapped[date]
    expire_le: Mapped[date]
    remis_le: Mapped[date | None]
    repondu: Mapped[bool] = mapped_column(default=False)


class ReponseFin(Base):
    """One answer, known by a hash of the code that only the person holds: no person, no contrat, no day.

    The key is random and the table keeps no order, so that nothing tells who answered before whom.
    """

    __tablename__ = "reponse_fin"
    __table_args__ = (Index("ix_reponse_fin_territoire", "territoire_id", "mois"), {"sqlite_with_rowid": False})

    cle: Mapped[str] = mapped_column(String(64), primary_key=True)
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    employeur_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    marche_id: Mapped[int | None] = mapped_column(ForeignKey("marche.id"))
    mois: Mapped[date]
    edition: Mapped[str] = mapped_column(String(20))
    notes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    mots: Mapped[str] = mapped_column(Text, default="")
