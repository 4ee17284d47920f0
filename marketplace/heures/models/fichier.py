"""What an employer's own file left here: the choices to take up again next month, and what was written, to undo it.

Nothing of another client ever reaches these tables: only our marchés, our people and our hours (R106).
"""

from __future__ import annotations

import enum
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Heures, choix
from marketplace.heures.rules.declaration import EtatDeclaration


class SorteCorrespondance(enum.StrEnum):
    """What a remembered word of a file stands for."""

    COLONNE = "colonne"
    CHANTIER = "chantier"
    PERSONNE = "personne"
    RUBRIQUE = "rubrique"
    REGLE = "regle"


class CorrespondanceHeures(Base):
    """One choice of an employer about its files: a column, a client of ours, a matricule of ours, a code of hours.

    `texte` is the word of the file (for a column, what it holds), `cible` what it stands for when it is neither a
    marché nor a person.
    """

    __tablename__ = "correspondance_heures"
    __table_args__ = (UniqueConstraint("employeur_id", "sorte", "texte"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    employeur_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    sorte: Mapped[SorteCorrespondance] = mapped_column(choix(SorteCorrespondance))
    texte: Mapped[str]
    cible: Mapped[str] = mapped_column(default="")
    marche_id: Mapped[int | None] = mapped_column(ForeignKey("marche.id"))
    personne_id: Mapped[int | None] = mapped_column(ForeignKey("personne.id"), index=True)
    retenue_le: Mapped[datetime]


class FichierHeures(Base):
    """One file that was written into declarations. The file itself is not kept, nor its name."""

    __tablename__ = "fichier_heures"
    __table_args__ = (Index("ix_fichier_heures_employeur", "employeur_id", "ecrit_le"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    employeur_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    ecrit_le: Mapped[datetime]
    ecrit_par_id: Mapped[int | None]
    source: Mapped[str | None] = mapped_column(String(20))
    lues: Mapped[int]
    retenues: Mapped[int]
    ecartees: Mapped[int]
    heures: Mapped[Decimal] = mapped_column(Heures())
    formation: Mapped[Decimal] = mapped_column(Heures())
    signe: Mapped[bool] = mapped_column(default=False)
    annule_le: Mapped[datetime | None]
    annule_par_id: Mapped[int | None]


class LigneFichierHeures(Base):
    """Hours of one contrat over days of one month, as a file gave them: the weeks of a month come in two files."""

    __tablename__ = "ligne_fichier_heures"
    __table_args__ = (Index("ix_ligne_fichier_heures_contrat", "contrat_id", "mois"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    fichier_id: Mapped[int] = mapped_column(ForeignKey("fichier_heures.id"), index=True)
    contrat_id: Mapped[int] = mapped_column(ForeignKey("contrat.id"))
    mois: Mapped[date]
    du: Mapped[date]
    au: Mapped[date]
    travaillees: Mapped[Decimal] = mapped_column(Heures())
    formation: Mapped[Decimal] = mapped_column(Heures())


class DeclarationRemplie(Base):
    """What a declaration was before a file filled it, so that the undo gives it back."""

    __tablename__ = "declaration_remplie"

    id: Mapped[int] = mapped_column(primary_key=True)
    fichier_id: Mapped[int] = mapped_column(ForeignKey("fichier_heures.id"), index=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), index=True)
    etat_avant: Mapped[EtatDeclaration] = mapped_column(choix(EtatDeclaration, "etat_avant"))
    brouillon_avant: Mapped[dict[str, Any]] = mapped_column(default=dict)
    brouillon_apres: Mapped[dict[str, Any]] = mapped_column(default=dict)
    motif_avant: Mapped[str] = mapped_column(Text, default="")
