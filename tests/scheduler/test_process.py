"""Each period of each job runs exactly once, whatever stops and starts."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

from sqlalchemy import select

from marketplace.contexte import Contexte
from marketplace.journal.models import EtatPassage, Passage
from marketplace.scheduler.jobs import TACHES, Tache
from marketplace.scheduler.periodes import Rythme
from marketplace.scheduler.process import executer_dues, reclamer
from tests.conftest import Horloge


class Temoin:
    """A job that notes its dates, and fails on request."""

    def __init__(self) -> None:
        self.dates: list[date] = []
        self.pannes = 0

    def __call__(self, ctx: Contexte, le: date, *, dry_run: bool = False) -> dict[str, Any]:
        if self.pannes:
            self.pannes -= 1
            raise RuntimeError("panne simulée")
        self.dates.append(le)
        return {"vus": 1}


def taches(une_par_une: Temoin, regroupee: Temoin) -> tuple[Tache, ...]:
    return (
        Tache("nuit", "Une par une", Rythme.QUOTIDIEN, 2, False, une_par_une),
        Tache("ensemble", "Regroupée", Rythme.QUOTIDIEN, 2, True, regroupee),
    )


def passages(ctx: Contexte) -> list[tuple[str, str, str]]:
    with ctx.lecture() as s:
        requete = select(Passage.tache, Passage.periode, Passage.etat).order_by(Passage.tache, Passage.periode)
        return [(t, p, str(e)) for t, p, e in s.execute(requete)]


def test_trois_jours_d_arret_puis_deux_planificateurs_chaque_periode_passe_une_fois(
    ctx: Contexte, horloge: Horloge
) -> None:
    un, ensemble = Temoin(), Temoin()
    table = taches(un, ensemble)
    executer_dues(ctx, table)
    horloge.avancer(days=3)
    depart = threading.Barrier(2)

    def planificateur() -> None:
        depart.wait()
        executer_dues(ctx, table)

    fils = [threading.Thread(target=planificateur) for _ in range(2)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    executer_dues(ctx, table)
    assert sorted(un.dates) == [date(2026, 11, j) for j in (21, 22, 23, 24)]
    assert sorted(ensemble.dates) == [date(2026, 11, 21), date(2026, 11, 24)]
    assert [p for t, p, _ in passages(ctx) if t == "nuit"] == [f"2026-11-{j}" for j in (21, 22, 23, 24)]


def test_une_tache_qui_echoue_n_arrete_pas_les_autres_et_se_reprend(ctx: Contexte) -> None:
    un, ensemble = Temoin(), Temoin()
    un.pannes = 1
    executer_dues(ctx, taches(un, ensemble))
    assert ensemble.dates == [date(2026, 11, 21)]
    assert ("nuit", "2026-11-21", EtatPassage.ECHOUE) in passages(ctx)
    executer_dues(ctx, taches(un, ensemble))
    assert un.dates == [date(2026, 11, 21)]
    assert ensemble.dates == [date(2026, 11, 21)]


def test_apres_trois_echecs_la_periode_est_laissee_a_l_exploitant(ctx: Contexte) -> None:
    un, ensemble = Temoin(), Temoin()
    un.pannes = 5
    for _ in range(5):
        executer_dues(ctx, taches(un, ensemble))
    assert un.pannes == 2


def test_un_passage_abandonne_depuis_deux_heures_est_repris(ctx: Contexte, horloge: Horloge) -> None:
    assert reclamer(ctx, "nuit", "2026-11-21")
    assert not reclamer(ctx, "nuit", "2026-11-21")
    horloge.avancer(hours=3)
    assert reclamer(ctx, "nuit", "2026-11-21")


def test_le_passage_regroupe_dit_ce_qu_il_a_rattrape(ctx: Contexte, horloge: Horloge) -> None:
    table = taches(Temoin(), Temoin())
    executer_dues(ctx, table)
    horloge.avancer(days=2)
    executer_dues(ctx, table)
    with ctx.lecture() as s:
        resume = s.scalar(select(Passage.resume).where(Passage.tache == "ensemble", Passage.periode == "2026-11-23"))
    assert resume == {"vus": 1, "periodes_regroupees": ["2026-11-22"]}


def test_la_table_des_taches_n_a_pas_de_doublon() -> None:
    noms = [t.nom for t in TACHES]
    assert len(noms) == len(set(noms))
