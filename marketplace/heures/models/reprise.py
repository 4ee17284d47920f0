"""Hours done before the product: one batch taken over from a workbook, and its lines."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Heures, choix
from marketplace.heures.rules.modalites import Modalite


class Reprise(Base):
    """One takeover: a workbook, who brought it, how it was read, its totals, and when it was undone.

    `empreinte` is the SHA-256 of the file; the file itself is not kept.
    """

    __tablename__ = "reprise"
    __table_args__ = (UniqueConstraint("ref"), Index("ix_reprise_territoire", "territoire_id", "faite_le"))

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(30))
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    fichier: Mapped[str]
    empreinte: Mapped[str] = mapped_column(String(64))
    faite_le: Mapped[datetime]
    auteur_id: Mapped[int | None] = mapped_column(ForeignKey("utilisateur.id"))
    auteur_nom: Mapped[str] = mapped_column(default="")
    correspondance: Mapped[dict[str, Any]] = mapped_column(default=dict)
    totaux: Mapped[dict[str, Any]] = mapped_column(default=dict)
    annulee_le: Mapped[datetime | None]
    annulee_par: Mapped[str] = mapped_column(default="")


class LigneReprise(Base):
    """Hours done before the takeover, as the source gave them. They count as validated hours of the marché.

    `mois` is the month worked; when the source gives one number for a whole period, `depuis` is its first month and
    `mois` its last. Without a person it is a « solde de reprise ». Never changed; only `annulee` by the undo of its
    reprise, which also frees it from the marché and the person it named.
    """

    __tablename__ = "ligne_reprise"
    __table_args__ = (
        Index("ix_ligne_reprise_marche_mois", "marche_id", "mois"),
        CheckConstraint("heures > 0", name="heures"),
        CheckConstraint("depuis IS NULL OR depuis <= mois", name="periode"),
        CheckConstraint("annulee OR marche_id IS NOT NULL", name="marche"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    marche_id: Mapped[int | None] = mapped_column(ForeignKey("marche.id"))
    personne_id: Mapped[int | None] = mapped_column(ForeignKey("personne.id"), index=True)
    employeur_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    modalite: Mapped[Modalite | None] = mapped_column(choix(Modalite, "modalite_reprise"))
    code_rome: Mapped[str | None] = mapped_column(ForeignKey("metier.code_rome"))
    mois: Mapped[date]
    depuis: Mapped[date | None]
    heures: Mapped[Decimal] = mapped_column(Heures())
    source: Mapped[str] = mapped_column(Text, default="")
    reprise_id: Mapped[int | None] = mapped_column(ForeignKey("reprise.id"), index=True)
    annulee: Mapped[bool] = mapped_column(default=False)
    cree_le: Mapped[datetime]
