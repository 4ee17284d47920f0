"""Reading what is searched: exact words first; typos forgiven only when nothing holds them."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz, process

from marketplace.valeurs import cle

MOTS_AU_PLUS = 6
PROCHES = 3
SEUIL = 72
"""Likeness (0 to 100) under which a word is no longer a typo of another."""
VIDES = frozenset(
    [
        "a",
        "au",
        "aux",
        "d",
        "de",
        "des",
        "du",
        "en",
        "et",
        "l",
        "la",
        "le",
        "les",
        "pour",
        "sur",
        "un",
        "une",
        "chez",
        "pres",
        "avec",
    ]
)


def mots(texte: str) -> list[str]:
    """The words that count in what was typed, folded. Plurals lose their mark, so that « macons » finds « maçon »."""
    utiles = [m for m in cle(texte[:200]).split() if m not in VIDES]
    return [m[:-1] if len(m) > 4 and m[-1] in "sx" else m for m in utiles][:MOTS_AU_PLUS]


def corriger(cherches: Sequence[str], lexique: Sequence[str]) -> list[tuple[str, ...]] | None:
    """For each word, itself when it stands in the lexicon, else its nearest there (three at most).

    None when a word is like nothing known: then nothing is proposed.
    """
    connus = [mot for mot in lexique if len(mot) > 2]
    corriges: list[tuple[str, ...]] = []
    for mot in cherches:
        if any(mot in connu for connu in connus):
            corriges.append((mot,))
            continue
        proches = process.extract(mot, connus, scorer=fuzz.ratio, score_cutoff=SEUIL, limit=PROCHES)
        if not proches:
            return None
        corriges.append(tuple(proche for proche, _, _ in proches))
    return corriges
