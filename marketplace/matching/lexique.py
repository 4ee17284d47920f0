"""The hand-written lexicon beside the models: familiar wordings of trades, and wordings that name none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from marketplace.matching.valeurs import ErreurMatching


@dataclass(frozen=True)
class Lexique:
    """(codes best first, wording) pairs, and vague wordings."""

    familiers: tuple[tuple[tuple[str, ...], str], ...]
    vagues: tuple[str, ...]


def lire_lexique(dossier: Path) -> Lexique:
    """Read lexique_familier.txt and lexique_vague.txt; ErreurMatching names the faulty line."""
    paires: list[tuple[tuple[str, ...], str]] = []
    for numero, ligne in enumerate(_lignes(dossier / "lexique_familier.txt"), 1):
        if not ligne or ligne.startswith("#"):
            continue
        codes, tabulation, libelles = ligne.partition("\t")
        if not tabulation:
            raise ErreurMatching(f"lexique_familier.txt, ligne {numero} : « codes, tabulation, libellés » attendus.")
        paires += [(tuple(codes.split()), x.strip()) for x in libelles.split(";") if x.strip()]
    vagues = tuple(x for x in _lignes(dossier / "lexique_vague.txt") if x and not x.startswith("#"))
    return Lexique(tuple(paires), vagues)


def _lignes(chemin: Path) -> list[str]:
    try:
        return [x.strip("\n ") for x in chemin.read_text(encoding="utf-8").splitlines()]
    except OSError as erreur:
        raise ErreurMatching(f"Lexique absent ou illisible : {chemin}.") from erreur
