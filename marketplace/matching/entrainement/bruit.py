"""Noise of informal French, written for this project: abbreviations, phonetic spelling, typing, filler.

Everything is drawn from a seeded generator; nothing is copied from an evaluation set.
"""

from __future__ import annotations

import random
import re
from functools import lru_cache

from marketplace.matching.entrainement.mots_du_bruit import (
    ABREGES,
    APRES,
    AVANT,
    NOMS_VERBES,
    PHONETIQUE,
    VOISINS_CLAVIER,
)
from marketplace.matching.entrainement.mots_vagues import lieu
from marketplace.matching.entrainement.synonymes import SYNONYMES

_MOTS = re.compile(r"[\w'-]+", re.UNICODE)
PETITS = {"de", "du", "des", "d", "la", "le", "les", "l", "un", "une", "et", "en", "a", "à", "au", "aux", "ou", "sur"}


@lru_cache(maxsize=100_000)
def mots(texte: str) -> tuple[str, ...]:
    """Words of a label, apostrophes opened."""
    return tuple(m for m in _MOTS.findall(texte.lower().replace("'", " ").replace("’", " ")) if m != "-")


def faute(mot: str, hasard: random.Random) -> str:
    """One typing slip in a word of at least four letters."""
    if len(mot) < 4:
        return mot
    i = hasard.randrange(len(mot) - 1) if hasard.random() < 0.4 else hasard.randrange(1, len(mot) - 1)
    quoi = hasard.random()
    if quoi < 0.3:
        return mot[:i] + mot[i + 1 :]
    if quoi < 0.5:
        return mot[:i] + mot[i + 1] + mot[i] + mot[i + 2 :]
    if quoi < 0.7:
        return mot[:i] + mot[i] + mot[i:]
    return mot[:i] + hasard.choice(VOISINS_CLAVIER.get(mot[i], "e")) + mot[i + 1 :]


def phonetique(mot: str, hasard: random.Random) -> str:
    """One to three spellings by ear."""
    for _ in range(hasard.choice((1, 1, 1, 2, 2, 3))):
        a, b = hasard.choice(PHONETIQUE)
        ou = [m.start() for m in re.finditer(re.escape(a), mot)]
        if ou:
            i = hasard.choice(ou)
            mot = mot[:i] + b + mot[i + len(a) :]
    if len(mot) > 4 and mot[-1] in "ester" and hasard.random() < 0.25:
        mot = mot[:-1]
    return mot


def _tronque(mot: str, hasard: random.Random) -> str:
    return mot[: hasard.randint(3, max(3, min(6, len(mot) - 2)))] if len(mot) >= 6 else mot


def _reformuler(mot: str, force: float, hasard: random.Random) -> str:
    """A word, its abbreviation, another word for it, or its beginning."""
    tirage = hasard.random()
    if mot in ABREGES and tirage < 0.16 * force + 0.03 and (mot not in SYNONYMES or hasard.random() < 0.5):
        return hasard.choice(ABREGES[mot])
    if tirage < 0.16 * force + 0.05 and mot in SYNONYMES:
        return hasard.choice(SYNONYMES[mot])
    if tirage > 1 - 0.06 * force:
        return _tronque(mot, hasard)
    return mot


def bruiter(morceaux: list[str], force: float, hasard: random.Random) -> list[str]:
    """Words as somebody hurried types them; `force` from 0 (clean) to 1 (hard to read)."""
    sortie: list[str] = []
    for mot in morceaux:
        if mot in PETITS:
            if hasard.random() >= 0.35 + 0.3 * force:
                sortie.append(mot)
            continue
        lu = _reformuler(mot, force, hasard)
        if hasard.random() < 0.22 * force:
            lu = phonetique(lu, hasard)
        if hasard.random() < 0.20 * force:
            lu = faute(lu, hasard)
        sortie.append(lu)
    if len(sortie) >= 3 and hasard.random() < 0.12 * force:
        i = hasard.randrange(len(sortie) - 1)
        sortie[i], sortie[i + 1] = sortie[i + 1], sortie[i]
    if len(sortie) >= 2 and hasard.random() < 0.04 * force:
        i = hasard.randrange(len(sortie) - 1)
        sortie[i : i + 2] = [sortie[i] + sortie[i + 1]]
    return sortie


def titre(libelle: str, hasard: random.Random, force: float) -> str:
    """A job title as typed: words lost, filler around, noise."""
    m = list(mots(libelle))
    pleins = [i for i, x in enumerate(m) if x not in PETITS]
    if len(pleins) > 1:
        perte = hasard.random()
        if perte < 0.30 * (0.4 + force) and len(pleins) > 2:
            coupe = pleins[hasard.randint(1, len(pleins) - 1)]
            m = m[:coupe]
        elif perte < 0.45 * (0.4 + force):
            oubli = hasard.choice(pleins[1:] if hasard.random() < 0.75 else pleins)
            m = [x for i, x in enumerate(m) if i != oubli]
    m = bruiter(m, force, hasard)
    if hasard.random() < 0.16:
        m = hasard.choice(AVANT).split() + m
    if hasard.random() < 0.14:
        m += hasard.choice(APRES).split()
    if hasard.random() < 0.05:
        m += lieu(hasard).split()
    return " ".join(m)


@lru_cache(maxsize=20_000)
def _substantif(verbe: str) -> str | None:
    if verbe in NOMS_VERBES:
        return NOMS_VERBES[verbe]
    return None


def tache(libelle: str, hasard: random.Random, force: float, court: bool) -> str:
    """A task or a skill as told: verb turned into a noun, a fragment kept, reworded, noise."""
    m = list(mots(libelle))
    if m:
        nom = _substantif(m[0])
        tirage = hasard.random()
        if nom is not None and tirage < 0.55:
            m = ([nom] if nom else []) + m[1:]
        elif m[0].endswith(("er", "ir")) and tirage < 0.75:
            m = m[1:] if hasard.random() < 0.5 else [m[0][:-2] + hasard.choice(["é", "age", "ation"]), *m[1:]]
    if len(m) > 3:
        longueur = hasard.randint(2, 5) if court else hasard.randint(2, len(m))
        depart = 0 if hasard.random() < 0.55 else hasard.randrange(max(1, len(m) - longueur + 1))
        m = m[depart : depart + longueur]
    if len(m) > 2 and hasard.random() < 0.3 * force + 0.1:
        m.pop(hasard.randrange(len(m)))
    if len(m) > 1 and hasard.random() < 0.08:
        m = [hasard.choice(m)]
    m = bruiter(m, force, hasard)
    if hasard.random() < (0.14 if court else 0.08):
        m = hasard.choice(AVANT).split() + m
    return " ".join(m)
