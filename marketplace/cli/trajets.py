"""import trajets: routed car times or a GTFS extract; journeys of the rankings follow at once."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from marketplace.app import creer_contexte
from marketplace.cli.sortie import dire, imprimer_json
from marketplace.comptes.roles import systeme
from marketplace.erreurs import RegleViolee
from marketplace.marches.imports.fichiers import lire_fichier
from marketplace.propositions.trajets import LIBELLES, lire_trajets, retirer_trajets, utiliser_trajets


def ajouter(formats: Any) -> None:
    """Declare « import trajets » among the formats."""
    p = formats.add_parser("trajets", help="temps de voiture calculés (CSV) ou horaires des transports (GTFS)")
    p.add_argument("fichier", type=Path, metavar="FICHIER")
    p.add_argument("--source", default="", help="d'où viennent ces trajets, et leur licence")
    p.add_argument("--territoire", metavar="CODE", help="si la base en tient plusieurs")
    p.add_argument("--dry-run", action="store_true", help="tout lire et mesurer, ne rien écrire")
    p.add_argument("--json", action="store_true")
    p.set_defaults(action=importer)
    r = formats.add_parser("retirer-trajets", help="retire une version : la précédente, ou l'estimation, revient")
    r.add_argument("numero", type=int, metavar="ID", help="identifiant rendu par « import trajets »")
    r.add_argument("--territoire", metavar="CODE", help="si la base en tient plusieurs")
    r.set_defaults(action=retirer)


def _territoire(args: argparse.Namespace, ctx: Any) -> int:
    from marketplace.cli.marches import territoire_choisi  # this family declares ours

    with ctx.lecture() as s:
        return territoire_choisi(s, args.territoire)


def importer(args: argparse.Namespace) -> int:
    """Read, measure and use a file; exit 0 when it was used, or would be with --dry-run."""
    ctx = creer_contexte()
    acteur = systeme(_territoire(args, ctx))
    lu = lire_trajets(
        ctx,
        acteur,
        nom=args.fichier.name,
        contenu=lire_fichier(args.fichier),
        source=args.source,
        garder=not args.dry_run,
    )
    refuse = any(p["bloquant"] for p in lu.problemes)
    if lu.releve_id is not None:
        utiliser_trajets(ctx, acteur, lu.releve_id)
    if args.json:
        objet = {
            "genre": lu.genre.value,
            "id": lu.releve_id,
            "resume": dict(lu.resume),
            "problemes": list(lu.problemes),
        }
        imprimer_json(objet | {"tus": lu.tus, "refuse": refuse})
    else:
        for x in lu.problemes:
            ou = f"{x['fichier']}, ligne {x['ligne']}" if x["ligne"] else x["fichier"]
            dire(f"  {ou} : {x['texte']}")
        if lu.tus:
            dire(f"  et {lu.tus} autres.")
        print(f"{LIBELLES[lu.genre]} : " + ", ".join(f"{k.replace('_', ' ')} {v}" for k, v in lu.resume.items()))
    if refuse:
        raise RegleViolee("Fichier refusé : corrigez les lignes dites ci-dessus. Rien n'est écrit.")
    if not args.json:
        dire("Rien n'est écrit : essai à blanc." if args.dry_run else f"Utilisés dès maintenant (id {lu.releve_id}).")
    return 0


def retirer(args: argparse.Namespace) -> int:
    """Withdraw a version."""
    ctx = creer_contexte()
    retirer_trajets(ctx, systeme(_territoire(args, ctx)), args.numero)
    dire("Version retirée.")
    return 0
