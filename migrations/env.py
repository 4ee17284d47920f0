"""Alembic's entry: the connection given by the caller (tests, `marketplace init`), else DATABASE_URL."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from marketplace.config import lire_config
from marketplace.db import creer_moteur
from marketplace.tables import metadata


def migrer(connexion: Connection) -> None:
    """Run the migrations asked for on this connection."""
    context.configure(
        connection=connexion,
        target_metadata=metadata,
        render_as_batch=connexion.dialect.name == "sqlite",
        compare_type=True,
        compare_server_default=True,
        transaction_per_migration=True,
        user_module_prefix="marketplace.db.",
    )
    with context.begin_transaction():
        context.run_migrations()


fournie = context.config.attributes.get("connection")
if fournie is not None:
    migrer(fournie)
else:
    moteur = creer_moteur(lire_config().database_url)
    with moteur.connect() as connexion:
        migrer(connexion)
        connexion.commit()
