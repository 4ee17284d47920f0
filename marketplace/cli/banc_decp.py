"""bench decp: importing published contracts, against json and a bare bulk insert of the same rows.

The file is fictitious and shaped as the official schema wants (all its usual fields, a modification and a
sub-contract on some). The floor reads the file with json and inserts, with SQLAlchemy Core, the very rows that the
import wrote into the same two tables of an empty base. Both in turns, the quickest of each kept.
"""

from __future__ import annotations

import json
import secrets
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select

from marketplace.app import creer_contexte
from marketplace.cli.base import migrer
from marketplace.comptes.roles import systeme
from marketplace.config import Config
from marketplace.contexte import Contexte
from marketplace.db import creer_moteur
from marketplace.marches.imports.decp import importer_decp
from marketplace.marches.models import MarcheDecp, VersionDecp
from marketplace.territoire.models import Territoire

SEUIL = 5.0
TABLES: tuple[Any, ...] = (MarcheDecp.__table__, VersionDecp.__table__)
CPV = ("45262500-6", "90910000-9", "77310000-6", "45233140-2", "55520000-1")


def _siret(numero: int) -> str:
    """A fictitious SIRET whose key holds."""
    treize = f"{2_000_000_000_000 + numero * 7919:013d}"
    total = sum(sum(divmod(int(c) * (2 - rang % 2), 10)) for rang, c in enumerate(treize))
    return f"{treize}{-total % 10}"


def _fiche(i: int) -> dict[str, Any]:
    """One fictitious record."""
    sociale = "Clause sociale" if i % 4 == 0 else "Pas de considération sociale"
    fiche: dict[str, Any] = {
        "id": f"2026{i:08d}",
        "acheteur": {"id": _siret(i % 300)},
        "nature": "Marché",
        "objet": f"Travaux fictifs du banc, lot {i % 40} de l'opération exemple {i // 40}",
        "codeCPV": CPV[i % len(CPV)],
        "procedure": "Procédure adaptée",
        "lieuExecution": {"code": "34172", "typeCode": "Code commune"},
        "dureeMois": 6 + i % 30,
        "dateNotification": f"2025-{i % 12 + 1:02d}-{i % 28 + 1:02d}",
        "datePublicationDonnees": f"2026-{i % 9 + 1:02d}-15",
        "montant": 40_000 + i % 900_000,
        "formePrix": "Unitaire",
        "offresRecues": i % 9 + 1,
        "marcheInnovant": False,
        "ccag": "Travaux",
        "sousTraitanceDeclaree": False,
        "attributionAvance": False,
        "typesPrix": {"typePrix": ["Définitif ferme"]},
        "modalitesExecution": {"modaliteExecution": ["Tranches"]},
        "techniques": {"technique": ["Sans objet"]},
        "considerationsSociales": {"considerationSociale": [sociale]},
        "considerationsEnvironnementales": {"considerationEnvironnementale": ["Clause environnementale"]},
        "titulaires": [{"titulaire": {"typeIdentifiant": "SIRET", "id": _siret(1000 + i % 5000)}}],
    }
    if i % 20 == 0:
        fiche["modifications"] = [
            {
                "modification": {
                    "id": 1,
                    "dateNotificationModification": "2026-05-04",
                    "datePublicationDonneesModification": "2026-05-20",
                    "montant": fiche["montant"] + 5_000,
                }
            }
        ]
    return fiche


def fichier_de_banc(nombre: int) -> bytes:
    """A v2 file of that many fictitious records."""
    marches = {"marche": [_fiche(i) for i in range(nombre)]}
    return json.dumps({"marches": marches}, ensure_ascii=False).encode()


def _base_neuve(dossier: Path) -> Contexte:
    url = f"sqlite:///{dossier / f'{secrets.token_hex(4)}.db'}"
    moteur = creer_moteur(url)
    migrer(moteur)
    moteur.dispose()
    ctx = creer_contexte(Config(database_url=url, cle_secrete=secrets.token_hex(32)))
    with ctx.transaction() as s:
        s.add(Territoire(id=1, code="banc", nom="Banc", departements=["34"], cree_le=ctx.horloge()))
    return ctx


def _lignes_ecrites(connexion: Connection) -> list[list[dict[str, Any]]]:
    return [[dict(ligne._mapping) for ligne in connexion.execute(select(table))] for table in TABLES]


def banc_decp(nombre: int = 50_000, tours: int = 3) -> dict[str, Any]:
    """Both times, in seconds, and their ratio."""
    contenu = fichier_de_banc(nombre)
    imports, planchers = [], []
    resultat: Any = None
    with tempfile.TemporaryDirectory(prefix="banc-") as temporaire:
        for _ in range(tours):
            ctx = _base_neuve(Path(temporaire))
            debut = time.perf_counter()
            resultat = importer_decp(ctx, systeme(1), contenu)
            imports.append(time.perf_counter() - debut)
            with ctx.sessions.kw["bind"].connect() as connexion:
                lignes = _lignes_ecrites(connexion)
            ctx.sessions.kw["bind"].dispose()
            nue = _base_neuve(Path(temporaire)).sessions.kw["bind"]
            debut = time.perf_counter()
            json.loads(contenu)
            with nue.begin() as connexion:
                for table, valeurs in zip(TABLES, lignes, strict=True):
                    connexion.execute(insert(table), valeurs)
            planchers.append(time.perf_counter() - debut)
            nue.dispose()
    rapport = min(imports) / min(planchers)
    return {
        "fiches": nombre,
        "octets": len(contenu),
        "crees": resultat.crees,
        "refuses": len(resultat.refuses),
        "import_s": round(min(imports), 2),
        "plancher_s": round(min(planchers), 2),
        "rapport": round(rapport, 2),
        "seuil": SEUIL,
        "tenu": rapport <= SEUIL,
    }
