"""The pictures of the README, made again by `make captures` from the demonstration."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path

from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from marketplace import tables
from marketplace.app import create_app, creer_contexte
from marketplace.config import RACINE
from marketplace.db import creer_moteur
from marketplace.scheduler.process import executer_dues
from seeds.demo import herault
from seeds.referentiels import charger_referentiels
from tests.e2e.conftest import BUREAU, MAINTENANT, OPTIONS_CHROMIUM, TELEPHONE, Poste, reglages

DOSSIER = RACINE / "docs" / "captures"
# (name, account, path or text of the link to follow from the home page, screen)
PRISES = (
    ("accueil-public", None, "/", BUREAU),
    ("facilitateur-aujourdhui", "facilitateur", "/facilitateur/aujourd-hui", BUREAU),
    ("facilitateur-marches", "facilitateur", "/facilitateur/marches", BUREAU),
    ("facilitateur-heures", "facilitateur", "/facilitateur/heures", BUREAU),
    ("employeur-accueil", "employeur", "/employeur", TELEPHONE),
    ("employeur-propositions", "employeur", "/employeur/propositions", TELEPHONE),
    ("referent-accueil", "referent", "/referent", BUREAU),
    ("acheteur-marches", "acheteur", "/acheteur/marches", BUREAU),
)


def prendre() -> None:
    """Build the demonstration in a temporary base, serve it, photograph it."""
    DOSSIER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as dossier:
        fichier = Path(dossier) / "demo.db"
        moteur = creer_moteur(f"sqlite:///{fichier}")
        tables.metadata.create_all(moteur)
        moteur.dispose()
        ctx = creer_contexte(reglages(fichier), maintenant=lambda: MAINTENANT)
        charger_referentiels(ctx)
        herault.semer(ctx, MAINTENANT.date())
        executer_dues(ctx)
        serveur = make_server("127.0.0.1", 0, create_app(ctx), threaded=True)
        threading.Thread(target=serveur.serve_forever, daemon=True).start()
        site = f"http://127.0.0.1:{serveur.server_port}"
        with sync_playwright() as p:
            navigateur = p.chromium.launch(executable_path="/usr/bin/chromium", args=OPTIONS_CHROMIUM)
            for nom, compte, chemin, taille in PRISES:
                contexte = navigateur.new_context(viewport=taille, locale="fr-FR", timezone_id="Europe/Paris")
                contexte.set_default_timeout(45_000)
                poste = Poste(contexte, site)
                if compte:
                    poste.se_connecter(f"{compte}@demo.invalid")
                poste.aller(chemin)
                poste.page.screenshot(path=str(DOSSIER / f"{nom}.png"))
                print(nom)
                contexte.close()
            navigateur.close()
        serveur.shutdown()


if __name__ == "__main__":
    prendre()
