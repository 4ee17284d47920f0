"""import siae: structures and their posts, from the pages of the public API or a CSV."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from marketplace.app import creer_contexte
from marketplace.cli.sortie import dire, imprimer_json
from marketplace.comptes.roles import systeme
from marketplace.marches.imports.fichiers import lire_fichier
from marketplace.offres.imports.siae import importer_siae


def ajouter(formats: Any) -> None:
    """Declare « import siae » among the formats."""
    p = formats.add_parser("siae", help="structures d'insertion et leurs postes (JSON de l'API, ou CSV)")
    p.add_argument("fichiers", type=Path, nargs="+", metavar="FICHIER")
    p.add_argument("--territoire", metavar="CODE", help="si la base en tient plusieurs")
    p.add_argument("--dry-run", action="store_true", help="tout lire, ne rien écrire")
    p.add_argument("--json", action="store_true")
    p.set_defaults(action=importer)


def importer(args: argparse.Namespace) -> int:
    """Import files; exit 0 when they were applied, even with refused lines."""
    from marketplace.cli.marches import territoire_choisi  # this family declares ours

    ctx = creer_contexte()
    with ctx.lecture() as s:
        territoire_id = territoire_choisi(s, args.territoire)
    contenus = [(str(f), lire_fichier(f)) for f in args.fichiers]
    r = importer_siae(ctx, systeme(territoire_id), contenus, dry_run=args.dry_run)
    if args.json:
        imprimer_json(r.en_dict())
        return 0
    dire("Rien n'est écrit : essai à blanc." if args.dry_run else "Import fait.")
    print(
        f"{r.lus} lus, {r.crees} créés, {r.mis_a_jour} mis à jour, {r.inchanges} inchangés, {r.fermes} fermés, "
        f"{len(r.refuses)} refusés, {len(r.signales)} à vérifier"
    )
    o = r.offres
    print(
        f"dont postes : {o.lus} lus, {o.crees} créés, {o.mis_a_jour} mis à jour, {o.inchanges} inchangés, "
        f"{o.fermes} fermés"
    )
    for titre, lignes in (("refusée", r.refuses), ("à vérifier", r.signales)):
        for ligne in lignes:
            dire(f"  ligne {ligne.ligne} ({ligne.id}), {titre} : {ligne.motif}")
    return 0
