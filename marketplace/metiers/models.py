"""ROME 4.0, CPV 2008 and NAF rév. 2, as published. Reading free text is matching's business."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base


class Metier(Base):
    """A métier of ROME 4.0."""

    __tablename__ = "metier"

    code_rome: Mapped[str] = mapped_column(String(5), primary_key=True)
    libelle: Mapped[str]
    cle: Mapped[str] = mapped_column(index=True)
    grand_domaine: Mapped[str]
    domaine: Mapped[str]
    code_rome_parent: Mapped[str] = mapped_column(String(5))
    definition: Mapped[str] = mapped_column(Text, default="")


class Appellation(Base):
    """A job title of ROME."""

    __tablename__ = "appellation"

    code_ogr: Mapped[str] = mapped_column(String(10), primary_key=True)
    libelle: Mapped[str]
    libelle_court: Mapped[str]
    cle: Mapped[str] = mapped_column(index=True)
    code_rome: Mapped[str] = mapped_column(ForeignKey("metier.code_rome"), index=True)
    principale: Mapped[bool]


class Competence(Base):
    """A compétence or savoir of ROME."""

    __tablename__ = "competence"

    code_ogr: Mapped[str] = mapped_column(String(10), primary_key=True)
    libelle: Mapped[str] = mapped_column(Text)
    type: Mapped[str] = mapped_column(String(20))


class MetierCompetence(Base):
    """A compétence of a métier; `coeur` marks the core ones."""

    __tablename__ = "metier_competence"
    __table_args__ = (Index("ix_metier_competence_code_ogr", "code_ogr"),)

    code_rome: Mapped[str] = mapped_column(ForeignKey("metier.code_rome"), primary_key=True)
    code_ogr: Mapped[str] = mapped_column(ForeignKey("competence.code_ogr"), primary_key=True)
    coeur: Mapped[bool]


class Mobilite(Base):
    """A métier near another; rank 1 is the nearest."""

    __tablename__ = "mobilite"

    code_rome: Mapped[str] = mapped_column(ForeignKey("metier.code_rome"), primary_key=True)
    code_rome_cible: Mapped[str] = mapped_column(ForeignKey("metier.code_rome"), primary_key=True)
    rang: Mapped[int]


class ContexteTravail(Base):
    """A working context of ROME (hours, travel, physical conditions)."""

    __tablename__ = "contexte_travail"

    code_ogr: Mapped[str] = mapped_column(String(10), primary_key=True)
    libelle: Mapped[str]
    type: Mapped[str]


class MetierContexte(Base):
    """A working context usual in a métier."""

    __tablename__ = "metier_contexte"

    code_rome: Mapped[str] = mapped_column(ForeignKey("metier.code_rome"), primary_key=True)
    code_ogr: Mapped[str] = mapped_column(ForeignKey("contexte_travail.code_ogr"), primary_key=True)


class Cpv(Base):
    """A code of the common procurement vocabulary, without its check digit."""

    __tablename__ = "cpv"

    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    libelle: Mapped[str] = mapped_column(Text)
    niveau: Mapped[int]


class Naf(Base):
    """A code of the NAF."""

    __tablename__ = "naf"

    code: Mapped[str] = mapped_column(String(10), primary_key=True)
    libelle: Mapped[str] = mapped_column(Text)
    niveau: Mapped[str] = mapped_column(String(20))
