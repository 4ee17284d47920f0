"""detecter: which notices of a file carry a social condition, are reserved, with how many hours; mesurer-avis."""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from marketplace.cli.sortie import dire, imprimer_json
from marketplace.erreurs import ErreurExploitation
from marketplace.marches.avis import AvisLu, lire_plusieurs

TAILLE_MAX = 200_000_000
"""Bytes: above this, the file is refused before it is read."""
PAQUET = 500
"""Notices read together."""


def ajouter(commandes: Any) -> None:
    """Declare the commands of this family."""
    p = commandes.add_parser("detecter", help="lit des avis de marché : condition sociale, réservation, heures")
    p.add_argument("fichier", type=Path, help="CSV avec une colonne « texte »")
    p.add_argument("--json", action="store_true", help="un objet JSON par ligne")
    p.set_defaults(action=detecter)
    p = commandes.add_parser("mesurer-avis", help="mesure la lecture des avis par validation croisée")
    p.add_argument("--json", action="store_true")
    p.add_argument("--sans-inventes", action="store_true", help="n'apprendre que des avis réels")
    p.set_defaults(action=mesurer_avis)


def _decoder(brut: bytes, chemin: Path) -> str:
    if b"\0" in brut[:10_000] and not brut.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ErreurExploitation(f"{chemin} n'est pas un fichier CSV : enregistrez-le en CSV, puis recommencez.")
    try:
        if brut.startswith((b"\xff\xfe", b"\xfe\xff")):
            return brut.decode("utf-16")
        return brut.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Older exports of French spreadsheets; this one has a letter for (nearly) every byte.
        return brut.decode("cp1252", errors="replace")


def _contenu(chemin: Path) -> str:
    try:
        if chemin.stat().st_size > TAILLE_MAX:
            raise ErreurExploitation(f"{chemin} dépasse 200 Mo : coupez-le en plusieurs fichiers.")
        return _decoder(chemin.read_bytes(), chemin)
    except OSError as panne:
        raise ErreurExploitation(
            f"Impossible de lire {chemin} ({panne.strerror or 'erreur de lecture'}) : vérifiez son nom et ses droits."
        ) from panne


def lire_textes(chemin: Path) -> list[tuple[int, str]]:
    """(line number as a spreadsheet shows it, text) for each row of a CSV; comma, semicolon or tab.

    Raises ErreurExploitation when the file cannot be read or has no column « texte ».
    """
    contenu = _contenu(chemin)
    entete = contenu.partition("\n")[0]
    separateur = max(",;\t", key=entete.count)
    avant = csv.field_size_limit(TAILLE_MAX)  # of the whole process: others keep theirs
    lecteur = csv.reader(io.StringIO(contenu, newline=""), delimiter=separateur)
    try:
        colonnes = [c.strip() for c in next(lecteur, [])]
        noms = [c.lower() for c in colonnes]
        if "texte" not in noms:
            vues = ", ".join(c for c in colonnes if c) or "aucune"
            raise ErreurExploitation(f"{chemin} n'a pas de colonne « texte » (colonnes trouvées : {vues[:300]}).")
        lignes = list(lecteur)
    except csv.Error as panne:
        raise ErreurExploitation(f"{chemin} n'est pas un CSV lisible (vers la ligne {lecteur.line_num}).") from panne
    finally:
        csv.field_size_limit(avant)
    while lignes and not lignes[-1]:
        lignes.pop()
    if len(colonnes) == 1:
        # Nothing to separate: a comma belongs to the text, and an empty line is an empty text.
        return [(numero, separateur.join(ligne)) for numero, ligne in enumerate(lignes, start=2)]
    place = noms.index("texte")
    return [
        (numero, ligne[place] if place < len(ligne) else "") for numero, ligne in enumerate(lignes, start=2) if ligne
    ]


def _nombre(heures: Decimal) -> int | float:
    return int(heures) if heures == heures.to_integral_value() else float(heures)


def _objet(ligne: int, avis: AvisLu) -> dict[str, Any]:
    return {
        "ligne": ligne,
        "clause": avis.clause,
        "reserve": avis.reserve,
        "proba": avis.proba,
        "heures": [_nombre(h.heures) for h in avis.heures],
        "extrait": avis.extrait,
    }


def _lus(lignes: list[tuple[int, str]]) -> Iterator[tuple[int, AvisLu]]:
    for depart in range(0, len(lignes), PAQUET):
        paquet = lignes[depart : depart + PAQUET]
        yield from zip((n for n, _ in paquet), lire_plusieurs([t for _, t in paquet]), strict=True)


def detecter(args: argparse.Namespace) -> int:
    """One answer per row, in the order of the file: JSON Lines, or a short line each."""
    lignes = lire_textes(args.fichier)
    clauses = reserves = 0
    for numero, avis in _lus(lignes):
        clauses += avis.clause
        reserves += avis.reserve
        if args.json:
            sys.stdout.write(json.dumps(_objet(numero, avis), ensure_ascii=False) + "\n")
            continue
        heures = " + ".join(f"{_nombre(h.heures)} h" + (f" (lot {h.lot})" if h.lot else "") for h in avis.heures)
        dit = [m for m, vrai in (("clause", avis.clause), ("réservé", avis.reserve)) if vrai] or ["rien"]
        print(f"{numero}\t{', '.join(dit)}\t{heures}\t{avis.extrait}")
    dire(f"{len(lignes)} avis lus : {clauses} avec une condition sociale, {reserves} réservés.")
    return 0


def mesurer_avis(args: argparse.Namespace) -> int:
    """Cross-validate on the labelled notices."""
    from marketplace.marches.avis.mesures import PLIS, valider

    m = valider(avec_inventes=not args.sans_inventes)
    if args.json:
        imprimer_json(
            {
                "avis": m.avis,
                "familles": m.familles,
                "plis": PLIS,
                "clause": {"precision": m.clause.precision, "rappel": m.clause.rappel},
                "reserve": {"precision": m.reserve.precision, "rappel": m.reserve.rappel},
                "heures_exactes": m.heures,
                "heures_en_trop": m.heures_sur_le_reste,
            }
        )
        return 0
    print(f"{m.avis} avis, {m.familles} familles, {PLIS} plis")
    print(f"clause : précision {m.clause.precision:.3f}, rappel {m.clause.rappel:.3f}")
    print(f"réservé : précision {m.reserve.precision:.3f}, rappel {m.reserve.rappel:.3f}")
    print(f"heures exactes : {m.heures:.3f} ; avis sans heures où il en est lu : {m.heures_sur_le_reste}")
    return 0
