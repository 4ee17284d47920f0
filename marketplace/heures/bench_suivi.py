"""How long the nightly follow-up takes on a big ledger, against one bare GROUP BY over its validated lines.

`marketplace bench heures` fills an empty base (`--base`, else a SQLite file thrown away), at a tenth of the size then
at full size. Floor and follow-up are measured in turn, several times, in elapsed time and in time of work of both
sides (this process and, on PostgreSQL, the server's): on a busy machine the second one is the one to read. Each size is
measured in a process of its own, so that the peak of memory is that of the follow-up.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text

from marketplace.config import url_normalisee
from marketplace.contexte import Contexte
from marketplace.heures.bench import LE, TABLES_VISEES, contexte_de_banc, remplir
from marketplace.heures.models import DecisionLigne, Declaration, EtatDeclaration, EtatLigne, LigneHeures
from marketplace.heures.taches import suivre_clauses
from marketplace.journal.models import Alerte

TOURS = 5
PETIT = 10
"""The small ledger is this many times smaller."""


def regroupement_nu(ctx: Contexte) -> None:
    """The floor: one GROUP BY clause, month over the validated lines, every row fetched."""
    requete = (
        select(LigneHeures.marche_id, LigneHeures.mois, func.sum(DecisionLigne.valorisees))
        .join(DecisionLigne, DecisionLigne.ligne_id == LigneHeures.id)
        .join(Declaration, Declaration.id == LigneHeures.declaration_id)
        .where(
            DecisionLigne.en_vigueur.is_(True),
            DecisionLigne.etat == EtatLigne.COMPTEE,
            Declaration.etat == EtatDeclaration.VALIDEE,
        )
        .group_by(LigneHeures.marche_id, LigneHeures.mois)
    )
    with ctx.lecture() as s:
        for _ in s.execute(requete):
            pass


def _chronometrer(ctx: Contexte, acte: Callable[[], Any]) -> tuple[float, float]:
    """Seconds elapsed, and seconds of work of this process and of the database server."""
    serveur = _travail_du_serveur(ctx)
    debut, travail = time.perf_counter(), time.process_time()
    acte()
    return (
        time.perf_counter() - debut,
        time.process_time() - travail + _travail_du_serveur(ctx) - serveur,
    )


def _travail_du_serveur(ctx: Contexte) -> float:
    """Seconds of work of a PostgreSQL server of this machine since it started; 0 for SQLite, or out of sight."""
    moteur = ctx.sessions.kw["bind"]
    if moteur.dialect.name != "postgresql":
        return 0.0
    with moteur.connect() as connexion:
        pid = connexion.execute(text("SELECT pg_backend_pid()")).scalar_one()
    try:
        maitre = int(_stat(pid)[1])
        processus = [
            p.name for p in Path("/proc").iterdir() if p.name.isdigit() and int(_stat(int(p.name))[1]) == maitre
        ]
        temps = sum(sum(map(int, _stat(int(p))[11:13])) for p in processus)
        temps += sum(map(int, _stat(maitre)[11:15]))
    except (OSError, IndexError):
        return 0.0
    return temps / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    """Fields of /proc/PID/stat after the name: state, parent, … own time (11, 12), that of reaped children (13, 14)."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2].split()


def _resume(mesures: list[float]) -> dict[str, float]:
    return {"min": round(min(mesures), 3), "mediane": round(statistics.median(mesures), 3)}


def mesurer(ctx: Contexte, tours: int = TOURS) -> dict[str, Any]:
    """Floor and follow-up in turn: the first night opens every alerte, the next ones only check."""
    resumes: list[dict[str, Any]] = []
    premiere = _chronometrer(ctx, lambda: resumes.append(suivre_clauses(ctx, LE)))
    # Read before the first floor: fetching every group at once is what the bare query does, not the follow-up.
    memoire = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    planchers, nuits = [], []
    for _ in range(tours):
        planchers.append(_chronometrer(ctx, lambda: regroupement_nu(ctx)))
        nuits.append(_chronometrer(ctx, lambda: resumes.append(suivre_clauses(ctx, LE))))
    with ctx.lecture() as s:
        ouvertes = s.scalar(select(func.count()).select_from(Alerte).where(Alerte.fermee_le.is_(None)))
    return {
        "marches": resumes[-1]["vus"],
        "alertes_ouvertes": ouvertes,
        "refuses": len(resumes[-1]["refuses"]),
        "premiere_nuit_s": round(premiere[0], 3),
        "plancher_s": _resume([p[0] for p in planchers]),
        "nuit_s": _resume([n[0] for n in nuits]),
        "plancher_travail_s": _resume([p[1] for p in planchers]),
        "nuit_travail_s": _resume([n[1] for n in nuits]),
        "rapport": _resume([n[0] / p[0] for n, p in zip(nuits, planchers, strict=True)]),
        "rapport_travail": _resume([n[1] / p[1] for n, p in zip(nuits, planchers, strict=True)]),
        "memoire_mo": round(memoire, 1),
    }


def _dans_son_processus(url: str, tours: int, sortie: Any) -> None:
    ctx = contexte_de_banc(url)
    sortie.put(mesurer(ctx, tours))
    ctx.sessions.kw["bind"].dispose()


def _une_taille(url: str, marches: int, contrats: int, lignes: int, tours: int) -> dict[str, Any]:
    ctx = contexte_de_banc(url)
    debut = time.perf_counter()
    remplir(ctx, marches, contrats, lignes)
    remplissage = time.perf_counter() - debut
    moteur = ctx.sessions.kw["bind"]
    if moteur.dialect.name == "postgresql":
        with moteur.connect().execution_options(isolation_level="AUTOCOMMIT") as connexion:
            connexion.execute(text("VACUUM ANALYZE"))
    moteur.dispose()
    contexte = multiprocessing.get_context("spawn")
    sortie = contexte.Queue()
    enfant = contexte.Process(target=_dans_son_processus, args=(url, tours, sortie))
    enfant.start()
    resultat: dict[str, Any] = sortie.get()
    enfant.join()
    return {"remplissage_s": round(remplissage, 1), **resultat}


def banc(marches: int, contrats: int, lignes: int, *, base: str | None = None, tours: int = TOURS) -> dict[str, Any]:
    """Measure a ledger a tenth of this size, then this size; `base` names an empty base, emptied again at the end."""
    tailles = {"petit": (marches // PETIT, contrats // PETIT, lignes // PETIT), "entier": (marches, contrats, lignes)}
    resultat: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as dossier:
        for nom, taille in tailles.items():
            url = url_normalisee(base or os.environ.get("BENCH_DATABASE_URL") or f"sqlite:///{Path(dossier) / nom}.db")
            try:
                resultat[nom] = _une_taille(url, *taille, tours)
            finally:
                moteur = contexte_de_banc(url).sessions.kw["bind"]
                TABLES_VISEES.drop_all(moteur)
                moteur.dispose()
    petit, entier = resultat["petit"], resultat["entier"]
    resultat["memoire"] = {
        f"{petit['marches']} marchés (Mo)": petit["memoire_mo"],
        f"{entier['marches']} marchés (Mo)": entier["memoire_mo"],
    }
    return resultat
