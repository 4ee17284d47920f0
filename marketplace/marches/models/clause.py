"""The obligation of hours and its versions, who takes part, and when the works stop."""

from __future__ import annotations

import enum
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Heures, Taux, choix


class Clause(Base):
    """The obligation of hours on a marché: one version. The one in force has no `remplacee_le` (R12)."""

    __tablename__ = "clause"
    __table_args__ = (
        UniqueConstraint("marche_id", "numero"),
        CheckConstraint("heures_prevues >= 0", name="heures"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    marche_id: Mapped[int] = mapped_column(ForeignKey("marche.id"), index=True)
    numero: Mapped[int] = mapped_column(default=1)
    heures_prevues: Mapped[Decimal] = mapped_column(Heures())
    lien_objet: Mapped[str] = mapped_column(Text, default="")
    publics: Mapped[list[str]] = mapped_column(default=list)
    calcul: Mapped[dict[str, Any]] = mapped_column(default=dict)
    a_partir_du: Mapped[date]
    motif: Mapped[str] = mapped_column(default="")
    auteur_id: Mapped[int | None]
    remplacee_le: Mapped[date | None]
    cree_le: Mapped[datetime]


class RoleIntervenant(enum.StrEnum):
    """Part played in a marché by a firm other than its titulaire."""

    COTRAITANT = "cotraitant"
    SOUS_TRAITANT = "sous_traitant"
    MISE_A_DISPOSITION = "mise_a_disposition"
    TITULAIRE = "titulaire"
    """Another holder of an accord-cadre given to several firms; the first one is the marché's own titulaire."""


class Intervenant(Base):
    """A cotraitant, a sous-traitant (tree through `parent_id`) or a structure that lends staff."""

    __tablename__ = "intervenant"
    __table_args__ = (UniqueConstraint("marche_id", "organisation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    marche_id: Mapped[int] = mapped_column(ForeignKey("marche.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    role: Mapped[RoleIntervenant] = mapped_column(choix(RoleIntervenant))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("intervenant.id"))
    part: Mapped[Decimal | None] = mapped_column(Taux())


class Arret(Base):
    """A stop of the works and its restart: the expected curve freezes in between."""

    __tablename__ = "arret"
    __table_args__ = (CheckConstraint("fin IS NULL OR fin >= debut", name="dates"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    marche_id: Mapped[int] = mapped_column(ForeignKey("marche.id"), index=True)
    debut: Mapped[date]
    fin: Mapped[date | None]
    motif: Mapped[str] = mapped_column(default="")
