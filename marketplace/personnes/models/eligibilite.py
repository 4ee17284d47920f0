"""Who counts: the categories of the clause with their proofs, the reasoned opinion, the question and its answer."""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, choix


class Statut(Base):
    """A category of the clause (D1) with its proof: type, date, seen by whom. No file, no detail (R107)."""

    __tablename__ = "statut"
    __table_args__ = (Index("ix_statut_personne", "personne_id", "categorie"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    personne_id: Mapped[int] = mapped_column(ForeignKey("personne.id"))
    categorie: Mapped[str] = mapped_column(String(40))
    depuis: Mapped[date | None]
    jusqu_au: Mapped[date | None]
    preuve_type: Mapped[str | None] = mapped_column(String(40))
    preuve_le: Mapped[date | None]
    vue_par_id: Mapped[int | None]
    vue_le: Mapped[date | None]


class AvisMotive(Base):
    """The reasoned opinion that makes somebody count outside the list: author, service, date, reasons (R46)."""

    __tablename__ = "avis_motive"
    __table_args__ = (UniqueConstraint("statut_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    statut_id: Mapped[int] = mapped_column(ForeignKey("statut.id", ondelete="CASCADE"))
    auteur: Mapped[str]
    organisme: Mapped[str] = mapped_column(String(40))
    rendu_le: Mapped[date]
    texte: Mapped[str] = mapped_column(Text)


class EtatValidation(enum.StrEnum):
    """Answer of the facilitateur on a person."""

    A_TRAITER = "a_traiter"
    OUI = "oui"
    NON = "non"
    ANNULEE = "annulee"


class Validation(Base):
    """A question on a person (asked by an employer or a référent) and its answer with the window (R33, R47).

    `categories` is the photograph of the statuses at the answer: kept from employers, never rewritten.
    """

    __tablename__ = "validation"
    __table_args__ = (
        UniqueConstraint("ref"),
        Index("ix_validation_territoire", "territoire_id", "etat"),
        CheckConstraint("fenetre_fin IS NULL OR fenetre_fin >= fenetre_debut", name="fenetre"),
        CheckConstraint(
            "etat <> 'oui' OR (fenetre_debut IS NOT NULL AND fenetre_fin IS NOT NULL AND repondue_le IS NOT NULL)",
            name="oui_complet",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(30))
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    personne_id: Mapped[int] = mapped_column(ForeignKey("personne.id"), index=True)
    demandeur_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    marche_id: Mapped[int | None] = mapped_column(ForeignKey("marche.id"), index=True)
    poste: Mapped[str] = mapped_column(default="")
    debut_prevu: Mapped[date | None]
    etat: Mapped[EtatValidation] = mapped_column(choix(EtatValidation), default=EtatValidation.A_TRAITER)
    demandee_le: Mapped[datetime]
    repondue_le: Mapped[datetime | None]
    repondue_par_id: Mapped[int | None]
    fenetre_debut: Mapped[date | None]
    fenetre_fin: Mapped[date | None]
    categories: Mapped[list[str]] = mapped_column(default=list)
    note: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str | None] = mapped_column(String(20))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
