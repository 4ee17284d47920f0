"""What the yearly report keeps: how a territory names its rows, what it published, and the papers it signed."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, choix


class DimensionBilan(enum.StrEnum):
    """A column of the ledger whose values a territory may name in its own way."""

    ACHETEUR = "acheteur"
    MODALITE = "modalite"
    SECTEUR = "secteur"
    STATUT = "statut"


class CorrespondanceBilan(Base):
    """From a day on, one value of the ledger falls in this row of the report. The past keeps its own row.

    `valeur`: reference of an organisation, code of a modality or of a category (D1, D2), name of a sector.
    `principal`: this row is the territory's main buyer, followed apart in the totals.
    """

    __tablename__ = "correspondance_bilan"
    __table_args__ = (
        UniqueConstraint("territoire_id", "dimension", "valeur", "a_partir_du", name="uq_correspondance_bilan_valeur"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"), index=True)
    dimension: Mapped[DimensionBilan] = mapped_column(choix(DimensionBilan))
    valeur: Mapped[str] = mapped_column(String(60))
    libelle: Mapped[str]
    principal: Mapped[bool] = mapped_column(default=False)
    a_partir_du: Mapped[date]
    source: Mapped[str] = mapped_column(Text, default="")
    auteur_id: Mapped[int | None]
    cree_le: Mapped[datetime]


class OperationExceptionnelle(Base):
    """An opération so large that it hides the rest: named on its own row, and set aside on request (N41)."""

    __tablename__ = "operation_exceptionnelle"
    __table_args__ = (UniqueConstraint("operation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    operation_id: Mapped[int] = mapped_column(ForeignKey("operation.id"))
    code: Mapped[str] = mapped_column(String(40))
    libelle: Mapped[str]
    motif: Mapped[str] = mapped_column(Text, default="")
    auteur_id: Mapped[int | None]
    cree_le: Mapped[datetime]


class BilanArrete(Base):
    """A published report, frozen: its tables, the hours they came from, and the print of the ledger that day.

    Never changed. Hours that come later are *régularisations*, the difference with `faits`.
    """

    __tablename__ = "bilan_arrete"
    __table_args__ = (
        UniqueConstraint("ref"),
        Index("ix_bilan_arrete_territoire", "territoire_id", "debut"),
        CheckConstraint("fin >= debut", name="dates"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(30))
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    debut: Mapped[date]
    fin: Mapped[date]
    perimetre: Mapped[dict[str, Any]]
    empreinte: Mapped[str] = mapped_column(String(64))
    contenu: Mapped[dict[str, Any]]
    faits: Mapped[list[Any]]
    note: Mapped[str] = mapped_column(Text, default="")
    arrete_le: Mapped[datetime]
    arrete_par_id: Mapped[int | None]


class PhotoBilan(Base):
    """A computed report kept to be served again: worthless as soon as `jalon` is no longer the ledger's."""

    __tablename__ = "photo_bilan"
    __table_args__ = (UniqueConstraint("territoire_id", "cle"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    cle: Mapped[str] = mapped_column(String(64))
    jalon: Mapped[str] = mapped_column(String(64))
    contenu: Mapped[dict[str, Any]]
    calcule_le: Mapped[datetime]


class TypeAttestation(enum.StrEnum):
    """Papers that leave the product and can be checked by their code."""

    HEURES = "heures"
    REALISATION = "realisation"
    ACHEVEMENT = "achevement"
    FICHE_BILAN = "fiche_bilan"


class Attestation(Base):
    """A paper handed over: what it says, and the code by which anyone may check that it is genuine.

    `contenu` holds what the paper states; for a person's hours it names nobody (the paper does).
    """

    __tablename__ = "attestation"
    __table_args__ = (UniqueConstraint("code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20))
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"), index=True)
    type: Mapped[TypeAttestation] = mapped_column(choix(TypeAttestation))
    marche_id: Mapped[int | None] = mapped_column(ForeignKey("marche.id"), index=True)
    personne_id: Mapped[int | None] = mapped_column(ForeignKey("personne.id"), index=True)
    contenu: Mapped[dict[str, Any]]
    empreinte: Mapped[str] = mapped_column(String(64))
    auteur_id: Mapped[int | None]
    cree_le: Mapped[datetime]
