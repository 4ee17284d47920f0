"""Fixtures: a Contexte on a fresh database (SQLite, or real PostgreSQL), a clock that stands still, a client per hat.

The engine is chosen by BASE_TEST: « sqlite » (default), « postgres » (a server from the development lock), or a URL.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
if "XDG_RUNTIME_DIR" not in os.environ:
    # LibreOffice and the browser want one; what is made here goes with the run.
    os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="xdg-")
    atexit.register(shutil.rmtree, os.environ["XDG_RUNTIME_DIR"], ignore_errors=True)

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings as reglages_hypothesis
from sqlalchemy import Engine, text
from sqlalchemy.engine import URL, make_url

from marketplace import tables
from marketplace.app import create_app, creer_contexte
from marketplace.comptes import mots_de_passe
from marketplace.comptes.models import Affectation, Utilisateur
from marketplace.config import Config
from marketplace.contexte import Contexte
from marketplace.db import creer_moteur
from marketplace.web.socle.securite import limiteur
from tests import mots, postgres
from tests.fabrique import Fabrique

pytest_plugins = ["tests.donnees"]

# No test is timed: a loaded machine is slow, not wrong.
reglages_hypothesis.register_profile("place", deadline=None)
reglages_hypothesis.load_profile("place")

HACHEUR_DU_PRODUIT = mots_de_passe._hacheur
"""Slow on purpose. The tests keep passwords by a quick one, but the test that reads its settings."""
mots_de_passe._hacheur = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
mots_de_passe._LEURRE = mots_de_passe.hacher("personne-n-a-ce-mot-de-passe")

MAINTENANT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that asks for no database is marked: running it again on the other engine would prove nothing."""
    for item in items:
        if isinstance(item, pytest.Function) and "serveur" not in item.fixturenames:
            item.add_marker(pytest.mark.sans_base)


class Horloge:
    """A clock that moves only when told to."""

    def __init__(self, maintenant: datetime = MAINTENANT) -> None:
        self.maintenant = maintenant

    def __call__(self) -> datetime:
        return self.maintenant

    def avancer(self, **duree: float) -> None:
        """Move forward: `horloge.avancer(days=3)`."""
        self.maintenant += timedelta(**duree)


class MessagerTemoin:
    """Keeps what it is given; `panne` makes it refuse."""

    def __init__(self) -> None:
        self.envoyes: list[dict[str, str]] = []
        self.panne = False

    def envoyer(self, *, destinataire: str, sujet: str, corps: str, message_id: str) -> None:
        if self.panne:
            raise OSError("relais absent")
        self.envoyes.append({"destinataire": destinataire, "sujet": sujet, "corps": corps, "message_id": message_id})


@pytest.fixture(scope="session")
def serveur() -> Iterator[URL | None]:
    """The PostgreSQL server of this run, or None on SQLite."""
    mode = os.environ.get("BASE_TEST", "sqlite")
    if mode == "sqlite":
        yield None
    elif mode == "postgres":
        with postgres.demarrer() as url:
            yield url
    else:
        yield make_url(mode)
        postgres.fermer()


@pytest.fixture(scope="session")
def modele(serveur: URL | None, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An empty database with every table, to copy: a file, or the name of a PostgreSQL template."""
    if serveur is None:
        nom = str(tmp_path_factory.mktemp("modele") / "modele.db")
        url = f"sqlite:///{nom}"
    else:
        nom = f"modele_{uuid.uuid4().hex[:8]}"
        postgres.administrer(serveur, f'CREATE DATABASE "{nom}"')
        url = postgres.nommer(serveur.set(database=nom))
    moteur = creer_moteur(url)
    tables.metadata.create_all(moteur)
    if serveur is None:
        with moteur.connect() as connexion:
            connexion.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    moteur.dispose()
    return nom


@pytest.fixture(scope="session")
def base_partagee(serveur: URL | None, modele: str) -> Iterator[postgres.BasePartagee | None]:
    """The one PostgreSQL base the tests take in turn."""
    if serveur is None:
        yield None
        return
    base = postgres.BasePartagee(serveur, modele)
    yield base
    base.supprimer()


@pytest.fixture
def url_base(base_partagee: postgres.BasePartagee | None, modele: str, tmp_path: Path) -> Iterator[str]:
    """URL of a fresh database with every table: a copy of a file, or the base of this run, emptied afterwards."""
    if base_partagee is None:
        fichier = tmp_path / "place.db"
        shutil.copy(modele, fichier)
        yield f"sqlite:///{fichier}"
        return
    yield postgres.nommer(base_partagee.url)
    base_partagee.vider()


@pytest.fixture
def horloge() -> Horloge:
    """Saturday 21 November 2026, 9 h in Paris."""
    return Horloge()


@pytest.fixture
def messager() -> MessagerTemoin:
    """The mailer of the test."""
    return MessagerTemoin()


@pytest.fixture
def config(url_base: str, tmp_path: Path) -> Config:
    """Settings of the test."""
    return Config(
        database_url=url_base,
        cle_secrete="cle-de-test-seulement-0123456789abcdef",
        dossier_var=tmp_path / "var",
        limites_actives=False,
    )


@pytest.fixture
def ctx(config: Config, horloge: Horloge, messager: MessagerTemoin) -> Iterator[Contexte]:
    """A Contexte on a fresh database."""
    contexte = creer_contexte(config, maintenant=horloge, messager=messager)
    yield contexte
    moteur: Engine = contexte.sessions.kw["bind"]
    try:
        assert list(mots.messages_interdits(contexte)) == []
    finally:
        moteur.dispose()


@pytest.fixture
def fabrique(ctx: Contexte) -> Fabrique:
    """Makes the rows a test needs, with plausible defaults."""
    return Fabrique(ctx)


_APPLICATION: list[Flask] = []
"""Assembled once a run: its pages take the Contexte of the test; what it was built with is the same in all."""


@pytest.fixture
def app(ctx: Contexte) -> Flask:
    """The web application, without CSRF (its own tests turn it on)."""
    if not _APPLICATION:
        _APPLICATION.append(create_app(ctx))
        _APPLICATION[0].config.update(TESTING=True, WTF_CSRF_ENABLED=False)
        _APPLICATION[0].test_client_class = mots.Visiteur
    application = _APPLICATION[0]
    application.extensions["contexte"] = ctx
    limiteur.enabled = ctx.config.limites_actives  # one for the process: a test that turned it on keeps it
    return application


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor."""
    return app.test_client()


@pytest.fixture
def connecter(app: Flask, ctx: Contexte) -> Callable[[Affectation], FlaskClient]:
    """Opens a client wearing this hat: `connecter(fabrique.facilitateur())`."""

    def ouvrir(affectation: Affectation) -> FlaskClient:
        navigateur = app.test_client()
        navigateur.chapeau = affectation.role  # type: ignore[attr-defined]
        with ctx.lecture() as s:
            utilisateur = s.get_one(Utilisateur, affectation.utilisateur_id)
        with navigateur.session_transaction() as session:
            session["jeton"] = utilisateur.jeton_session
            session["affectation"] = affectation.id
            session["vu"] = session["debut"] = int(ctx.horloge().timestamp())
        return navigateur

    return ouvrir
