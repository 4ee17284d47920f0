"""run: everything for a first look. Database, data, web server and scheduler, until Ctrl-C."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
from types import FrameType
from typing import Any

from sqlalchemy import select

from marketplace.app import creer_contexte
from marketplace.cli.base import charger_referentiels, migrer, semer_demonstration
from marketplace.cli.sortie import dire
from marketplace.config import RACINE, Config, lire_config
from marketplace.contexte import Contexte
from marketplace.db import creer_moteur
from marketplace.erreurs import ErreurExploitation
from marketplace.territoire.models import Territoire


def ajouter(commandes: Any) -> None:
    """Declare the command."""
    p = commandes.add_parser("run", help="prépare la base, puis lance le site et le planificateur")
    p.add_argument("--demo", metavar="NOM", help="charge cette démonstration si la base est vide")
    p.add_argument("--port", type=int, default=8000)
    p.add_argument("--workers", type=int, default=2, help="processus du site (2 par défaut)")
    p.set_defaults(action=lancer)


def port_libre(port: int) -> None:
    """Raises ErreurExploitation when somebody already listens there."""
    with socket.socket() as prise:
        prise.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            prise.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            raise ErreurExploitation(
                f"Le port {port} est déjà pris : arrêtez l'autre programme, ou tapez « make run PORT={port + 1} »."
            ) from None


def preparer(config: Config, demo: str | None) -> Contexte:
    """Database at head, reference data loaded, demonstration built once."""
    moteur = creer_moteur(config.database_url)
    migrer(moteur)
    moteur.dispose()
    ctx = creer_contexte(config)
    charger_referentiels(ctx)
    with ctx.lecture() as s:
        vide = s.scalar(select(Territoire.id).limit(1)) is None
    if demo and vide:
        dire("Préparation de la démonstration (une seule fois)…")
        semer_demonstration(ctx, demo, ctx.aujourdhui())
    return ctx


def annoncer(ctx: Contexte, port: int) -> None:
    """Say where to look, and with which accounts."""
    dire(f"\nLa Place des clauses : http://127.0.0.1:{port}  (Ctrl-C pour arrêter)")
    if not ctx.config.mode_demo:
        return
    from seeds.demo.comptes import comptes_de_demonstration

    dire("\nComptes de démonstration (personnes fictives) :")
    for role, courriel, mot_de_passe, note in comptes_de_demonstration():
        dire(f"  {role:<16} {courriel:<26} {mot_de_passe}  {note}")
    dire("")


def lancer(args: argparse.Namespace) -> int:
    """Serve until stopped; when one of the two processes ends, the other is stopped too."""
    config = lire_config()
    port_libre(args.port)
    ctx = preparer(config, args.demo)
    ctx.sessions.kw["bind"].dispose()
    environnement = os.environ | {"DATABASE_URL": config.database_url}
    serveur = [
        sys.executable,
        "-m",
        "gunicorn",
        "--no-control-socket",
        "-w",
        str(args.workers),
        "--log-level",
        "warning",
    ]
    serveur += ["-b", f"127.0.0.1:{args.port}", "wsgi:app"]
    planificateur = [sys.executable, "-m", "marketplace.cli", "scheduler"]
    processus = [
        subprocess.Popen(serveur, cwd=RACINE, env=environnement),
        subprocess.Popen(planificateur, cwd=RACINE, env=environnement),
    ]

    def arreter(*_: int | FrameType | None) -> None:
        for p in processus:
            if p.poll() is None:
                p.send_signal(signal.SIGTERM)

    signal.signal(signal.SIGTERM, arreter)
    annoncer(ctx, args.port)
    try:
        while all(p.poll() is None for p in processus):
            time.sleep(0.3)
    except KeyboardInterrupt:
        pass
    arreter()
    codes = [p.wait(timeout=20) for p in processus]
    return 0 if all(c in {0, -signal.SIGTERM, -signal.SIGINT, 130} for c in codes) else 1
