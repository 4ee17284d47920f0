"""bilan: the report of a period, printed or written in files."""

from __future__ import annotations

import argparse
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.app import creer_contexte
from marketplace.bilans.perimetre import lire_perimetre
from marketplace.bilans.presentation import en_json
from marketplace.bilans.queries import bilan, empreinte_registre
from marketplace.bilans.rules.periode import Periode, annee, periode
from marketplace.cli.base import jour
from marketplace.cli.sortie import imprimer_json
from marketplace.erreurs import RegleViolee
from marketplace.heures.models import Declaration, LigneHeures
from marketplace.territoire.models import Territoire


def ajouter(commandes: Any) -> None:
    """Declare the command."""
    p = commandes.add_parser("bilan", help="le bilan d'une année, avec l'année d'avant en regard")
    p.add_argument("--annee", type=int, metavar="AAAA", help="une année civile")
    p.add_argument("--debut", type=jour, metavar="DATE", help="premier jour d'un mois, à la place de --annee")
    p.add_argument("--fin", type=jour, metavar="DATE", help="dernier jour d'un mois")
    p.add_argument(
        "--perimetre",
        default="tout",
        help="tout, sans-exceptionnelles, acheteur:REF, operation:REF, gestionnaire:NOM ; séparés par des virgules",
    )
    p.add_argument("--territoire", metavar="CODE", help="nécessaire quand la base en porte plusieurs")
    p.add_argument("--json", action="store_true", help="les tableaux sur la sortie standard (par défaut)")
    p.set_defaults(action=imprimer)


def lire_periode(args: argparse.Namespace) -> Periode:
    """The period asked for. Raises RegleViolee when it is neither a year nor two dates."""
    if args.annee is not None:
        return annee(args.annee)
    if args.debut is None or args.fin is None:
        raise RegleViolee("Dites la période : --annee 2020, ou --debut 2020-01-01 --fin 2020-06-30.")
    return periode(args.debut, args.fin)


def choisir_territoire(s: Session, code: str | None, choisie: Periode) -> Territoire:
    """The territory named, or the only one; else the only one with hours in the period. Raises RegleViolee."""
    tous = list(s.scalars(select(Territoire).order_by(Territoire.id)))
    if code is not None:
        nommes = [t for t in tous if t.code == code]
        if not nommes:
            raise RegleViolee(f"Aucun territoire ne porte le code « {code} ».")
        return nommes[0]
    if len(tous) > 1:
        avec = select(Declaration.territoire_id).join(LigneHeures, LigneHeures.declaration_id == Declaration.id)
        actifs = set(s.scalars(avec.where(LigneHeures.mois.between(choisie.debut, choisie.fin)).distinct()))
        tous = [t for t in tous if t.id in actifs]
    if len(tous) != 1:
        raise RegleViolee("Dites de quel territoire : ajoutez --territoire CODE.")
    return tous[0]


def imprimer(args: argparse.Namespace) -> int:
    """Print the report as JSON."""
    choisie = lire_periode(args)
    with creer_contexte().lecture() as s:
        territoire = choisir_territoire(s, args.territoire, choisie)
        perimetre = lire_perimetre(s, territoire.id, args.perimetre)
        resultat = bilan(s, perimetre, choisie)
        if resultat.vide:
            raise RegleViolee(f"Aucun marché suivi ni aucune heure sur {choisie.libelle} : il n'y a rien à publier.")
        imprimer_json(
            {
                "territoire": territoire.code,
                "periode": {"debut": choisie.debut.isoformat(), "fin": choisie.fin.isoformat()},
                "perimetre": args.perimetre,
                "empreinte": empreinte_registre(s, perimetre),
                **en_json(resultat),
            }
        )
    return 0
