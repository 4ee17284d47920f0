"""Commands of the ranking engine: metier, evaluate matching, train, model show|card; bench lends its door.

Nothing here opens the database but « train decisions »: the engine reads reference tables and model arrays only.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from marketplace.matching import ErreurMatching, Ranker
from marketplace.matching.jeu import classer_jeu

RACINE = Path(__file__).resolve().parents[2] / "seeds"
REFERENTIELS, MODELES = RACINE / "referentiels", RACINE / "modeles"
FabriqueContexte = Callable[..., Any]


def _dire(texte: str) -> None:
    print(texte, file=sys.stderr)


def _json(objet: object) -> None:
    json.dump(objet, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")


def _ouvrir() -> Ranker:
    return Ranker.ouvrir(REFERENTIELS, MODELES)


def _garde(
    fonction: Callable[[argparse.Namespace], int],
) -> Callable[..., int]:
    """Turn the engine's errors and the system's into one French line and exit code 1."""

    def action(args: argparse.Namespace, _ctx_factory: FabriqueContexte | None = None) -> int:
        try:
            return fonction(args)
        except ErreurMatching as erreur:
            _dire(str(erreur))
        except (ValueError, csv.Error) as erreur:
            _dire(f"Valeur refusée : {erreur}")
        except OSError as erreur:
            _dire(f"Fichier inaccessible : {erreur.filename or erreur} ({erreur.strerror or 'erreur de lecture'}).")
        return 1

    return action


def _objet_suggestions(ranker: Ranker, texte: str, limit: int) -> dict[str, Any]:
    lues = ranker.metiers(texte, limit)
    objet: dict[str, Any] = {
        "suggestions": [
            {"code_rome": s.code_rome, "appellation": s.appellation, "score": s.score} for s in lues.suggestions
        ],
        "vague": lues.vague,
    }
    if lues.question:
        objet["question"] = lues.question
    return objet


def metier(args: argparse.Namespace) -> int:
    """Suggest trades for one wording, or for each row of a file."""
    if (args.texte is None) == (args.fichier is None):
        raise ErreurMatching("Donnez un texte, ou « --fichier F.csv --sortie R.jsonl ».")
    if args.fichier is not None:
        if args.sortie is None:
            raise ErreurMatching("Avec --fichier, dites où écrire : --sortie R.jsonl.")
        with Path(args.fichier).open(encoding="utf-8-sig", newline="") as flux:
            lignes = list(csv.DictReader(flux))
        if not lignes or "libelle" not in lignes[0]:
            raise ErreurMatching(f"{args.fichier} : colonne « libelle » absente ou fichier vide.")
        ranker = _ouvrir()
        with Path(args.sortie).open("w", encoding="utf-8") as sortie:
            for ligne in lignes:
                objet = _objet_suggestions(ranker, ligne["libelle"] or "", args.limit)
                sortie.write(json.dumps(objet, ensure_ascii=False) + "\n")
        _dire(f"{len(lignes)} libellés lus, suggestions écrites dans {args.sortie}.")
        return 0
    objet = _objet_suggestions(_ouvrir(), args.texte, args.limit)
    if args.json:
        _json(objet)
        return 0
    for s in objet["suggestions"]:
        print(f"{s['code_rome']}  {s['appellation']}  ({s['score']:.0%})")
    if objet["vague"]:
        print(objet.get("question") or "Précisez le métier.")
    return 0


def evaluate_matching(args: argparse.Namespace) -> int:
    """Rank the people of an evaluation set for each opening; the grades are never read."""
    dossier, ecrits, personnes = Path(args.jeu), 0, 0
    ranker = _ouvrir()
    with Path(args.sortie).open("w", encoding="utf-8") as sortie:
        for poste, refs in classer_jeu(ranker, dossier, 200):
            sortie.write(json.dumps({"poste": poste, "profils": refs}, ensure_ascii=False) + "\n")
            ecrits, personnes = ecrits + 1, len(ranker)
    _dire(f"{ecrits} classements écrits dans {args.sortie}.")
    if args.json:
        _json(
            {
                "postes": ecrits,
                "personnes": personnes,
                "version": ranker.version,
                "sortie": str(args.sortie),
            }
        )
    return 0


def ajouter(sous_commandes: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommands of the engine to the command line."""
    p = sous_commandes.add_parser("metier", help="proposer des métiers ROME pour un libellé libre")
    p.add_argument("texte", nargs="?")
    p.add_argument("--fichier")
    p.add_argument("--sortie")
    p.add_argument("--limit", type=int, default=5)
    p.add_argument("--json", action="store_true")
    p.set_defaults(action=_garde(metier))

    evaluer = sous_commandes.add_parser("evaluate", help="mesurer le moteur de classement")
    objets = evaluer.add_subparsers(dest="objet", required=True)
    e = objets.add_parser("matching", help="écrire les classements d'un jeu d'évaluation")
    e.add_argument("--jeu", required=True)
    e.add_argument("--sortie", required=True)
    e.add_argument("--json", action="store_true")
    e.set_defaults(action=_garde(evaluate_matching))

    t = sous_commandes.add_parser(
        "train", help="refaire les tableaux des modèles (une dizaine de minutes), ou apprendre des décisions"
    )
    t.add_argument("objet", nargs="?", choices=("modeles", "decisions"), default="modeles")
    t.add_argument("--territoire", metavar="CODE", help="pour « decisions », quand la base en porte plusieurs")
    t.add_argument("--dossier", default=str(MODELES))
    t.add_argument("--seulement", choices=("lecteur", "pertinence"))
    t.add_argument("--exemples", type=int, default=2_500_000)
    t.add_argument("--le", help="date écrite dans les fiches (AAAA-MM-JJ), celle des modèles actuels sinon")
    t.add_argument("--version")
    t.add_argument("--json", action="store_true")
    t.set_defaults(action=train_selon)

    m = sous_commandes.add_parser("model", help="décrire les modèles")
    quoi = m.add_subparsers(dest="objet", required=True)
    voir = quoi.add_parser("show", help="ce que chaque fichier dit de lui-même")
    voir.add_argument("--json", action="store_true")
    voir.set_defaults(action=_garde(model))
    fiche = quoi.add_parser("card", help="la fiche du modèle, en Markdown")
    fiche.add_argument("--sortie", metavar="F", help="la fiche seule, dans ce fichier")
    fiche.add_argument("--dossier", metavar="DOSSIER", help="modele.md et donnees-du-modele.md, dans ce dossier")
    fiche.set_defaults(action=_garde(model))


def train_selon(args: argparse.Namespace) -> int:
    """The arrays of the engine, or the layer of a territory."""
    if args.objet == "decisions":
        from marketplace.cli.decisions import train_decisions  # opens the database: only then

        return train_decisions(args)
    return _garde(train)(args)


def train(args: argparse.Namespace) -> int:
    """Make the model arrays again; the date written in them is given, or that of the ones they replace."""
    from marketplace.matching.entrainement.tout import Taille, entrainer  # scikit-learn's fits: only here
    from marketplace.matching.fiche import montrer

    le = date.fromisoformat(args.le or str(montrer(MODELES)[0]["date"]))
    mesures = entrainer(
        REFERENTIELS,
        Path(args.dossier),
        version=args.version or f"{le:%Y.%m}",
        le=le,
        taille=Taille(exemples=args.exemples),
        seulement=args.seulement,
        dire=_dire,
    )
    _json(mesures) if args.json else _dire(f"Modèles écrits dans {args.dossier}.")
    return 0


def model(args: argparse.Namespace) -> int:
    """Show the model files, or write the model card."""
    from marketplace.matching.fiche import carte, montrer

    if args.objet == "card":
        if args.dossier:
            from marketplace.matching.fiche_donnees import fiche_de_donnees

            dossier = Path(args.dossier)
            textes = {"modele.md": carte(MODELES), "donnees-du-modele.md": fiche_de_donnees(REFERENTIELS, MODELES)}
            for nom, texte in textes.items():
                (dossier / nom).write_text(texte, encoding="utf-8")
            _dire(f"Fiches écrites dans {dossier} : {', '.join(textes)}.")
            return 0
        texte = carte(MODELES)
        if args.sortie:
            Path(args.sortie).write_text(texte, encoding="utf-8")
            _dire(f"Fiche écrite dans {args.sortie}.")
        else:
            print(texte, end="")
        return 0
    fiches = montrer(MODELES)
    if args.json:
        _json(fiches)
        return 0
    for f in fiches:
        print(f"{f['nom']} : version {f['version']} du {f['date']}, {f['octets']} octets, données {f['donnees']}")
        for mesure, valeur in (f["mesures"] or {}).items():
            print(f"  {mesure} : {valeur}")
    return 0


def arguments_bench(parser: argparse.ArgumentParser) -> None:
    """Arguments of « bench matching »."""
    parser.add_argument("--personnes", type=int, default=50_000)
    parser.add_argument("--offres", type=int, default=200)
    parser.add_argument("--sans-pairs", action="store_true", help="ne pas mesurer les autres outils")


def bench_matching(args: argparse.Namespace) -> dict[str, Any]:
    """Load made-up people, rank them, time the floor and the peers in the same run."""
    from marketplace.matching.banc import mesurer  # heavy, and only here

    if args.personnes < 1 or args.offres < 1:
        raise ErreurMatching("Au moins une personne et une offre sont nécessaires.")
    return mesurer(_ouvrir(), args.personnes, args.offres, pairs=not args.sans_pairs)
