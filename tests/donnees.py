"""Bases that cost seconds to fill, made once a run: the reference tables, and the demonstration upon them.

`ctx_reference` and `ctx_demo` are shared, to read; a test that writes takes `ctx_reference_neuf`, a copy.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url

from marketplace.app import DOSSIER_MODELES, DOSSIER_REFERENTIELS, creer_contexte
from marketplace.config import Config
from marketplace.contexte import Contexte
from marketplace.matching import Ranker
from seeds.demo import DEMONSTRATIONS
from seeds.referentiels import charger_referentiels
from tests.postgres import administrer, nommer

LE = date(2026, 11, 21)
MAINTENANT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


class _Muet:
    """Sends nothing."""

    def envoyer(self, *, destinataire: str, sujet: str, corps: str, message_id: str) -> None:
        """Forget it."""


def contexte_de(url: str, dossier: Path) -> Contexte:
    """A Contexte on that base, on the morning of the demonstration."""
    config = Config(database_url=url, cle_secrete="cle-de-test-seulement-0123456789abcdef", dossier_var=dossier)
    return creer_contexte(config, maintenant=lambda: MAINTENANT, messager=_Muet())


def copier_base(serveur: URL | None, modele: str, dossier: Path) -> str:
    """A copy of a base nobody is connected to: a SQLite file, or a PostgreSQL template."""
    if serveur is None:
        fichier = dossier / f"copie-{uuid.uuid4().hex[:8]}.db"
        shutil.copy(_fichier(modele), fichier)
        return f"sqlite:///{fichier}"
    source = make_url(modele).database if "://" in modele else modele
    nom = f"c_{uuid.uuid4().hex[:12]}"
    administrer(serveur, f'CREATE DATABASE "{nom}" TEMPLATE "{source}" STRATEGY FILE_COPY')
    return nommer(serveur.set(database=nom))


def une_fois(tmp_path_factory: pytest.TempPathFactory, nom: str, remplir: Callable[[Path], None]) -> Path:
    """The file the first worker of the run to need it fills; the others wait for it, then read it."""
    racine = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        racine = racine.parent
    fichier = racine / f"{nom}.db"
    with (racine / f"{nom}.verrou").open("w") as verrou:
        fcntl.flock(verrou, fcntl.LOCK_EX)
        if not fichier.exists():
            brouillon = racine / f"{nom}-brouillon.db"
            remplir(brouillon)
            brouillon.rename(fichier)
    return fichier


def _faire(
    serveur: URL | None,
    depart: str,
    tmp_path_factory: pytest.TempPathFactory,
    nom: str,
    semer: Callable[[Contexte], object],
) -> str:
    """URL of a base filled upon a copy of `depart`; on files, once for all workers, and each has its own copy."""
    dossier = tmp_path_factory.mktemp(nom)

    def remplir(url: str) -> None:
        ctx = contexte_de(url, dossier)
        semer(ctx)
        _poser(ctx)

    if serveur is not None:
        url = copier_base(serveur, depart, dossier)
        remplir(url)
        return url

    def remplir_fichier(fichier: Path) -> None:
        shutil.copy(_fichier(depart), fichier)
        remplir(f"sqlite:///{fichier}")

    return copier_base(None, str(une_fois(tmp_path_factory, nom, remplir_fichier)), dossier)


def _fichier(modele: str) -> str:
    """The file of a SQLite base named by its path or by its URL."""
    return make_url(modele).database or modele if "://" in modele else modele


def _poser(ctx: Contexte) -> None:
    """Leave the base in one file, without any connection."""
    moteur = ctx.sessions.kw["bind"]
    if moteur.dialect.name == "sqlite":
        with moteur.connect() as connexion:
            connexion.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    moteur.dispose()


@pytest.fixture(scope="session")
def modele_reference(serveur: URL | None, modele: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """URL of a base that holds the reference tables only: to copy, never to open."""
    return _faire(serveur, modele, tmp_path_factory, "reference", charger_referentiels)


@pytest.fixture(scope="session")
def base_reference(serveur: URL | None, modele_reference: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """URL of a base that holds the reference tables only, to read."""
    return copier_base(serveur, modele_reference, tmp_path_factory.mktemp("reference"))


@pytest.fixture(scope="session")
def modele_demo(serveur: URL | None, modele_reference: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """URL of a base that holds the demonstration of the Hérault as of 21 November 2026: to copy, never to open."""
    return _faire(serveur, modele_reference, tmp_path_factory, "demo", lambda ctx: DEMONSTRATIONS["herault"](ctx, LE))


@pytest.fixture(scope="session")
def base_demo(serveur: URL | None, modele_demo: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """URL of a base that holds the demonstration, to read."""
    return copier_base(serveur, modele_demo, tmp_path_factory.mktemp("demo-lue"))


@pytest.fixture(scope="session")
def base_2020(serveur: URL | None, modele_reference: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """URL of a base that holds the year 2020 replayed, to read (or to copy)."""
    return _faire(
        serveur, modele_reference, tmp_path_factory, "annee-2020", lambda ctx: DEMONSTRATIONS["herault-2020"](ctx, LE)
    )


@pytest.fixture(scope="module")
def ctx_2020(base_2020: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contexte]:
    """The year 2020 replayed, to read."""
    ctx = contexte_de(base_2020, tmp_path_factory.mktemp("var"))
    yield ctx
    ctx.sessions.kw["bind"].dispose()


@pytest.fixture(scope="module")
def ctx_reference(base_reference: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contexte]:
    """The reference tables, to read."""
    ctx = contexte_de(base_reference, tmp_path_factory.mktemp("var"))
    yield ctx
    ctx.sessions.kw["bind"].dispose()


@pytest.fixture(scope="module")
def ctx_demo(base_demo: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contexte]:
    """The demonstration, to read."""
    ctx = contexte_de(base_demo, tmp_path_factory.mktemp("var"))
    yield ctx
    ctx.sessions.kw["bind"].dispose()


@pytest.fixture
def ctx_reference_neuf(serveur: URL | None, modele_reference: str, tmp_path: Path) -> Iterator[Contexte]:
    """A copy of the reference tables, to write in."""
    ctx = contexte_de(copier_base(serveur, modele_reference, tmp_path), tmp_path)
    yield ctx
    ctx.sessions.kw["bind"].dispose()


@pytest.fixture
def ctx_demo_neuf(serveur: URL | None, modele_demo: str, tmp_path: Path) -> Iterator[Contexte]:
    """A copy of the demonstration, to write in."""
    ctx = contexte_de(copier_base(serveur, modele_demo, tmp_path), tmp_path)
    yield ctx
    ctx.sessions.kw["bind"].dispose()


@pytest.fixture(scope="session")
def moteur() -> Ranker:
    """The ranking engine with the committed reference tables: two seconds to read, once a run."""
    return Ranker.ouvrir(DOSSIER_REFERENTIELS, DOSSIER_MODELES)


@pytest.fixture
def vrai_moteur(ctx: Contexte, moteur: Ranker) -> None:
    """The Contexte of the test ranks with the shared engine."""
    ctx.obtenir_ranker = lambda: moteur
