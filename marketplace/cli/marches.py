"""dimensionner, import, export: how many hours a clause asks for, and marchés that come from files or go to one."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from marketplace.app import creer_contexte
from marketplace.cli import dimensionner, heures, reprise, siae, trajets
from marketplace.cli.sortie import dire, imprimer_json
from marketplace.comptes.roles import systeme
from marketplace.erreurs import ErreurExploitation, RegleViolee
from marketplace.marches.exports.decp import exporter_decp
from marketplace.marches.imports.decp import importer_decp
from marketplace.marches.imports.fichiers import lire_fichier
from marketplace.territoire.queries import territoires


def ajouter(commandes: Any) -> None:
    """Declare the commands of this family."""
    dimensionner.ajouter(commandes)
    p = commandes.add_parser("import", help="fait entrer des marchés depuis un fichier")
    formats = p.add_subparsers(dest="format", metavar="FORMAT", required=True)
    d = formats.add_parser("decp", help="données essentielles de la commande publique (JSON)")
    d.add_argument("fichier", type=Path)
    d.add_argument("--territoire", metavar="CODE", help="si la base en tient plusieurs")
    d.add_argument("--dry-run", action="store_true", help="tout lire, ne rien écrire")
    d.add_argument("--strict", action="store_true", help="tout refuser à la première erreur")
    d.add_argument("--json", action="store_true")
    d.set_defaults(action=import_decp)
    p = commandes.add_parser("export", help="fait sortir des marchés vers un fichier")
    sorties = p.add_subparsers(dest="format", metavar="FORMAT", required=True)
    d = sorties.add_parser("decp", help="considérations sociales de nos marchés, en données essentielles (JSON)")
    d.add_argument("fichier", type=Path, help="fichier à écrire")
    d.add_argument("--territoire", metavar="CODE", help="si la base en tient plusieurs")
    d.add_argument("--annee", type=int, help="marchés notifiés cette année-là")
    d.add_argument("--acheteur", metavar="SIRET", help="marchés de cet acheteur")
    d.add_argument("--json", action="store_true")
    d.set_defaults(action=export_decp)
    siae.ajouter(formats)
    trajets.ajouter(formats)
    heures.ajouter(formats)
    reprise.ajouter(formats)


def territoire_choisi(s: Session, code: str | None) -> int:
    """Id of the territory named, or of the only one. Raises RegleViolee when there is none, or several."""
    tous = territoires(s)
    if code is not None:
        trouve = next((t for t in tous if t.code == code), None)
        if trouve is None:
            raise RegleViolee(f"Aucun territoire ne porte le code « {code} ».")
        return trouve.id
    if not tous:
        raise RegleViolee("La base n'a pas de territoire : lancez « marketplace territoire add ».")
    if len(tous) > 1:
        codes = ", ".join(t.code for t in tous)
        raise RegleViolee(f"Plusieurs territoires dans cette base : ajoutez --territoire CODE ({codes}).")
    return tous[0].id


def import_decp(args: argparse.Namespace) -> int:
    """Import a file of essential data; exit 0 when it was applied, even with refused records."""
    ctx = creer_contexte()
    with ctx.lecture() as s:
        territoire_id = territoire_choisi(s, args.territoire)
    resultat = importer_decp(
        ctx, systeme(territoire_id), lire_fichier(args.fichier), dry_run=args.dry_run, strict=args.strict
    )
    if args.json:
        imprimer_json(asdict(resultat))
        return 0
    dire("Rien n'est écrit : essai à blanc." if args.dry_run else "Import fait.")
    print(
        f"{resultat.lus} lus, {resultat.crees} créés, {resultat.mis_a_jour} mis à jour, "
        f"{resultat.inchanges} inchangés, {resultat.pistes} pistes, {len(resultat.refuses)} refusés"
    )
    for refus in resultat.refuses:
        dire(f"  ligne {refus.ligne} ({refus.id}) : {refus.motif}")
    return 0


def export_decp(args: argparse.Namespace) -> int:
    """Write the notified marchés of a territory in DECP form; say what buyers must fill and what stayed out."""
    ctx = creer_contexte()
    with ctx.lecture() as s:
        territoire_id = territoire_choisi(s, args.territoire)
        export = exporter_decp(
            s, systeme(territoire_id), ctx.aujourdhui(), annee=args.annee, acheteur_siret=args.acheteur
        )
    try:
        args.fichier.write_bytes(export.octets())
    except OSError as panne:
        raise ErreurExploitation(f"Impossible d'écrire {args.fichier} ({panne.strerror}).") from None
    if args.json:
        imprimer_json(
            {
                "exportes": export.exportes,
                "incomplets": [{"ref": li.ref, "champs": list(li.details)} for li in export.incomplets],
                "ecartes": [{"ref": li.ref, "motif": li.details[0]} for li in export.ecartes],
            }
        )
        return 0
    print(
        f"{export.exportes} exportés, dont {len(export.incomplets)} à compléter par l'acheteur ; "
        f"{len(export.ecartes)} laissés de côté"
    )
    for ligne in export.ecartes:
        dire(f"  {ligne.ref} {ligne.intitule} : {ligne.details[0]}")
    return 0
