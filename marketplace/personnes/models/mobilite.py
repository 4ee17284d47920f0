"""How a person gets about, beyond the ways she has today: licence, vehicle, aids under way, hours of her day."""

from __future__ import annotations

import enum
from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, choix


class EtatPermis(enum.StrEnum):
    """The driving licence (B) as a dated state."""

    AUCUN = "aucun"
    EN_COURS = "en_cours"
    OBTENU = "obtenu"


class MobilitePersonne(Base):
    """One row a person. `permis_le`: since when, or the day it is expected while it is under way.

    `jours`: days she may work, none: not said. `horaires`: way of travelling → « 06:30-20:00 », the hours it runs.
    """

    __tablename__ = "mobilite_personne"
    __table_args__ = (
        UniqueConstraint("personne_id"),
        CheckConstraint("permis_etat = 'aucun' OR permis_le IS NOT NULL", name="permis_date"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    personne_id: Mapped[int] = mapped_column(ForeignKey("personne.id"))
    permis_etat: Mapped[EtatPermis] = mapped_column(choix(EtatPermis))
    permis_le: Mapped[date | None]
    vehicule: Mapped[bool] = mapped_column(default=False)
    aides: Mapped[list[str]] = mapped_column(default=list)
    creneaux: Mapped[list[str]] = mapped_column(default=list)
    jours: Mapped[list[str]] = mapped_column(default=list)
    horaires: Mapped[dict[str, Any]] = mapped_column(default=dict)
    notee_le: Mapped[date]
