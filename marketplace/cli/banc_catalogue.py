"""bench catalogue: the public catalogue with many marchés against the same with few, in one run.

Two fresh bases, each served by the real application (gunicorn, two sync workers), eight clients at once. Each
page is asked of one base then of the other, in turns, so that whatever else the machine does falls on both.
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from statistics import quantiles
from typing import Any
from urllib.parse import quote, urlencode

from sqlalchemy import create_engine, select, text
from sqlalchemy.engine import make_url

from marketplace.app import creer_contexte
from marketplace.cli.base import migrer
from marketplace.config import RACINE, Config, url_normalisee
from marketplace.db import creer_moteur
from marketplace.erreurs import ErreurExploitation
from marketplace.marches.models import Marche
from marketplace.marches.rules.etats import EtatMarche
from marketplace.recherche.donnees_de_banc import remplir
from seeds.referentiels import charger_referentiels

CLIENTS, PROCESSUS = 8, 2
SEUIL_EXACT, SEUIL_APPROCHE = 3.0, 10.0
ATTENTE_S = 300
"""A loaded machine is slow, not wrong: the first answer of each process reads the whole ledger."""
APPROCHEES = frozenset({"recherche_approchee"})
ERREURS = (OSError, HTTPException)


@dataclass(frozen=True, slots=True)
class Base:
    """One of the two bases: its size, its URL, how long it took to fill."""

    marches: int
    url: str
    vivants: int
    remplissage_s: float


@contextmanager
def _base_fraiche(serveur: str | None, dossier: Path) -> Iterator[str]:
    """URL of an empty base: a file, or a database made on this PostgreSQL server and dropped after."""
    if serveur is None:
        yield f"sqlite:///{dossier / f'{uuid.uuid4().hex[:8]}.db'}"
        return
    racine, nom = make_url(serveur), f"banc_{uuid.uuid4().hex[:10]}"
    admin = create_engine(racine.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connexion:
        connexion.execute(text(f'CREATE DATABASE "{nom}"'))
    try:
        yield racine.set(database=nom).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connexion:
            connexion.execute(text(f'DROP DATABASE "{nom}" WITH (FORCE)'))
        admin.dispose()


def _preparer(url: str, marches: int) -> Base:
    debut = time.perf_counter()
    moteur = creer_moteur(url)
    migrer(moteur)
    moteur.dispose()
    ctx = creer_contexte(Config(database_url=url, cle_secrete=secrets.token_hex(32)))
    charger_referentiels(ctx)
    comptes = remplir(ctx, marches)
    lie = ctx.sessions.kw["bind"]
    with lie.connect() as connexion:
        connexion.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
    lie.dispose()
    return Base(marches, url, comptes["vivants"], round(time.perf_counter() - debut, 1))


def _port() -> int:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        port: int = prise.getsockname()[1]
    return port


@contextmanager
def _servir(base: Base, dossier: Path) -> Iterator[int]:
    """The real application on that base. Yields its port once it answers."""
    port = _port()
    environnement = os.environ | {
        "DATABASE_URL": base.url,
        "SECRET_KEY": secrets.token_hex(32),
        "DOSSIER_VAR": str(dossier),
        "LIMITES": "non",
        "MODE_DEMO": "",
    }
    ordre = [sys.executable, "-m", "gunicorn", "--no-control-socket", "-w", str(PROCESSUS), "-t", str(ATTENTE_S)]
    ordre += ["--log-level", "error", "-b", f"127.0.0.1:{port}", "wsgi:app"]
    serveur = subprocess.Popen(ordre, cwd=RACINE, env=environnement)
    try:
        limite = time.monotonic() + ATTENTE_S
        while True:
            try:
                if demander(port, "/")[1] == 200:
                    break
            except ERREURS:
                if time.monotonic() > limite or serveur.poll() is not None:
                    raise ErreurExploitation("Le serveur du banc n'a pas démarré.") from None
                time.sleep(0.2)
        yield port
    finally:
        serveur.terminate()
        try:
            serveur.wait(timeout=20)
        except subprocess.TimeoutExpired:
            serveur.kill()
            serveur.wait()


def demander(port: int, adresse: str) -> tuple[float, int]:
    """(seconds, status) of one page."""
    debut = time.perf_counter()
    connexion = HTTPConnection("127.0.0.1", port, timeout=ATTENTE_S)
    try:
        connexion.request("GET", adresse)
        reponse = connexion.getresponse()
        reponse.read()
    finally:
        connexion.close()
    return time.perf_counter() - debut, reponse.status


def _un_marche(url: str) -> tuple[str, int]:
    """(ref, buyer) of a live marché."""
    moteur = creer_moteur(url)
    try:
        with moteur.connect() as connexion:
            ligne = connexion.execute(
                select(Marche.ref, Marche.acheteur_id).where(Marche.etat == EtatMarche.NOTIFIE).order_by(Marche.id)
            ).first()
    finally:
        moteur.dispose()
    if ligne is None:
        raise ErreurExploitation("Le banc n'a aucun marché en cours : demandez-en plus.")
    return ligne[0], ligne[1]


def pages(ref: str, acheteur: int, loin: str) -> dict[str, str]:
    """The address of each page measured."""

    def liste(**filtres: str) -> str:
        return "/marches?" + urlencode(filtres)

    return {
        "premiere_page": "/marches",
        "filtre_secteur": liste(secteur="Bâtiment"),
        "filtre_secteur_rare": liste(secteur="Transport"),
        "filtre_metier": liste(code_rome="K2204"),
        "filtre_commune_20_km": liste(commune="Lunel", rayon="20"),
        "filtre_commune_rare": liste(commune="Lodève", rayon="0"),
        "filtre_acheteur": liste(acheteur=str(acheteur)),
        "filtre_fin": liste(encore_le=loin),
        "filtre_heures": liste(heures_min="800"),
        "trois_filtres": liste(secteur="Bâtiment", commune="Montpellier", rayon="10", heures_min="300"),
        "page_4": liste(page="4"),
        "recherche_trois_mots": liste(q="peinture collège lez"),
        "recherche_approchee": liste(q="pienture colege"),
        "recherche_unique": "/recherche?q=" + quote("nettoyage crèche"),
        "carte": liste(vue="carte"),
        "marche": f"/marches/{ref}",
        "offres": "/offres",
        "structures": "/structures",
    }


def _fournee(port: int, adresse: str, nombre: int) -> list[float]:
    """That many answers, eight at a time. Raises ErreurExploitation on a page that fails."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        reponses = list(clients.map(lambda _: demander(port, adresse), range(nombre)))
    rates = {statut for _, statut in reponses if statut != 200}
    if rates:
        raise ErreurExploitation(f"{adresse} a répondu {sorted(rates)} pendant le banc.")
    return [secondes for secondes, _ in reponses]


def _centiles(secondes: list[float]) -> dict[str, float]:
    coupes = quantiles(secondes, n=20, method="inclusive")
    return {"p50_ms": round(coupes[9] * 1000, 1), "p95_ms": round(coupes[18] * 1000, 1)}


def mesurer(petite: Base, grande: Base, dossier: Path, tours: int, par_tour: int) -> dict[str, dict[str, Any]]:
    """p50 and p95 of each page on both bases, and the ratio of their p95."""
    ref, acheteur = _un_marche(petite.url)
    ref_grande, acheteur_grande = _un_marche(grande.url)
    loin = "2028-06-30"
    resultats: dict[str, dict[str, Any]] = {}
    with _servir(petite, dossier) as port_petite, _servir(grande, dossier) as port_grande:
        debut = time.perf_counter()
        _fournee(port_petite, "/marches", CLIENTS * PROCESSUS)
        milieu = time.perf_counter()
        _fournee(port_grande, "/marches", CLIENTS * PROCESSUS)
        resultats["premier_chargement"] = {
            "petite_s": round(milieu - debut, 2),
            "grande_s": round(time.perf_counter() - milieu, 2),
        }
        adresses = zip(
            pages(ref, acheteur, loin).items(), pages(ref_grande, acheteur_grande, loin).values(), strict=True
        )
        for (nom, adresse), adresse_grande in adresses:
            _fournee(port_petite, adresse, CLIENTS)
            _fournee(port_grande, adresse_grande, CLIENTS)
            temps_petite: list[float] = []
            temps_grande: list[float] = []
            for tour in range(tours):
                a = (port_petite, adresse, temps_petite)
                b = (port_grande, adresse_grande, temps_grande)
                for port, ou, mesures in (a, b) if tour % 2 == 0 else (b, a):
                    mesures.extend(_fournee(port, ou, par_tour))
            c_petite, c_grande = _centiles(temps_petite), _centiles(temps_grande)
            seuil = SEUIL_APPROCHE if nom in APPROCHEES else SEUIL_EXACT
            rapport = round(c_grande["p95_ms"] / c_petite["p95_ms"], 2)
            resultats[nom] = {
                f"{petite.marches}_p50_ms": c_petite["p50_ms"],
                f"{petite.marches}_p95_ms": c_petite["p95_ms"],
                f"{grande.marches}_p50_ms": c_grande["p50_ms"],
                f"{grande.marches}_p95_ms": c_grande["p95_ms"],
                "rapport_p95": rapport,
                "seuil": seuil,
                "tenu": rapport <= seuil,
            }
    return resultats


def banc_catalogue(
    base: str | None, petit: int = 600, grand: int = 60_000, tours: int = 6, par_tour: int = 40
) -> dict[str, Any]:
    """Fill, serve, measure, throw away. `base`: a PostgreSQL server; None for SQLite files.

    Raises ErreurExploitation when a server does not start or a page fails.
    """
    voulue = base or os.environ.get("DATABASE_URL", "")
    url = url_normalisee(voulue) if voulue else ""
    serveur = url if url.startswith("postgresql") else None
    with (
        tempfile.TemporaryDirectory(prefix="banc-") as temporaire,
        _base_fraiche(serveur, Path(temporaire)) as url_petite,
        _base_fraiche(serveur, Path(temporaire)) as url_grande,
    ):
        petite, grande = _preparer(url_petite, petit), _preparer(url_grande, grand)
        mesures = mesurer(petite, grande, Path(temporaire), tours, par_tour)
    return {
        "moteur": "postgresql" if serveur else "sqlite",
        "clients": CLIENTS,
        "processus": PROCESSUS,
        "mesures_par_page": tours * par_tour,
        "vivants": {str(petite.marches): petite.vivants, str(grande.marches): grande.vivants},
        "remplissage_s": {str(petite.marches): petite.remplissage_s, str(grande.marches): grande.remplissage_s},
        "premier_chargement": mesures.pop("premier_chargement"),
        "tout_tenu": all(m["tenu"] for m in mesures.values()),
        "pages": mesures,
    }
