"""An opération and its marchés."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, choix
from marketplace.marches.rules.etats import EtatMarche
from marketplace.marches.rules.regime import NatureMarche

ETATS_VIVANTS = frozenset({EtatMarche.NOTIFIE, EtatMarche.EN_COURS})


ETATS_OUVERTS_AUX_HEURES = frozenset({EtatMarche.NOTIFIE, EtatMarche.EN_COURS, EtatMarche.SUSPENDU})


class Operation(Base):
    """A project of a buyer that groups marchés."""

    __tablename__ = "operation"
    __table_args__ = (UniqueConstraint("ref"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(30))
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"), index=True)
    intitule: Mapped[str]
    acheteur_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    code_insee: Mapped[str | None] = mapped_column(ForeignKey("commune.code_insee"))
    fictive: Mapped[bool] = mapped_column(default=False)
    cree_le: Mapped[datetime]


class Marche(Base):
    """An awarded lot, or one that is going to be: it counts as one. `version` guards simultaneous changes.

    `programme_le`: the day the buyer decided to put a clause in it. `fin_suivi`: the last day its clause was followed,
    none while it still is.
    """

    __tablename__ = "marche"
    __table_args__ = (
        UniqueConstraint("ref"),
        Index("ix_marche_territoire_etat", "territoire_id", "etat"),
        Index("ix_marche_territoire_maj", "territoire_id", "maj_le"),
        CheckConstraint("date_fin IS NULL OR date_debut IS NULL OR date_fin >= date_debut", name="dates"),
        CheckConstraint("montant_ht IS NULL OR montant_ht >= 0", name="montant"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(30))
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    operation_id: Mapped[int | None] = mapped_column(ForeignKey("operation.id"), index=True)
    numero_lot: Mapped[str | None] = mapped_column(String(20))
    intitule: Mapped[str]
    cle: Mapped[str] = mapped_column(Text)
    objet: Mapped[str] = mapped_column(Text, default="")
    acheteur_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    titulaire_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    facilitateur_id: Mapped[int | None] = mapped_column(ForeignKey("utilisateur.id"), index=True)
    gestionnaire: Mapped[str] = mapped_column(default="")
    secteur: Mapped[str] = mapped_column(String(60), index=True)
    code_rome: Mapped[str | None] = mapped_column(ForeignKey("metier.code_rome"))
    cpv: Mapped[str | None] = mapped_column(String(8))
    nature: Mapped[NatureMarche] = mapped_column(choix(NatureMarche))
    procedure: Mapped[str] = mapped_column(default="")
    montant_ht: Mapped[Decimal | None]
    montant_ttc: Mapped[Decimal | None]
    code_insee: Mapped[str | None] = mapped_column(ForeignKey("commune.code_insee"), index=True)
    etat: Mapped[EtatMarche] = mapped_column(choix(EtatMarche))
    date_notification: Mapped[date | None]
    ordre_demarrage_le: Mapped[date | None]
    date_debut: Mapped[date | None]
    date_fin: Mapped[date | None]
    programme_le: Mapped[date | None]
    fin_suivi: Mapped[date | None]
    fictif: Mapped[bool] = mapped_column(default=False)
    maj_le: Mapped[datetime]
    cree_le: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
