"""The migrations make exactly the tables of the code, and unmake them, on both engines."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import URL

from marketplace import tables
from marketplace.cli.base import config_alembic, migrer
from marketplace.db import creer_moteur
from tests.postgres import administrer, nommer


def test_la_tete_des_migrations_est_le_modele_puis_tout_se_defait(serveur: URL | None, tmp_path: Path) -> None:
    if serveur is None:
        url = f"sqlite:///{tmp_path / 'vide.db'}"
    else:
        administrer(serveur, 'CREATE DATABASE "migrations"')
        url = nommer(serveur.set(database="migrations"))
    moteur = creer_moteur(url)
    try:
        assert migrer(moteur)
        assert not migrer(moteur)
        with moteur.connect() as connexion:
            contexte = MigrationContext.configure(
                connexion, opts={"compare_type": True, "compare_server_default": True}
            )
            assert compare_metadata(contexte, tables.metadata) == []
        with moteur.connect() as connexion:
            config = config_alembic()
            config.attributes["connection"] = connexion
            command.downgrade(config, "base")
            connexion.commit()
        with moteur.connect() as connexion:
            assert set(inspect(connexion).get_table_names()) <= {"alembic_version"}
    finally:
        moteur.dispose()
        if serveur is not None:
            administrer(serveur, 'DROP DATABASE "migrations" WITH (FORCE)')


def test_une_seule_tete() -> None:
    from alembic.script import ScriptDirectory

    assert len(ScriptDirectory.from_config(config_alembic()).get_heads()) == 1


def test_une_base_etrangere_est_refusee_sans_y_toucher(tmp_path: Path) -> None:
    import pytest

    from marketplace.erreurs import ErreurExploitation

    moteur = create_engine(f"sqlite:///{tmp_path / 'autre.db'}")
    with moteur.begin() as connexion:
        connexion.execute(text("CREATE TABLE territoire (x INTEGER)"))
    with pytest.raises(ErreurExploitation, match="base vide"):
        migrer(moteur)
    with moteur.connect() as connexion:
        assert inspect(connexion).get_table_names() == ["territoire"]
    moteur.dispose()
