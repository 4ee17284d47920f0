"""What is dated around a contract: its form, its parts, its avenants, its transfer, its interventions, its steps."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, DecimalFixe, choix
from marketplace.marches.rules.avenants import EffetHeures
from marketplace.marches.rules.formes import CauseTransfert, Forme, GenreComposante
from marketplace.marches.rules.npnru import VoletNpnru


class FormeMarche(Base):
    """The form of a marché that is not an ordinary one; an ordinary marché has no row here.

    `heures_par_millier`: hours due per 1 000 € ordered, on an accord-cadre with bons de commande (R19).
    """

    __tablename__ = "forme_marche"
    __table_args__ = (
        CheckConstraint("heures_par_millier IS NULL OR heures_par_millier >= 0", name="ratio"),
        CheckConstraint("(accord_cadre_id IS NULL) = (forme <> 'marche_subsequent')", name="accord_cadre"),
    )

    marche_id: Mapped[int] = mapped_column(ForeignKey("marche.id"), primary_key=True)
    forme: Mapped[Forme] = mapped_column(choix(Forme))
    accord_cadre_id: Mapped[int | None] = mapped_column(ForeignKey("marche.id"), index=True)
    heures_par_millier: Mapped[Decimal | None] = mapped_column(DecimalFixe(4))


class Composante(Base):
    """A tranche, a period of reconduction, a bon de commande, or the hours a transfer took away.

    Its hours are due from `compte_le` on: the day it was firmed up, renewed, ordered or transferred (R19, R21).
    """

    __tablename__ = "composante"
    __table_args__ = (
        UniqueConstraint("marche_id", "genre", "numero"),
        CheckConstraint("heures >= 0 OR genre = 'transfert'", name="heures"),
        CheckConstraint("montant_ht IS NULL OR montant_ht >= 0", name="montant"),
        CheckConstraint("fin IS NULL OR debut IS NULL OR fin >= debut", name="dates"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    marche_id: Mapped[int] = mapped_column(ForeignKey("marche.id"))
    genre: Mapped[GenreComposante] = mapped_column(choix(GenreComposante))
    numero: Mapped[str] = mapped_column(String(40))
    libelle: Mapped[str] = mapped_column(default="")
    debut: Mapped[date | None]
    fin: Mapped[date | None]
    montant_ht: Mapped[Decimal | None]
    heures: Mapped[Decimal]
    compte_le: Mapped[date | None]
    code_insee: Mapped[str | None] = mapped_column(ForeignKey("commune.code_insee"))
    titulaire_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    auteur_id: Mapped[int | None]
    cree_le: Mapped[datetime]


class Avenant(Base):
    """A change of the contract after its notification, with its document (R12, R20). The old values stay here."""

    __tablename__ = "avenant"
    __table_args__ = (
        UniqueConstraint("marche_id", "numero"),
        CheckConstraint("heures_avant IS NULL OR heures_avant >= 0", name="heures_avant"),
        CheckConstraint("heures_apres IS NULL OR heures_apres >= 0", name="heures_apres"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    marche_id: Mapped[int] = mapped_column(ForeignKey("marche.id"))
    numero: Mapped[int]
    signe_le: Mapped[date]
    document: Mapped[str]
    objet: Mapped[str] = mapped_column(Text, default="")
    effet: Mapped[EffetHeures] = mapped_column(choix(EffetHeures))
    montant_avant: Mapped[Decimal | None]
    montant_apres: Mapped[Decimal | None]
    heures_avant: Mapped[Decimal | None]
    heures_apres: Mapped[Decimal | None]
    fin_avant: Mapped[date | None]
    fin_apres: Mapped[date | None]
    clause_numero: Mapped[int | None]
    auteur_id: Mapped[int | None]
    cree_le: Mapped[datetime]


class Transfert(Base):
    """A marché passed to another titulaire: what remained became the target of a new marché."""

    __tablename__ = "transfert"
    __table_args__ = (
        UniqueConstraint("marche_id"),
        UniqueConstraint("vers_id"),
        CheckConstraint("heures >= 0", name="heures"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    marche_id: Mapped[int] = mapped_column(ForeignKey("marche.id"))
    vers_id: Mapped[int] = mapped_column(ForeignKey("marche.id"))
    jour: Mapped[date]
    cause: Mapped[CauseTransfert] = mapped_column(choix(CauseTransfert))
    document: Mapped[str] = mapped_column(default="")
    heures: Mapped[Decimal]
    auteur_id: Mapped[int | None]
    cree_le: Mapped[datetime]


class InterventionPrevue(Base):
    """A period when people in insertion are expected on a marché: it shapes the expected curve."""

    __tablename__ = "intervention_prevue"
    __table_args__ = (
        CheckConstraint("fin >= debut", name="dates"),
        CheckConstraint("heures > 0", name="heures"),
        CheckConstraint("personnes >= 1", name="personnes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    marche_id: Mapped[int] = mapped_column(ForeignKey("marche.id"), index=True)
    debut: Mapped[date]
    fin: Mapped[date]
    code_rome: Mapped[str | None] = mapped_column(ForeignKey("metier.code_rome"))
    personnes: Mapped[int]
    heures: Mapped[Decimal]
    note: Mapped[str] = mapped_column(default="")
    auteur_id: Mapped[int | None]
    cree_le: Mapped[datetime]


class CompteurNpnru(Base):
    """The second counter of an operation of urban renewal: hours for inhabitants of a QPV, beside the target (R18)."""

    __tablename__ = "compteur_npnru"
    __table_args__ = (
        CheckConstraint("heures_travaillees >= 0", name="travaillees"),
        CheckConstraint("heures >= 0", name="heures"),
    )

    marche_id: Mapped[int] = mapped_column(ForeignKey("marche.id"), primary_key=True)
    volet: Mapped[VoletNpnru] = mapped_column(choix(VoletNpnru))
    heures_travaillees: Mapped[Decimal]
    heures: Mapped[Decimal]
    fixe_le: Mapped[date]
    auteur_id: Mapped[int | None]


class Etude(Base):
    """What the study of a need concluded: a clause or not, and why (N11). The last one; the past is in the journal."""

    __tablename__ = "etude"
    __table_args__ = (CheckConstraint("motif <> ''", name="motif"),)

    marche_id: Mapped[int] = mapped_column(ForeignKey("marche.id"), primary_key=True)
    clausable: Mapped[bool]
    motif: Mapped[str] = mapped_column(Text)
    decidee_le: Mapped[date]
    auteur_id: Mapped[int | None]


class EtapeFaite(Base):
    """A point of the checklist of a marché, ticked: by whom, for which day."""

    __tablename__ = "etape_faite"
    __table_args__ = (UniqueConstraint("marche_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    marche_id: Mapped[int] = mapped_column(ForeignKey("marche.id"))
    code: Mapped[str] = mapped_column(String(40))
    faite_le: Mapped[date]
    note: Mapped[str] = mapped_column(default="")
    auteur_id: Mapped[int | None]
    auteur_nom: Mapped[str] = mapped_column(default="")
    cree_le: Mapped[datetime]
