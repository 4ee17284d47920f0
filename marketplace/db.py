"""Engine, sessions, the declarative base and the column types that keep decimals and instants exact."""

from __future__ import annotations

import enum
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from weakref import WeakSet

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Integer,
    MetaData,
    String,
    Time,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from marketplace.erreurs import ErreurExploitation

# Alembic's batch mode on SQLite needs every constraint to have a name.
CONVENTION = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class DecimalFixe(TypeDecorator[Decimal]):
    """A decimal with `decimales` places kept as an integer, so that sums are exact on SQLite too.

    A value with more places is refused: rounding is the rules' business, never the store's.
    """

    impl = BigInteger
    cache_ok = True

    def __init__(self, decimales: int = 2) -> None:
        super().__init__()
        self.decimales = decimales

    def __repr__(self) -> str:
        return f"DecimalFixe(decimales={self.decimales})"

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        """Decimal (or int) → scaled integer."""
        if value is None:
            return None
        unites = Decimal(value).scaleb(self.decimales)
        if unites != unites.to_integral_value():
            raise ValueError(f"{value} has more than {self.decimales} decimal places")
        return int(unites)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Scaled integer → Decimal."""
        return None if value is None else Decimal(int(value)).scaleb(-self.decimales)


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC on both engines."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware datetime → UTC (naive for SQLite, which keeps no zone)."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        en_utc = value.astimezone(UTC)
        return en_utc.replace(tzinfo=None) if dialect.name == "sqlite" else en_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Stored value → aware UTC datetime."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def Heures() -> DecimalFixe:
    """Column type of hours: two decimals."""
    return DecimalFixe(2)


def Euros() -> DecimalFixe:
    """Column type of amounts in euros: cents."""
    return DecimalFixe(2)


def Taux() -> DecimalFixe:
    """Column type of shares and rates in ]0;1]: six decimals."""
    return DecimalFixe(6)


def choix(classe: type[enum.StrEnum], nom: str | None = None) -> Enum:
    """Column type of a closed list, stored by value and held by a CHECK."""
    return Enum(
        classe,
        native_enum=False,
        length=40,
        create_constraint=True,
        name=nom or classe.__name__.lower(),
        values_callable=lambda c: [m.value for m in c],
    )


class Base(DeclarativeBase):
    """Base of every table. Class and table names are singular."""

    metadata = MetaData(naming_convention=CONVENTION)
    type_annotation_map = {
        str: String(200),
        bool: Boolean(),
        int: BigInteger().with_variant(Integer(), "sqlite"),
        date: Date(),
        time: Time(),
        datetime: Instant(),
        Decimal: DecimalFixe(2),
        dict[str, Any]: JSON(),
        list[str]: JSON(),
        list[Any]: JSON(),
    }


_OUVERTS: WeakSet[Engine] = WeakSet()


def fermer_moteurs() -> None:
    """Close the connections this process keeps open: for commands, which end without anyone waiting."""
    for moteur in list(_OUVERTS):
        moteur.dispose()


def creer_moteur(url: str) -> Engine:
    """Engine of a normalised DATABASE_URL. Raises ErreurExploitation when a SQLite folder cannot be written."""
    if not url.startswith("sqlite"):
        moteur = create_engine(url, pool_pre_ping=True, pool_size=5, max_overflow=5, pool_recycle=1800)
        _OUVERTS.add(moteur)
        return moteur
    fichier = make_url(url).database
    if fichier and fichier != ":memory:":
        try:
            Path(fichier).parent.mkdir(parents=True, exist_ok=True)
        except OSError as erreur:
            raise ErreurExploitation(
                f"Impossible de créer le dossier de la base {fichier} ({erreur.strerror}) : vérifiez DATABASE_URL."
            ) from None
    moteur = create_engine(url)
    _OUVERTS.add(moteur)

    @event.listens_for(moteur, "connect")
    def _reglages(connexion: Any, _: Any) -> None:
        curseur = connexion.cursor()
        for reglage in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=15000"):
            curseur.execute(f"PRAGMA {reglage}")
        curseur.close()

    return moteur


def creer_sessions(moteur: Engine) -> sessionmaker[Session]:
    """Session factory; objects stay readable after the commit."""
    return sessionmaker(moteur, expire_on_commit=False)
