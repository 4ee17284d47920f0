"""Organisations, users, the hats they wear and the one-time tokens sent to them."""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.comptes.roles import Role
from marketplace.db import Base, choix


class TypeOrganisation(enum.StrEnum):
    """Kinds of organisations (dictionary D3, plus those who prescribe)."""

    ENTREPRISE = "entreprise"
    EI = "ei"
    ETTI = "etti"
    AI = "ai"
    ACI = "aci"
    EITI = "eiti"
    GEIQ = "geiq"
    EA = "ea"
    EATT = "eatt"
    ESAT = "esat"
    REGIE = "regie"
    SEP = "sep"
    ETT = "ett"
    OPCS = "opcs"
    ACHETEUR = "acheteur"
    PRESCRIPTEUR = "prescripteur"


STRUCTURES_INSERTION = frozenset(
    {
        TypeOrganisation.EI,
        TypeOrganisation.ETTI,
        TypeOrganisation.AI,
        TypeOrganisation.ACI,
        TypeOrganisation.EITI,
        TypeOrganisation.GEIQ,
        TypeOrganisation.EA,
        TypeOrganisation.EATT,
        TypeOrganisation.ESAT,
        TypeOrganisation.REGIE,
    }
)


class Organisation(Base):
    """A buyer, a firm, a structure or a service. Unverified (`verifiee_le` empty), it sees no person (R10, R111)."""

    __tablename__ = "organisation"
    __table_args__ = (
        UniqueConstraint("ref"),
        Index("ix_organisation_siret", "siret"),
        Index("ix_organisation_territoire", "territoire_id", "type"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(30))
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    type: Mapped[TypeOrganisation] = mapped_column(choix(TypeOrganisation))
    nom: Mapped[str]
    cle: Mapped[str] = mapped_column(index=True)
    siret: Mapped[str | None] = mapped_column(String(14))
    siret_valide: Mapped[bool] = mapped_column(default=True)
    activites: Mapped[str] = mapped_column(Text, default="")
    adresse: Mapped[str] = mapped_column(default="")
    code_insee: Mapped[str | None] = mapped_column(ForeignKey("commune.code_insee"), index=True)
    telephone: Mapped[str] = mapped_column(String(30), default="")
    courriel: Mapped[str] = mapped_column(default="")
    site: Mapped[str] = mapped_column(default="")
    effectif: Mapped[str | None] = mapped_column(String(20))
    ess: Mapped[bool] = mapped_column(default=False)
    lat: Mapped[float | None] = mapped_column(Float)
    lon: Mapped[float | None] = mapped_column(Float)
    capacite: Mapped[int | None]
    verifiee_le: Mapped[datetime | None]
    verifiee_par_id: Mapped[int | None]
    source: Mapped[str] = mapped_column(default="")
    source_le: Mapped[date | None]
    fictive: Mapped[bool] = mapped_column(default=False)
    cree_le: Mapped[datetime]


class Utilisateur(Base):
    """A person who signs in. `jeton_session` is what the cookie carries: changing it signs out everywhere."""

    __tablename__ = "utilisateur"
    __table_args__ = (UniqueConstraint("courriel"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    courriel: Mapped[str]
    prenom: Mapped[str]
    nom: Mapped[str]
    telephone: Mapped[str] = mapped_column(String(30), default="")
    mot_de_passe: Mapped[str | None]
    totp_secret: Mapped[str | None] = mapped_column(String(64))
    totp_dernier_pas: Mapped[int | None]
    jeton_session: Mapped[str] = mapped_column(String(64), index=True)
    essais_rates: Mapped[int] = mapped_column(default=0)
    bloque_jusqu_a: Mapped[datetime | None]
    derniere_connexion: Mapped[datetime | None]
    desactive_le: Mapped[datetime | None]
    demonstration: Mapped[bool] = mapped_column(default=False)
    cree_le: Mapped[datetime]


class Affectation(Base):
    """A hat: a role held in an organisation (or over a territory), from a day to a day."""

    __tablename__ = "affectation"
    __table_args__ = (
        Index("ix_affectation_utilisateur", "utilisateur_id"),
        Index("ix_affectation_organisation", "organisation_id"),
        CheckConstraint("jusqu_au IS NULL OR jusqu_au >= depuis", name="dates"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    utilisateur_id: Mapped[int] = mapped_column(ForeignKey("utilisateur.id"))
    role: Mapped[Role] = mapped_column(choix(Role))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    depuis: Mapped[date]
    jusqu_au: Mapped[date | None]


class TypeJeton(enum.StrEnum):
    """What a one-time token opens."""

    INVITATION = "invitation"
    MOT_DE_PASSE = "mot_de_passe"


class Jeton(Base):
    """A one-time token, kept only as its hash."""

    __tablename__ = "jeton"
    __table_args__ = (UniqueConstraint("empreinte"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    empreinte: Mapped[str] = mapped_column(String(64))
    type: Mapped[TypeJeton] = mapped_column(choix(TypeJeton))
    utilisateur_id: Mapped[int] = mapped_column(ForeignKey("utilisateur.id"))
    cree_le: Mapped[datetime]
    expire_le: Mapped[datetime]
    utilise_le: Mapped[datetime | None]


class CompteurDebit(Base):
    """A counter of the rate limits, shared by every web worker."""

    __tablename__ = "compteur_debit"

    cle: Mapped[str] = mapped_column(String(200), primary_key=True)
    nombre: Mapped[int]
    expire_le: Mapped[float] = mapped_column(Float, index=True)
