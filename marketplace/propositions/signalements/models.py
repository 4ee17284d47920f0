"""People told of to a structure on the national platform."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, choix
from marketplace.propositions.signalements.rules import ResultatSignalement

_OUVERT = text("resultat IN ('a_suivre', 'rencontre')")


class Signalement(Base):
    """An application a référent made for a person on the national platform, with her agreement.

    While one is open, no other may exist for this person and this structure. `contrat_id`: the contrat it led to.
    """

    __tablename__ = "signalement"
    __table_args__ = (
        UniqueConstraint("ref"),
        Index(
            "uq_signalement_ouvert",
            "personne_id",
            "organisation_id",
            unique=True,
            sqlite_where=_OUVERT,
            postgresql_where=_OUVERT,
        ),
        CheckConstraint("resultat_le IS NOT NULL OR resultat = 'a_suivre'", name="resultat_date"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(30))
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"), index=True)
    personne_id: Mapped[int] = mapped_column(ForeignKey("personne.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    offre_id: Mapped[int | None] = mapped_column(ForeignKey("offre.id"), index=True)
    auteur_id: Mapped[int | None] = mapped_column(ForeignKey("utilisateur.id"))
    accord_le: Mapped[date]
    accord_canal: Mapped[str] = mapped_column(String(40))
    source: Mapped[str | None] = mapped_column(String(20))
    signale_le: Mapped[datetime]
    resultat: Mapped[ResultatSignalement] = mapped_column(choix(ResultatSignalement))
    resultat_le: Mapped[date | None]
    contrat_id: Mapped[int | None] = mapped_column(ForeignKey("contrat.id"))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
