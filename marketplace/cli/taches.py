"""job, scheduler: the table of jobs, one run by hand, the process that runs them."""

from __future__ import annotations

import argparse
from typing import Any

from sqlalchemy import select

from marketplace.app import creer_contexte
from marketplace.cli.base import jour
from marketplace.cli.sortie import dire, imprimer_json, tableau
from marketplace.contexte import PARIS
from marketplace.erreurs import ErreurExploitation
from marketplace.journal.models import Passage
from marketplace.scheduler.jobs import TACHES, tache
from marketplace.scheduler.periodes import periode
from marketplace.scheduler.process import executer, planifier, reclamer


def ajouter(commandes: Any) -> None:
    """Declare the commands of this family."""
    p = commandes.add_parser("job", help="liste les tâches, ou en lance une")
    actes = p.add_subparsers(dest="acte", metavar="ACTE", required=True)
    q = actes.add_parser("list", help="les tâches et leur dernier passage")
    q.add_argument("--json", action="store_true")
    q.set_defaults(action=lister)
    q = actes.add_parser("run", help="lance une tâche pour une date")
    q.add_argument("nom")
    q.add_argument("--le", type=jour, metavar="DATE", help="date de la tâche (aujourd'hui par défaut)")
    q.add_argument("--dry-run", action="store_true", help="compte sans rien écrire")
    q.add_argument("--json", action="store_true")
    q.set_defaults(action=lancer)
    p = commandes.add_parser("scheduler", help="lance le planificateur, jusqu'à ce qu'on l'arrête")
    p.set_defaults(action=servir)


def servir(_: argparse.Namespace) -> int:
    """Run the scheduler until stopped."""
    planifier(creer_contexte())
    return 0


def lister(args: argparse.Namespace) -> int:
    """Print the jobs."""
    ctx = creer_contexte()
    with ctx.lecture() as s:
        derniers = {p.tache: p for p in s.scalars(select(Passage).order_by(Passage.commence_le))}
    lignes = [
        {
            "nom": t.nom,
            "libelle": t.libelle,
            "rythme": str(t.rythme),
            "periodes_manquees": "regroupées" if t.regroupe else "une par une",
            "dernier_passage": derniers[t.nom].commence_le.isoformat() if t.nom in derniers else None,
            "etat": str(derniers[t.nom].etat) if t.nom in derniers else None,
        }
        for t in TACHES
    ]
    if args.json:
        imprimer_json(lignes)
    else:
        tableau(list(lignes[0]), [list(ligne.values()) for ligne in lignes])
    return 0


def lancer(args: argparse.Namespace) -> int:
    """Run one job for one date: recorded like the scheduler's own, unless --dry-run."""
    choisie = tache(args.nom)
    if choisie is None:
        noms = ", ".join(t.nom for t in TACHES)
        raise ErreurExploitation(f"Il n'y a pas de tâche « {args.nom} » : choisissez parmi {noms}.")
    ctx = creer_contexte()
    le = args.le or ctx.aujourdhui()
    if args.dry_run:
        resume = choisie.fonction(ctx, le, dry_run=True)
    else:
        local = ctx.horloge().astimezone(PARIS).replace(year=le.year, month=le.month, day=le.day)
        cle = periode(choisie.rythme, local)
        if not reclamer(ctx, choisie.nom, cle):
            dire(f"La période {cle} de « {choisie.nom} » est déjà faite : rien à faire.")
            resume = {"deja_faite": cle}
        elif not executer(ctx, choisie, cle, le):
            with ctx.lecture() as s:
                erreur = s.scalar(select(Passage.erreur).where(Passage.tache == choisie.nom, Passage.periode == cle))
            raise ErreurExploitation(f"La tâche « {choisie.nom} » a échoué : {erreur}")
        else:
            with ctx.lecture() as s:
                resume = (
                    s.scalar(select(Passage.resume).where(Passage.tache == choisie.nom, Passage.periode == cle)) or {}
                )
    if args.json:
        imprimer_json({"tache": choisie.nom, "le": le, "dry_run": args.dry_run, "resume": resume})
    else:
        tableau(["quoi", "combien"], [[k, v] for k, v in resume.items()])
    return 0
