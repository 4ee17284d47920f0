"""rank: people for an offre, or offres for a person, with reasons. References only: names stay in the product."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

from marketplace.app import creer_contexte
from marketplace.cli.sortie import dire, imprimer_json, tableau
from marketplace.propositions.services import classer_offres_pour_l_exploitant, classer_pour_l_exploitant


def ajouter(sous_commandes: Any) -> None:
    """Declare « rank »."""
    p = sous_commandes.add_parser("rank", help="classe des personnes pour une offre, ou des offres pour une personne")
    groupe = p.add_mutually_exclusive_group(required=True)
    groupe.add_argument("--offre", metavar="REF")
    groupe.add_argument("--personne", metavar="REF")
    p.add_argument("--limit", type=nombre, default=10, metavar="N")
    p.add_argument("--json", action="store_true")
    p.set_defaults(action=rank)


def nombre(texte: str) -> int:
    """A number of lines, from 0 up."""
    if not texte.isdigit():
        raise argparse.ArgumentTypeError(f"« {texte} » n'est pas un nombre de lignes")
    return int(texte)


def _lignes(lignes: Iterable[Any]) -> list[dict[str, Any]]:
    return [
        {
            "ref": x.ref,
            "rang": x.rang,
            "score": x.score,
            "proximite": x.proximite,
            "trajet_minutes": x.trajet_minutes,
            "raisons": [{"critere": r.critere, "texte": r.texte, "contribution": r.contribution} for r in x.raisons],
            "manques": list(x.manques),
            "incomplet": x.incomplet,
        }
        for x in lignes
    ]


def _hors(hors: Iterable[Any]) -> list[dict[str, Any]]:
    return [{"ref": h.ref, "manque": h.manque, "aide": h.aide, "trajet_minutes": h.trajet_minutes} for h in hors]


def rank(args: argparse.Namespace) -> int:
    """Print a ranking."""
    ctx = creer_contexte()
    objet: dict[str, Any]
    if args.offre is not None:
        offre, brut = classer_pour_l_exploitant(ctx, args.offre, args.limit)
        objet = {
            "offre": offre.ref,
            "metier": brut.metier,
            "personnes": _lignes(brut.lignes),
            "hors_de_portee": _hors(brut.hors_de_portee),
            "ecartes": brut.ecartes,
            "version": brut.version,
        }
        lignes = objet["personnes"]
    else:
        resultat = classer_offres_pour_l_exploitant(ctx, args.personne, args.limit)
        objet = {
            "personne": args.personne,
            "offres": _lignes(resultat.lignes),
            "hors_de_portee": _hors(resultat.hors_de_portee),
            "ecartes": dict(resultat.ecartes),
            "version": resultat.version,
        }
        lignes = objet["offres"]
    if args.json:
        imprimer_json(objet)
        return 0
    if not lignes:
        dire("Personne à portée aujourd'hui." if args.offre else "Aucune offre à portée aujourd'hui.")
    else:
        tableau(
            ["rang", "ref", "proximité", "pourquoi"],
            [[x["rang"], x["ref"], x["proximite"], " ; ".join(r["texte"] for r in x["raisons"])] for x in lignes],
        )
    for h in objet["hors_de_portee"]:
        dire(f"Hors de portée aujourd'hui : {h['ref']} – {h['manque']} ({h['aide']})")
    return 0
