"""Published contracts, as received, and what was made of them."""

from __future__ import annotations

import enum
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, choix


class EtatPiste(enum.StrEnum):
    """What a facilitateur did of a published marché that carries a social clause (R103)."""

    AUCUNE = "aucune"
    A_QUALIFIER = "a_qualifier"
    PRISE = "prise"
    ECARTEE = "ecartee"


class MarcheDecp(Base):
    """A published contract (essential data), in its latest version. Outside every count until taken (R103)."""

    __tablename__ = "marche_decp"
    __table_args__ = (
        UniqueConstraint("territoire_id", "acheteur_siret", "identifiant"),
        Index("ix_marche_decp_piste", "territoire_id", "piste"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    acheteur_siret: Mapped[str] = mapped_column(String(14))
    identifiant: Mapped[str] = mapped_column(String(100))
    nature: Mapped[str] = mapped_column(String(60))
    objet: Mapped[str] = mapped_column(Text)
    cpv: Mapped[str | None] = mapped_column(String(8))
    montant: Mapped[Decimal | None]
    notifie_le: Mapped[date]
    duree_mois: Mapped[int | None]
    lieu: Mapped[str] = mapped_column(String(20), default="")
    titulaires: Mapped[list[Any]] = mapped_column(default=list)
    considerations: Mapped[list[str]] = mapped_column(default=list)
    publie_le: Mapped[date | None]
    modifications: Mapped[int] = mapped_column(default=0)
    empreinte: Mapped[str] = mapped_column(String(64))
    piste: Mapped[EtatPiste] = mapped_column(choix(EtatPiste), default=EtatPiste.AUCUNE)
    motif: Mapped[str] = mapped_column(Text, default="")
    marche_id: Mapped[int | None] = mapped_column(ForeignKey("marche.id"))
    importe_le: Mapped[datetime]
    maj_le: Mapped[datetime]


class VersionDecp(Base):
    """A version of a published contract as it was received. Never changed: what was published stays readable."""

    __tablename__ = "version_decp"
    __table_args__ = (UniqueConstraint("decp_id", "empreinte"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    decp_id: Mapped[int] = mapped_column(ForeignKey("marche_decp.id"))
    empreinte: Mapped[str] = mapped_column(String(64))
    contenu: Mapped[dict[str, Any]]
    importe_le: Mapped[datetime]
