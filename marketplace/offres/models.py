"""Openings of titulaires, SIAE and GEIQ."""

from __future__ import annotations

import enum
from datetime import date, datetime, time
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Heures, choix


class EtatOffre(enum.StrEnum):
    """Life of an offre."""

    BROUILLON = "brouillon"
    PUBLIEE = "publiee"
    POURVUE = "pourvue"
    FERMEE = "fermee"


class TypeContrat(enum.StrEnum):
    """Kinds of contracts (D4)."""

    CDI = "cdi"
    CDI_INCLUSION = "cdi_inclusion"
    CDD = "cdd"
    CDDI = "cddi"
    CDD_USAGE = "cdd_usage"
    CDD_TREMPLIN = "cdd_tremplin"
    MISSION = "mission"
    PROFESSIONNALISATION = "professionnalisation"
    APPRENTISSAGE = "apprentissage"
    CONTRAT_ESAT = "contrat_esat"


class Offre(Base):
    """An opening. `marche_id` links it to the clause it would feed; `exemple` marks the demonstration.

    `heures_hebdo` is empty only for a post that came from a file that does not say it.
    """

    __tablename__ = "offre"
    __table_args__ = (
        UniqueConstraint("ref"),
        Index("ix_offre_territoire_etat", "territoire_id", "etat"),
        CheckConstraint("places >= 1", name="places"),
        CheckConstraint("heures_hebdo > 0", name="heures"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(30))
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    marche_id: Mapped[int | None] = mapped_column(ForeignKey("marche.id"), index=True)
    intitule: Mapped[str]
    cle: Mapped[str] = mapped_column(Text)
    code_rome: Mapped[str | None] = mapped_column(ForeignKey("metier.code_rome"), index=True)
    description: Mapped[str] = mapped_column(Text, default="")
    code_insee: Mapped[str] = mapped_column(ForeignKey("commune.code_insee"), index=True)
    heures_hebdo: Mapped[Decimal | None] = mapped_column(Heures())
    heure_debut: Mapped[time | None]
    type_contrat: Mapped[TypeContrat] = mapped_column(choix(TypeContrat))
    debut: Mapped[date]
    duree_mois: Mapped[int | None]
    places: Mapped[int] = mapped_column(default=1)
    permis: Mapped[list[str]] = mapped_column(default=list)
    caces: Mapped[list[str]] = mapped_column(default=list)
    nuit: Mapped[bool] = mapped_column(default=False)
    weekend: Mapped[bool] = mapped_column(default=False)
    prerequis: Mapped[str] = mapped_column(Text, default="")
    conditions: Mapped[str] = mapped_column(Text, default="")
    etat: Mapped[EtatOffre] = mapped_column(choix(EtatOffre))
    publiee_le: Mapped[datetime | None]
    confirmee_le: Mapped[datetime | None]
    fermee_le: Mapped[datetime | None]
    exemple: Mapped[bool] = mapped_column(default=False)
    cree_le: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class CompetenceOffre(Base):
    """A skill asked for (or wished for) by an offre."""

    __tablename__ = "competence_offre"

    id: Mapped[int] = mapped_column(primary_key=True)
    offre_id: Mapped[int] = mapped_column(ForeignKey("offre.id"), index=True)
    libelle: Mapped[str]
    code_ogr: Mapped[str | None] = mapped_column(String(10))
    requise: Mapped[bool] = mapped_column(default=True)


class OffreExterne(Base):
    """The link between an offre and the post of another platform it came from: closed there, closed here."""

    __tablename__ = "offre_externe"
    __table_args__ = (
        UniqueConstraint("territoire_id", "source", "identifiant"),
        UniqueConstraint("offre_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    source: Mapped[str] = mapped_column(String(40))
    identifiant: Mapped[str] = mapped_column(String(60))
    offre_id: Mapped[int] = mapped_column(ForeignKey("offre.id"))
    empreinte: Mapped[str] = mapped_column(String(64))
    vue_le: Mapped[datetime]
