"""Runs what is due: one row per (job, period), claimed under a unique key, so that nothing runs twice.

APScheduler is only the ticker; what is due is asked of the database. A missed night is caught up, a second process
finds every period already taken.
"""

from __future__ import annotations

import logging
import signal
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from apscheduler.schedulers.blocking import BlockingScheduler
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as insert_pg
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from marketplace.contexte import PARIS, Contexte
from marketplace.journal.models import BattementPlanificateur, EtatPassage, Passage
from marketplace.scheduler.jobs import TACHES, Tache
from marketplace.scheduler.periodes import dues, jour_de

JOURNAL = logging.getLogger("marketplace.planificateur")
ESSAIS_MAX = 3
ABANDON = timedelta(hours=2)


def reclamer(ctx: Contexte, tache: str, periode: str) -> bool:
    """Take a period of a job for this process; False when it is done, running, or failed too often.

    A run that failed may be tried again up to ESSAIS_MAX times; one that stayed « en cours » for two hours (its
    process was killed) is taken over.
    """
    maintenant = ctx.horloge()
    with ctx.transaction() as s:
        inserer = insert_pg if s.get_bind().dialect.name == "postgresql" else insert_sqlite
        nouvelle = s.execute(
            inserer(Passage)
            .values(
                tache=tache,
                periode=periode,
                etat=EtatPassage.EN_COURS,
                commence_le=maintenant,
                essais=1,
                resume={},
            )
            .on_conflict_do_nothing(index_elements=["tache", "periode"])
            .returning(Passage.id)
        ).first()
        if nouvelle is not None:
            return True
        reprise = s.execute(
            update(Passage)
            .where(
                Passage.tache == tache,
                Passage.periode == periode,
                Passage.essais < ESSAIS_MAX,
                (Passage.etat == EtatPassage.ECHOUE)
                | ((Passage.etat == EtatPassage.EN_COURS) & (Passage.commence_le < maintenant - ABANDON)),
            )
            .values(etat=EtatPassage.EN_COURS, commence_le=maintenant, essais=Passage.essais + 1)
            .returning(Passage.id)
        ).first()
        return reprise is not None


def executer(ctx: Contexte, tache: Tache, periode: str, le: date, regroupees: Sequence[str] = ()) -> bool:
    """Run one claimed period and write how it ended; a failure is recorded, never raised. Returns its success."""
    resume: dict[str, Any] = {}
    erreur: str | None = None
    try:
        resume = dict(tache.fonction(ctx, le, dry_run=False))
    except Exception as panne:  # noqa: BLE001 - one failing job must not stop the others
        erreur = f"{type(panne).__name__} : {panne}"[:2000]
        JOURNAL.exception("tâche %s, période %s : échec", tache.nom, periode)
    if regroupees:
        resume["periodes_regroupees"] = list(regroupees)
    with ctx.transaction() as s:
        s.execute(
            update(Passage)
            .where(Passage.tache == tache.nom, Passage.periode == periode)
            .values(
                etat=EtatPassage.ECHOUE if erreur else EtatPassage.REUSSI,
                fini_le=ctx.horloge(),
                resume=resume,
                erreur=erreur,
            )
        )
    return erreur is None


def executer_dues(ctx: Contexte, taches: Sequence[Tache] = TACHES) -> list[tuple[str, str]]:
    """Run every period that is due and free. Returns the (job, period) pairs run by this process."""
    local = ctx.horloge().astimezone(PARIS)
    faites: list[tuple[str, str]] = []
    for tache in taches:
        with ctx.lecture() as s:
            derniere = s.scalar(
                select(func.max(Passage.periode)).where(Passage.tache == tache.nom, Passage.etat == EtatPassage.REUSSI)
            )
        periodes = dues(tache.rythme, local, tache.heure, derniere)
        ancetres: list[str] = []
        if tache.regroupe and len(periodes) > 1:
            ancetres, periodes = periodes[:-1], periodes[-1:]
        for periode in periodes:
            if not reclamer(ctx, tache.nom, periode):
                continue
            executer(ctx, tache, periode, jour_de(tache.rythme, periode), ancetres)
            faites.append((tache.nom, periode))
    battre(ctx)
    return faites


def battre(ctx: Contexte) -> None:
    """Leave the heartbeat that /readyz reads."""
    with ctx.transaction() as s:
        battement = s.get(BattementPlanificateur, 1)
        if battement is None:
            s.add(BattementPlanificateur(id=1, quand=ctx.horloge()))
        else:
            battement.quand = ctx.horloge()


def planifier(ctx: Contexte) -> None:
    """Run until stopped (SIGTERM or Ctrl-C): one look at what is due at once, then one every minute."""
    planificateur = BlockingScheduler(timezone=PARIS)
    planificateur.add_job(
        executer_dues,
        "interval",
        minutes=1,
        args=[ctx],
        max_instances=1,
        coalesce=True,
        next_run_time=ctx.horloge(),
    )
    signal.signal(signal.SIGTERM, lambda *_: planificateur.shutdown(wait=False))
    JOURNAL.info("planificateur démarré, %s tâches", len(TACHES))
    try:
        planificateur.start()
    except (KeyboardInterrupt, SystemExit):
        JOURNAL.info("planificateur arrêté")
