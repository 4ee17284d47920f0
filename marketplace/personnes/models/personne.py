"""People and what they agreed to have written. No NIR, no health; protected attributes never leave for ranking."""

from __future__ import annotations

import enum
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Heures, choix


class OuiNonAVerifier(enum.StrEnum):
    """An answer that may still have to be checked."""

    OUI = "oui"
    NON = "non"
    A_VERIFIER = "a_verifier"


class Personne(Base):
    """A person followed or found by an employer. `retiree_le` empties every list at once; `anonymisee_le` ends it."""

    __tablename__ = "personne"
    __table_args__ = (
        UniqueConstraint("ref"),
        Index("ix_personne_territoire", "territoire_id", "retiree_le"),
        CheckConstraint("heures_max >= heures_min", name="heures"),
        CheckConstraint("trajet_max_minutes BETWEEN 0 AND 240", name="trajet"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(30))
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    prenom: Mapped[str]
    nom: Mapped[str]
    cle: Mapped[str] = mapped_column(index=True)
    empreinte: Mapped[str | None] = mapped_column(String(64), index=True)
    date_naissance: Mapped[date | None]
    sexe: Mapped[str | None] = mapped_column(String(1))
    telephone: Mapped[str] = mapped_column(String(30), default="")
    courriel: Mapped[str] = mapped_column(default="")
    code_insee: Mapped[str | None] = mapped_column(ForeignKey("commune.code_insee"), index=True)
    qpv: Mapped[OuiNonAVerifier] = mapped_column(choix(OuiNonAVerifier, "qpv"), default=OuiNonAVerifier.A_VERIFIER)
    qpv_le: Mapped[date | None]
    qpv_source: Mapped[str] = mapped_column(default="")
    niveau: Mapped[str | None] = mapped_column(String(20))
    modes: Mapped[list[str]] = mapped_column(default=list)
    trajet_max_minutes: Mapped[int] = mapped_column(default=60)
    permis: Mapped[list[str]] = mapped_column(default=list)
    caces: Mapped[list[str]] = mapped_column(default=list)
    heures_min: Mapped[Decimal] = mapped_column(Heures(), default=Decimal(0))
    heures_max: Mapped[Decimal] = mapped_column(Heures(), default=Decimal(35))
    nuit: Mapped[bool] = mapped_column(default=False)
    weekend: Mapped[bool] = mapped_column(default=False)
    disponible_le: Mapped[date | None]
    limites: Mapped[list[str]] = mapped_column(default=list)
    information_le: Mapped[date | None]
    information_version: Mapped[str] = mapped_column(String(20), default="")
    information_canal: Mapped[str] = mapped_column(String(40), default="")
    dernier_contact_le: Mapped[date | None]
    retiree_le: Mapped[datetime | None]
    anonymisee_le: Mapped[datetime | None]
    fictive: Mapped[bool] = mapped_column(default=False)
    cree_le: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Experience(Base):
    """A past job in the person's words; `code_rome` once she confirmed what it is."""

    __tablename__ = "experience"

    id: Mapped[int] = mapped_column(primary_key=True)
    personne_id: Mapped[int] = mapped_column(ForeignKey("personne.id"), index=True)
    intitule: Mapped[str]
    code_rome: Mapped[str | None] = mapped_column(ForeignKey("metier.code_rome"))
    mois: Mapped[int | None]


class CompetencePersonne(Base):
    """A skill in the person's words; `code_ogr` once confirmed."""

    __tablename__ = "competence_personne"

    id: Mapped[int] = mapped_column(primary_key=True)
    personne_id: Mapped[int] = mapped_column(ForeignKey("personne.id"), index=True)
    libelle: Mapped[str]
    code_ogr: Mapped[str | None] = mapped_column(String(10))


class BasePersonne(Base):
    """A language or a basic the person answered about, because a job asks for it: she has it, or works on it."""

    __tablename__ = "base_personne"
    __table_args__ = (UniqueConstraint("personne_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    personne_id: Mapped[int] = mapped_column(ForeignKey("personne.id"))
    code: Mapped[str] = mapped_column(String(40))
    acquise: Mapped[bool]
    notee_le: Mapped[date]


class RoleSuivi(enum.StrEnum):
    """What somebody who follows a person is to her."""

    REFERENT = "referent"
    CONSEILLER_EMPLOI = "conseiller_emploi"


class Suivi(Base):
    """A référent follows a person, from a day to a day. Ending it closes the access the same day (R89).

    A co-référent « conseiller emploi » sees and does all that leads to a job; her situation stays with the référent.
    """

    __tablename__ = "suivi"
    __table_args__ = (
        Index("ix_suivi_referent", "referent_id", "jusqu_au"),
        CheckConstraint("jusqu_au IS NULL OR jusqu_au >= depuis", name="dates"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    personne_id: Mapped[int] = mapped_column(ForeignKey("personne.id"), index=True)
    referent_id: Mapped[int] = mapped_column(ForeignKey("utilisateur.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    role: Mapped[RoleSuivi] = mapped_column(choix(RoleSuivi), default=RoleSuivi.REFERENT)
    depuis: Mapped[date]
    jusqu_au: Mapped[date | None]


class EtatDemandeSuivi(enum.StrEnum):
    """Answer of the facilitateur or of an administrator."""

    A_TRAITER = "a_traiter"
    ACCEPTEE = "acceptee"
    DECLINEE = "declinee"


class DemandeSuivi(Base):
    """A référent asks to follow somebody already known: she learns nothing of her until a facilitateur links them."""

    __tablename__ = "demande_suivi"
    __table_args__ = (
        Index("ix_demande_suivi_territoire", "territoire_id", "etat"),
        CheckConstraint("etat = 'a_traiter' OR repondue_le IS NOT NULL", name="reponse"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    personne_id: Mapped[int] = mapped_column(ForeignKey("personne.id"), index=True)
    demandeur_id: Mapped[int] = mapped_column(ForeignKey("utilisateur.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    role: Mapped[RoleSuivi] = mapped_column(choix(RoleSuivi))
    etat: Mapped[EtatDemandeSuivi] = mapped_column(choix(EtatDemandeSuivi), default=EtatDemandeSuivi.A_TRAITER)
    demandee_le: Mapped[datetime]
    repondue_le: Mapped[datetime | None]
    repondue_par_id: Mapped[int | None]


class ChangementVivier(Base):
    """The sequence of changes of people, written in the transaction of each act; every process applies it."""

    __tablename__ = "changement_vivier"

    id: Mapped[int] = mapped_column(primary_key=True)
    personne_id: Mapped[int]
    quand: Mapped[datetime]
