"""The ledger of clauses: opération → marché → clause with its versions, and what is planned and done around it."""

from __future__ import annotations

import enum
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Heures, Taux, choix
from marketplace.marches.rules.etats import EtatMarche
from marketplace.marches.rules.regime import Derogation, NatureMarche, Reservation, TypeAcheteur

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
    """An awarded lot, or one that is going to be: it counts as one. `version` guards simultaneous changes."""

    __tablename__ = "marche"
    __table_args__ = (
        UniqueConstraint("ref"),
        Index("ix_marche_territoire_etat", "territoire_id", "etat"),
        Index("ix_marche_territoire_maj", "territoire_id", "maj_le"),
        # Holds every column the public search reads, in the order it shows: it never opens a row it does not show.
        Index(
            "ix_marche_catalogue",
            "territoire_id",
            "id",
            "etat",
            "cle",
            "acheteur_id",
            "code_insee",
            "code_rome",
            "secteur",
            "date_fin",
        ),
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
    code_insee: Mapped[str | None] = mapped_column(ForeignKey("commune.code_insee"), index=True)
    etat: Mapped[EtatMarche] = mapped_column(choix(EtatMarche))
    date_notification: Mapped[date | None]
    date_debut: Mapped[date | None]
    date_fin: Mapped[date | None]
    fictif: Mapped[bool] = mapped_column(default=False)
    maj_le: Mapped[datetime]
    cree_le: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


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


class RegimeMarche(Base):
    """What the law asked of a marché and what was answered (R2, R4, R5): one row, its past in the journal."""

    __tablename__ = "regime_marche"
    __table_args__ = (
        CheckConstraint("valeur_estimee_ht IS NULL OR valeur_estimee_ht >= 0", name="valeur"),
        CheckConstraint("derogation IS NULL OR motivation <> ''", name="derogation_motivee"),
    )

    marche_id: Mapped[int] = mapped_column(ForeignKey("marche.id"), primary_key=True)
    type_acheteur: Mapped[TypeAcheteur] = mapped_column(choix(TypeAcheteur))
    valeur_estimee_ht: Mapped[Decimal | None]
    consultation_le: Mapped[date | None]
    defense_securite: Mapped[bool] = mapped_column(default=False)
    leviers: Mapped[list[str]] = mapped_column(default=list)
    reservation: Mapped[Reservation | None] = mapped_column(choix(Reservation))
    derogation: Mapped[Derogation | None] = mapped_column(choix(Derogation), index=True)
    motivation: Mapped[str] = mapped_column(Text, default="")
    decide_le: Mapped[date]
    auteur_id: Mapped[int | None]


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
