"""Communes, zones and the territory with its dated settings."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Float, ForeignKey, ForeignKeyConstraint, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, choix


class Commune(Base):
    """A commune of the COG in force. `cle` is its folded name, for search and sort on both engines."""

    __tablename__ = "commune"

    code_insee: Mapped[str] = mapped_column(String(5), primary_key=True)
    nom: Mapped[str]
    cle: Mapped[str] = mapped_column(index=True)
    code_departement: Mapped[str] = mapped_column(String(3), index=True)
    codes_postaux: Mapped[str] = mapped_column(Text, default="")
    population: Mapped[int | None]
    lat: Mapped[float | None] = mapped_column(Float)
    lon: Mapped[float | None] = mapped_column(Float)
    code_epci: Mapped[str | None] = mapped_column(String(9))
    nom_epci: Mapped[str | None]


class CommuneAncienne(Base):
    """A code that no longer exists and the commune it became."""

    __tablename__ = "commune_ancienne"

    code_ancien: Mapped[str] = mapped_column(String(5), primary_key=True)
    nom: Mapped[str]
    code_insee: Mapped[str] = mapped_column(ForeignKey("commune.code_insee"))


class CommuneVoisine(Base):
    """Two communes that share a border."""

    __tablename__ = "commune_voisine"

    code_a: Mapped[str] = mapped_column(ForeignKey("commune.code_insee"), primary_key=True)
    code_b: Mapped[str] = mapped_column(ForeignKey("commune.code_insee"), primary_key=True)
    distance_km: Mapped[float | None] = mapped_column(Float)


class ContourCommune(Base):
    """Outline of a commune (GeoJSON geometry, WGS 84), for maps drawn on the server."""

    __tablename__ = "contour_commune"

    code_insee: Mapped[str] = mapped_column(ForeignKey("commune.code_insee"), primary_key=True)
    geometrie: Mapped[dict[str, Any]]


class TypeZone(enum.StrEnum):
    """Kinds of zones laid over communes."""

    QPV_2015 = "qpv_2015"
    QPV_2024 = "qpv_2024"
    SDI = "sdi"


class Zone(Base):
    """A dated zone: a QPV of one generation, or an SDI (the département's local service)."""

    __tablename__ = "zone"
    __table_args__ = (UniqueConstraint("type", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[TypeZone] = mapped_column(choix(TypeZone))
    code: Mapped[str] = mapped_column(String(40))
    nom: Mapped[str]
    code_insee: Mapped[str | None] = mapped_column(ForeignKey("commune.code_insee"), index=True)
    valable_du: Mapped[date | None]


class ZoneCommune(Base):
    """A commune that lies in a zone made of whole communes (an SDI)."""

    __tablename__ = "zone_commune"
    __table_args__ = (ForeignKeyConstraint(["type", "code_zone"], ["zone.type", "zone.code"]),)

    type: Mapped[TypeZone] = mapped_column(choix(TypeZone), primary_key=True)
    code_zone: Mapped[str] = mapped_column(String(40), primary_key=True)
    code_insee: Mapped[str] = mapped_column(ForeignKey("commune.code_insee"), primary_key=True, index=True)


class Territoire(Base):
    """The ground of one team of facilitateurs: one or more départements. `demonstration` names its demo."""

    __tablename__ = "territoire"
    __table_args__ = (UniqueConstraint("code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    nom: Mapped[str]
    departements: Mapped[list[str]]
    contact_nom: Mapped[str] = mapped_column(default="")
    contact_courriel: Mapped[str] = mapped_column(default="")
    contact_telephone: Mapped[str] = mapped_column(String(30), default="")
    demonstration: Mapped[str | None] = mapped_column(String(40))
    cree_le: Mapped[datetime]


class Reglage(Base):
    """One dated value of a setting of a territory. A change adds a row: the past is never rewritten."""

    __tablename__ = "reglage"
    __table_args__ = (UniqueConstraint("territoire_id", "cle", "a_partir_du"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"), index=True)
    cle: Mapped[str] = mapped_column(String(60))
    valeur: Mapped[Any] = mapped_column(JSON)
    a_partir_du: Mapped[date]
    source: Mapped[str] = mapped_column(Text)
    auteur_id: Mapped[int | None]
    cree_le: Mapped[datetime]


class GenreReleve(enum.StrEnum):
    """What a file of real journeys holds."""

    ROUTES = "routes"
    HORAIRES = "horaires"


class ReleveTrajets(Base):
    """Real journeys read from a file of the territory: tried first, then in use, then withdrawn. Never changed.

    The last one in use of each kind counts; withdrawing it gives back the one before, or the estimates.
    """

    __tablename__ = "releve_trajets"
    __table_args__ = (UniqueConstraint("territoire_id", "genre", "numero"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    territoire_id: Mapped[int] = mapped_column(ForeignKey("territoire.id"))
    genre: Mapped[GenreReleve] = mapped_column(choix(GenreReleve))
    numero: Mapped[int]
    nom_fichier: Mapped[str]
    source: Mapped[str] = mapped_column(Text)
    empreinte: Mapped[str] = mapped_column(String(64))
    resume: Mapped[dict[str, Any]]
    tableaux: Mapped[bytes] = mapped_column(LargeBinary)
    auteur_id: Mapped[int | None]
    auteur_nom: Mapped[str]
    lu_le: Mapped[datetime]
    en_service_le: Mapped[datetime | None]
    retire_le: Mapped[datetime | None]
