"""Alembic's entry: the connection given by the caller (tests, `marketplace init`), else DATABASE_URL."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from marketplace.config import lire_config
from marketplace.db import creer_moteur
from marketplace.tables import metadata


def migrer(connexion: Connection) -> None:
    """Run the migrations asked for on this connection.

    SQLite changes a column by copying its table and dropping the old one: while it does, rows that point at it are
    not refused; they are checked once all is done.
    """
    sqlite = connexion.dialect.name == "sqlite"
    if sqlite:
        connexion.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connexion.commit()
    context.configure(
        connection=connexion,
        target_metadata=metadata,
        render_as_batch=sqlite,
        compare_type=True,
        compare_server_default=True,
        transaction_per_migration=True,
        user_module_prefix="marketplace.db.",
    )
    with context.begin_transaction():
        context.run_migrations()
    if sqlite:
        orphelines = connexion.exec_driver_sql("PRAGMA foreign_key_check").all()
        connexion.commit()
        connexion.exec_driver_sql("PRAGMA foreign_keys=ON")
        if orphelines:
            raise RuntimeError(f"rows left pointing at nothing: {orphelines[:5]}")


fournie = context.config.attributes.get("connection")
if fournie is not None:
    migrer(fournie)
else:
    moteur = creer_moteur(lire_config().database_url)
    with moteur.connect() as connexion:
        migrer(connexion)
        connexion.commit()
