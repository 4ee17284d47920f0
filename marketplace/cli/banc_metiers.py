"""The bench of the trades one types: quality on a labelled file, and time against an empty page of the same run."""

from __future__ import annotations

import csv
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from marketplace.app import create_app, creer_contexte
from marketplace.config import lire_config
from marketplace.erreurs import FichierRefuse

ADRESSE = "/suggestions/metiers"
PAGE_VIDE = "/accessibilite"
"""A page of the same application that reads nothing: what any answer costs."""
RAPPORT_MAX = 3.0
PREMIER_MIN, CINQ_MIN = 0.97, 0.995
LIBELLES, CODES = ("libelle_ancien", "libelle"), ("code_rome4", "codes_acceptables", "code_rome")


def _lire(fichier: Path) -> list[tuple[str, frozenset[str]]]:
    """(wording, codes that are right); lines without a code name no trade and are left out."""
    try:
        with fichier.open(encoding="utf-8", newline="") as flux:
            lignes = list(csv.DictReader(flux))
    except (OSError, UnicodeDecodeError, csv.Error) as panne:
        raise FichierRefuse(f"{fichier} est illisible ({panne}).") from None
    colonnes = set(lignes[0]) if lignes else set()
    libelle = next((c for c in LIBELLES if c in colonnes), None)
    codes = next((c for c in CODES if c in colonnes), None)
    if libelle is None or codes is None:
        attendues = f"une de {', '.join(LIBELLES)} et une de {', '.join(CODES)}"
        raise FichierRefuse(f"{fichier} : colonnes attendues, {attendues}.")
    lues = [(ligne[libelle] or "", frozenset((ligne[codes] or "").split())) for ligne in lignes]
    return [(texte, justes) for texte, justes in lues if texte and justes]


def _quantile(mesures: list[float], part: float) -> float:
    triees = sorted(mesures)
    return triees[min(len(triees) - 1, int(len(triees) * part))]


def _appeler(client: FlaskClient, adresse: str, **champs: str) -> tuple[Any, float, float]:
    """(answer, milliseconds, milliseconds of processor)."""
    debut, calcul = time.perf_counter(), time.process_time()
    reponse = client.get(adresse, query_string=champs)
    return reponse, (time.perf_counter() - debut) * 1000, (time.process_time() - calcul) * 1000


def banc_metiers(fichier: Path, tours: int) -> dict[str, Any]:
    """Ask the application for every wording, an empty page between each: the right code's place, and both times.

    `rapport_p95` compares clock times, `rapport_p95_processeur` processor times, which a loaded machine leaves alone.
    """
    cas = _lire(fichier)
    if not cas:
        raise FichierRefuse(f"{fichier} ne contient aucun libellé avec son métier.")
    ctx = creer_contexte(replace(lire_config(), limites_actives=False))
    client = create_app(ctx).test_client()
    _appeler(client, ADRESSE, q=cas[0][0])  # the index is built once a process
    _appeler(client, PAGE_VIDE)
    temps: dict[str, list[float]] = {"tape": [], "tape_calcul": [], "vide": [], "vide_calcul": []}
    premiers = cinq = questions = 0
    for tour in range(tours):
        for texte, justes in cas:
            reponse, duree, calcul = _appeler(client, ADRESSE, q=texte)
            temps["tape"].append(duree)
            temps["tape_calcul"].append(calcul)
            _, duree, calcul = _appeler(client, PAGE_VIDE)
            temps["vide"].append(duree)
            temps["vide_calcul"].append(calcul)
            if tour == 0:
                lignes = reponse.get_json()
                codes = [x["valeur"] for x in lignes if x["valeur"]]
                premiers += bool(codes) and codes[0] in justes
                cinq += bool(justes & set(codes[:5]))
                questions += any("question" in x for x in lignes)
    ctx.sessions.kw["bind"].dispose()
    nombre = len(cas)
    p95 = {nom: _quantile(mesures, 0.95) for nom, mesures in temps.items()}
    rapport, calcul = p95["tape"] / p95["vide"], p95["tape_calcul"] / p95["vide_calcul"]
    return {
        "libelles": nombre,
        "tours": tours,
        "premier": round(premiers / nombre, 4),
        "cinq_premiers": round(cinq / nombre, 4),
        "questions": questions,
        "p50_ms": round(_quantile(temps["tape"], 0.5), 2),
        "p95_ms": round(p95["tape"], 2),
        "page_vide_p95_ms": round(p95["vide"], 2),
        "rapport_p95": round(rapport, 2),
        "rapport_p95_processeur": round(calcul, 2),
        "tenu": premiers / nombre >= PREMIER_MIN and cinq / nombre >= CINQ_MIN and min(rapport, calcul) <= RAPPORT_MAX,
    }
