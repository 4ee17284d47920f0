"""A real server on the demonstration, a real Chromium, and eyes on what goes wrong."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from sqlalchemy.engine import make_url
from werkzeug.serving import make_server

from marketplace.app import create_app, creer_contexte
from marketplace.config import Config
from marketplace.contexte import Contexte
from tests.e2e import axe as accessibilite

MAINTENANT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
OPTIONS_CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
expect.set_options(timeout=30_000)  # a loaded machine is slow, not wrong
BUREAU = {"width": 1280, "height": 900}
TELEPHONE = {"width": 360, "height": 740}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here is a journey: marked before `-m` chooses."""
    for item in items:
        if "/e2e/" in str(item.path):
            item.add_marker(pytest.mark.e2e)


class HorlogeVive:
    """Starts at the date of the demonstration and runs at the speed of the real one; can jump forward."""

    def __init__(self) -> None:
        self._ecart = MAINTENANT - datetime.now(UTC)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ecart

    def aller_au(self, jour: date, heure: int = 9) -> None:
        """Jump to a later day; sessions left open expire, as they would."""
        self._ecart += datetime(jour.year, jour.month, jour.day, heure, tzinfo=UTC) - self()


def reglages(fichier: Path) -> Config:
    """Settings of a demonstration served from this file."""
    return Config(
        database_url=f"sqlite:///{fichier}",
        cle_secrete="cle-de-test-seulement-0123456789abcdef",
        mode_demo=True,
        dossier_var=fichier.parent,
        limites_actives=False,
    )


@pytest.fixture(scope="module")
def place(base_demo: str, tmp_path_factory: pytest.TempPathFactory) -> Contexte:
    """A Contexte on a copy of the demonstration, for one module of journeys."""
    fichier = tmp_path_factory.mktemp("place") / "place.db"
    shutil.copy(make_url(base_demo).database or "", fichier)
    contexte = creer_contexte(reglages(fichier), maintenant=HorlogeVive())
    contexte.ranker  # noqa: B018 - opened once, before anyone waits for it
    return contexte


@pytest.fixture(scope="module")
def site(place: Contexte) -> Iterator[str]:
    """Address of the running site."""
    serveur = make_server("127.0.0.1", 0, create_app(place), threaded=True)
    fil = threading.Thread(target=serveur.serve_forever, daemon=True)
    fil.start()
    yield f"http://127.0.0.1:{serveur.server_port}"
    serveur.shutdown()
    fil.join(timeout=10)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as p:
        chemin = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        navigateur = p.chromium.launch(executable_path=chemin, args=OPTIONS_CHROMIUM)
        yield navigateur
        navigateur.close()


class Poste:
    """A person at a screen: pages, and everything that must not happen on them."""

    def __init__(self, contexte: BrowserContext, site: str) -> None:
        self.contexte, self.site = contexte, site
        self.page: Page = contexte.new_page()
        self.ennuis: list[str] = []
        self.page.on("console", lambda m: self.ennuis.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda e: self.ennuis.append(str(e)))
        self.page.on("request", self._surveiller)

    def _surveiller(self, requete: object) -> None:
        adresse = requete.url  # type: ignore[attr-defined]
        if not adresse.startswith((self.site, "data:", "about:")):
            self.ennuis.append(f"requête hors du site : {adresse}")

    def aller(self, chemin: str) -> Page:
        """Open a page of the site."""
        self.page.goto(self.site + chemin)
        return self.page

    def se_connecter(self, courriel: str) -> Page:
        """Enter as a demonstration account, by the button of the sign-in page."""
        self.aller("/connexion")
        self.page.locator(f"li:has-text('{courriel}') button").click()
        expect(self.page.get_by_role("button", name="Se déconnecter")).to_be_visible()
        return self.page

    def tenir_dans_l_ecran(self) -> None:
        """Nothing wider than the screen."""
        deborde = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert deborde <= 0, f"{self.page.url} dépasse l'écran de {deborde} px"

    def verifier(self, *, axe: bool = True) -> None:
        """No axe violation, nothing wider than the screen, nothing in the console."""
        if axe:
            assert accessibilite.fautes(self.page) == []
        self.tenir_dans_l_ecran()
        assert self.ennuis == []

    def photographier(self, nom: str) -> None:
        """Keep a picture of the page when CAPTURES names a folder."""
        if dossier := os.environ.get("CAPTURES"):
            fichier = Path(dossier) / f"{nom}.png"
            fichier.parent.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=str(fichier), full_page=True)

    def montrer(self, nom: str, *, axe: bool = True) -> None:
        """Check the page, then keep its picture."""
        self.verifier(axe=axe)
        self.photographier(nom)


@pytest.fixture
def asseoir(chromium: Browser, site: str) -> Iterator[Callable[..., Poste]]:
    """Seats somebody at a screen: `asseoir(taille=TELEPHONE, javascript=False)`."""
    ouverts: list[BrowserContext] = []

    def ouvrir(*, taille: dict[str, int] | None = None, javascript: bool = True) -> Poste:
        contexte = chromium.new_context(
            viewport=taille or BUREAU, locale="fr-FR", timezone_id="Europe/Paris", java_script_enabled=javascript
        )
        contexte.set_default_timeout(45_000)  # a loaded machine is slow, not wrong
        ouverts.append(contexte)
        return Poste(contexte, site)

    yield ouvrir
    for contexte in ouverts:
        contexte.close()
