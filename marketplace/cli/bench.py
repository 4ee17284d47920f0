"""bench: speeds as ratios measured in one run, each against the barest way of doing the same."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from marketplace.cli.banc_bilan import banc_bilan
from marketplace.cli.banc_catalogue import banc_catalogue
from marketplace.cli.banc_decp import banc_decp
from marketplace.cli.banc_metiers import banc_metiers
from marketplace.cli.matching import arguments_bench, bench_matching
from marketplace.cli.sortie import dire, imprimer_json, tableau
from marketplace.heures.bench_suivi import TOURS, banc


def ajouter(commandes: Any) -> None:
    """Declare the commands of this family."""
    p = commandes.add_parser("bench", help="mesure les vitesses, en rapports pris dans un même passage")
    p.set_defaults(action=tout)
    bancs = p.add_subparsers(dest="banc", metavar="BANC")
    q = bancs.add_parser("matching", help="le classement, contre un produit matrice-vecteur et d'autres outils")
    arguments_bench(q)
    q.add_argument("--json", action="store_true")
    q.set_defaults(action=matching)
    q = bancs.add_parser("heures", help="le suivi de nuit, contre un GROUP BY nu")
    q.add_argument("--marches", type=int, default=60_000)
    q.add_argument("--contrats", type=int, default=80_000)
    q.add_argument("--lignes", type=int, default=500_000)
    q.add_argument("--tours", type=int, default=TOURS, help="combien de fois chaque mesure est prise")
    q.add_argument("--base", metavar="URL", help="une base vide (PostgreSQL), vidée ensuite ; sinon un fichier SQLite")
    q.add_argument("--json", action="store_true")
    q.set_defaults(action=heures)
    q = bancs.add_parser("bilan", help="le bilan d'une année, contre les lectures nues qu'il demande")
    q.add_argument("--marches", type=int, default=60_000)
    q.add_argument("--contrats", type=int, default=80_000)
    q.add_argument("--lignes", type=int, default=500_000)
    q.add_argument("--tours", type=int, default=5)
    q.add_argument("--base", metavar="URL", help="une base vide (PostgreSQL), vidée ensuite ; sinon un fichier SQLite")
    q.add_argument("--json", action="store_true")
    q.set_defaults(action=bilan)
    q = bancs.add_parser("catalogue", help="le catalogue public à 60 000 marchés, contre le même à 600")
    q.add_argument("--base", metavar="URL", help="serveur PostgreSQL où créer deux bases (SQLite sinon)")
    q.add_argument("--petit", type=int, default=600)
    q.add_argument("--grand", type=int, default=60_000)
    q.add_argument("--tours", type=int, default=6)
    q.add_argument("--par-tour", type=int, default=40)
    q.add_argument("--json", action="store_true")
    q.set_defaults(action=catalogue)
    q = bancs.add_parser("metiers", help="les métiers proposés pendant la saisie, contre une page vide")
    q.add_argument("--fichier", type=Path, required=True, metavar="CSV", help="libellés et leur code ROME")
    q.add_argument("--tours", type=int, default=2)
    q.add_argument("--json", action="store_true")
    q.set_defaults(action=metiers)
    q = bancs.add_parser("decp", help="l'import des marchés publiés, contre json et une insertion nue")
    q.add_argument("--fiches", type=int, default=50_000)
    q.add_argument("--tours", type=int, default=3)
    q.add_argument("--json", action="store_true")
    q.set_defaults(action=decp)


def _montrer(mesures: dict[str, Any], en_json: bool) -> None:
    if en_json:
        imprimer_json(mesures)
        return
    simples = {k: v for k, v in mesures.items() if not isinstance(v, dict | list)}
    if simples:
        tableau(["mesure", "valeur"], list(simples.items()))
    for nom, valeur in mesures.items():
        if isinstance(valeur, dict):
            dire(f"\n{nom}")
            tableau(["mesure", "valeur"], list(valeur.items()))


def matching(args: argparse.Namespace) -> int:
    """The ranking."""
    _montrer(bench_matching(args), args.json)
    return 0


def heures(args: argparse.Namespace) -> int:
    """The nightly follow-up."""
    _montrer(banc(args.marches, args.contrats, args.lignes, base=args.base, tours=args.tours), args.json)
    return 0


def bilan(args: argparse.Namespace) -> int:
    """The yearly report. Exit 1 when it is slower than it should."""
    mesures = banc_bilan(args.marches, args.contrats, args.lignes, base=args.base, tours=args.tours)
    _montrer(mesures, args.json)
    return 0 if mesures["tenu"] else 1


def catalogue(args: argparse.Namespace) -> int:
    """The public catalogue. Exit 1 when a page is slower than it should."""
    mesures = banc_catalogue(args.base, args.petit, args.grand, args.tours, args.par_tour)
    if args.json:
        imprimer_json(mesures)
    else:
        lignes = mesures.pop("pages")
        _montrer(mesures, en_json=False)
        dire("")
        tableau(["page", *next(iter(lignes.values()))], [[nom, *m.values()] for nom, m in lignes.items()])
    return 0 if mesures["tout_tenu"] else 1


def metiers(args: argparse.Namespace) -> int:
    """Trades while one types. Exit 1 when they are slower, or less right, than they should."""
    mesures = banc_metiers(args.fichier, args.tours)
    _montrer(mesures, args.json)
    return 0 if mesures["tenu"] else 1


def decp(args: argparse.Namespace) -> int:
    """The import of published contracts. Exit 1 when it is slower than it should."""
    mesures = banc_decp(args.fiches, args.tours)
    _montrer(mesures, args.json)
    return 0 if mesures["tenu"] else 1


def tout(args: argparse.Namespace) -> int:
    """All, at sizes that take a few minutes."""
    dire("Classement, 50 000 personnes")
    _montrer(bench_matching(argparse.Namespace(personnes=50_000, offres=200, sans_pairs=False)), en_json=False)
    dire("\nCatalogue public, 600 et 60 000 marchés")
    catalogue(argparse.Namespace(base=None, petit=600, grand=60_000, tours=2, par_tour=40, json=False))
    dire("\nImport de 50 000 marchés publiés")
    decp(argparse.Namespace(fiches=50_000, tours=2, json=False))
    dire("\nBilan d'une année, 6 000 marchés")
    bilan(argparse.Namespace(marches=6_000, contrats=8_000, lignes=50_000, base=None, tours=3, json=False))
    dire("\nSuivi de nuit, 600 puis 6 000 marchés")
    _montrer(banc(6_000, 8_000, 50_000), en_json=False)
    return 0
