"""import reprise: the workbook of a facilitateur who arrives, taken over whole."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from marketplace.app import creer_contexte
from marketplace.cli.sortie import dire, imprimer_json
from marketplace.comptes.roles import Role, systeme
from marketplace.erreurs import FichierRefuse
from marketplace.marches.imports.fichiers import lire_fichier
from marketplace.reprise.examen import Examen
from marketplace.reprise.reponses import Reponses, lire_reponses
from marketplace.reprise.rules.champs import IGNOREE
from marketplace.reprise.services import examiner, reprendre


def ajouter(formats: Any) -> None:
    """Declare « import reprise » among the formats."""
    p = formats.add_parser("reprise", help="classeur d'un facilitateur : marchés, heures déjà faites, personnes")
    p.add_argument("fichier", type=Path)
    p.add_argument("--territoire", metavar="CODE", help="si la base en tient plusieurs")
    p.add_argument("--mapping", type=Path, metavar="F", help="réponses : feuilles, colonnes, valeurs (JSON)")
    p.add_argument("--dry-run", action="store_true", help="tout lire, ne rien écrire")
    p.add_argument("--json", action="store_true")
    p.set_defaults(action=importer)


def lire_mapping(chemin: Path | None) -> Reponses:
    """The answers kept in a file. Raises FichierRefuse when it is no JSON object."""
    if chemin is None:
        return Reponses()
    try:
        objet = json.loads(lire_fichier(chemin).decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise FichierRefuse(f"{chemin} n'est pas un JSON lisible : vérifiez-le, puis recommencez.") from None
    return lire_reponses(objet)


def importer(args: argparse.Namespace) -> int:
    """Take a workbook over; exit 0 when it was applied. A value that nobody decided refuses the rows that hold it."""
    from marketplace.cli.marches import territoire_choisi

    ctx = creer_contexte()
    reponses = lire_mapping(args.mapping)
    contenu = lire_fichier(args.fichier)
    with ctx.lecture() as s:
        territoire_id = territoire_choisi(s, args.territoire)
    acteur = replace(systeme(territoire_id), role=Role.FACILITATEUR)
    ref = None
    if args.dry_run:
        examen = examiner(ctx, acteur, contenu, args.fichier.name, reponses)
    else:
        ref, examen = reprendre(ctx, acteur, contenu, args.fichier.name, reponses)
    if args.json:
        imprimer_json(en_dict(examen, ref))
    else:
        _raconter(examen, ref, essai=args.dry_run)
    return 0


def en_dict(examen: Examen, ref: str | None) -> dict[str, Any]:
    """The outcome as the command prints it. `decisions` can be answered in the mapping file, under « valeurs »."""
    plan = examen.plan
    return {
        "reprise": ref,
        "marches": {"lus": len(plan.marches), "crees": len(plan.nouveaux)},
        "personnes": {"lues": len(plan.personnes), "creees": len(plan.a_inscrire)},
        "heures": float(plan.heures),
        "solde_au": examen.solde_au.isoformat(),
        "totaux": [
            {
                "libelle": t.libelle,
                "annonce": None if t.annonce is None else float(t.annonce),
                "lu": float(t.lu),
                "apres": float(t.apres),
                "egal": t.egal,
            }
            for t in examen.totaux
        ],
        "decisions": [
            {
                "champ": d.champ,
                "valeur": d.valeur,
                "lignes": d.nombre,
                "proposee": d.cible,
                "choix": [{"cible": c.code, "libelle": c.libelle} for c in d.suggestions],
            }
            for d in examen.decisions
        ],
        "colonnes_retirees": list(examen.retirees),
        "avertissements": plan.avertissements,
        "refuses": [{"ligne": r.ligne, "id": r.id, "motif": r.motif} for r in examen.refuses],
    }


def _raconter(examen: Examen, ref: str | None, *, essai: bool) -> None:
    for g in examen.grilles:
        genre = g.genre if g.genre != IGNOREE else "laissée de côté"
        dire(f"Feuille « {g.nom} » : {genre}, {len(g.lignes)} lignes.")
    for t in examen.totaux:
        annonce = "" if t.annonce is None else f" (le classeur annonce {t.annonce})"
        dire(f"  {t.libelle} : {t.lu} lus, {t.apres} après la reprise{annonce}{'' if t.egal else ' : ÉCART'}")
    for colonne in examen.retirees:
        dire(f"  colonne retirée : {colonne}")
    for d in examen.decisions:
        dire(f"  à décider, {d.champ} « {d.valeur} » ({d.nombre} lignes) : proposé « {d.libelle or 'ignorer'} »")
    for texte in examen.plan.avertissements:
        dire(f"  {texte}")
    for r in examen.refuses:
        dire(f"  {r.id}, ligne {r.ligne} : {r.motif}")
    if essai:
        dire("Essai à blanc : rien n'est écrit.")
    elif ref is None:
        dire("Rien de nouveau : rien n'est écrit.")
    else:
        dire(f"Reprise {ref} : {len(examen.plan.nouveaux)} marchés, {len(examen.plan.a_inscrire)} personnes.")
