"""What a buyer deposits on its marché, until the facilitateur takes it into account."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Heures, choix
from marketplace.marches.rules.depots import DecisionPenalite, GenreDepot


class DepotAcheteur(Base):
    """An award, an avenant or a decision on a penalty, as the buyer wrote it. It changes no other table by itself.

    `montant` in euros without tax; `heures` the target an avenant sets, none when it says nothing of hours.
    """

    __tablename__ = "depot_acheteur"
    __table_args__ = (
        UniqueConstraint("marche_id", "genre", "numero"),
        CheckConstraint("montant IS NULL OR montant >= 0", name="montant"),
        CheckConstraint("heures IS NULL OR heures >= 0", name="heures"),
        CheckConstraint("(genre = 'avenant') = (numero IS NOT NULL)", name="numero"),
        CheckConstraint("(genre = 'penalite') = (decision IS NOT NULL)", name="decision"),
        CheckConstraint("(genre = 'attribution') = (siret IS NOT NULL)", name="siret"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    marche_id: Mapped[int] = mapped_column(ForeignKey("marche.id"))
    genre: Mapped[GenreDepot] = mapped_column(choix(GenreDepot))
    jour: Mapped[date]
    montant: Mapped[Decimal | None]
    titulaire: Mapped[str] = mapped_column(default="")
    siret: Mapped[str | None] = mapped_column(String(14))
    numero: Mapped[int | None]
    heures: Mapped[Decimal | None] = mapped_column(Heures())
    decision: Mapped[DecisionPenalite | None] = mapped_column(choix(DecisionPenalite))
    motif: Mapped[str] = mapped_column(Text, default="")
    auteur_id: Mapped[int | None]
    auteur_nom: Mapped[str] = mapped_column(default="")
    cree_le: Mapped[datetime]
    pris_en_compte_le: Mapped[datetime | None]
    pris_en_compte_par_id: Mapped[int | None]
