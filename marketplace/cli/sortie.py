"""What commands print: JSON alone on stdout, everything else on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any


def _simple(valeur: Any) -> Any:
    if isinstance(valeur, Decimal):
        return float(valeur)
    if isinstance(valeur, date | datetime):
        return valeur.isoformat()
    if is_dataclass(valeur) and not isinstance(valeur, type):
        return asdict(valeur)
    if isinstance(valeur, set | frozenset):
        return sorted(valeur)
    return str(valeur)


def imprimer_json(objet: Any) -> None:
    """UTF-8 JSON on stdout."""
    json.dump(objet, sys.stdout, ensure_ascii=False, indent=1, default=_simple)
    sys.stdout.write("\n")


def dire(texte: str) -> None:
    """A line for the person at the keyboard, on stderr."""
    print(texte, file=sys.stderr, flush=True)


def erreur(texte: str) -> None:
    """A line that says what went wrong and what to do."""
    print(texte, file=sys.stderr, flush=True)


def tableau(entetes: Sequence[str], lignes: Iterable[Sequence[Any]]) -> None:
    """Columns on stdout."""
    toutes = [[str(v) if v is not None else "" for v in ligne] for ligne in lignes]
    largeurs = [max(len(e), *(len(li[i]) for li in toutes)) if toutes else len(e) for i, e in enumerate(entetes)]
    for ligne in [list(entetes), *toutes]:
        print("  ".join(v.ljust(largeur) for v, largeur in zip(ligne, largeurs, strict=True)).rstrip())
