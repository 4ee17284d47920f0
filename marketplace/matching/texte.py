"""Folding of French wordings: accents, ligatures, gender, plural, hashed n-grams of words."""

from __future__ import annotations

import math
import re
import unicodedata
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import murmurhash3_32

LONGUEUR_MAX = 600  # characters kept of a wording: beyond, nobody names a trade
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "’": " ", "'": " ", "ß": "ss"})
_NON_MOT = re.compile(r"[^a-z0-9+#]+")
_PARENTHESES_GENRE = re.compile(
    r"\((?:e|ne|se|le|rice|euse|trice|ere|iere|es|s|h ?/ ?f|f ?/ ?h|hf|fh)\)", re.IGNORECASE
)
_HF = re.compile(r"\b(?:h ?/ ?f|f ?/ ?h|h-f|f-h)\b", re.IGNORECASE)

MOTS_VIDES = frozenset(
    [
        "de",
        "du",
        "des",
        "d",
        "l",
        "la",
        "le",
        "les",
        "un",
        "une",
        "et",
        "en",
        "a",
        "au",
        "aux",
        "ou",
        "sur",
        "par",
        "pour",
        "dans",
        "avec",
        "chez",
        "the",
        "of",
        "and",
    ]
)


@lru_cache(maxsize=200_000)
def plier(texte: str) -> str:
    """Lower case ASCII words separated by one space; at most LONGUEUR_MAX characters are read."""
    brut = texte[:LONGUEUR_MAX]
    if "(" in brut:
        brut = _PARENTHESES_GENRE.sub("", brut)
    if "/" in brut or "-" in brut:
        brut = _HF.sub(" ", brut)
    if not brut.isascii():
        brut = unicodedata.normalize("NFKD", brut.translate(_LIGATURES).lower())
        brut = brut.encode("ascii", "ignore").decode("ascii")
    return " ".join(_NON_MOT.sub(" ", brut.lower()).split())


_FEMININS = (
    ("trices", "teur"),
    ("trice", "teur"),
    ("euses", "eur"),
    ("euse", "eur"),
    ("ieres", "ier"),
    ("iere", "ier"),
    ("eres", "er"),
    ("ere", "er"),
    ("iennes", "ien"),
    ("ienne", "ien"),
    ("onnes", "on"),
    ("onne", "on"),
    ("ives", "if"),
    ("ive", "if"),
    ("elles", "el"),
    ("elle", "el"),
    ("ees", "e"),
    ("ee", "e"),
)


@lru_cache(maxsize=200_000)
def radical(mot: str) -> str:
    """Masculine singular of a folded word, roughly: enough for the two genders of a trade to meet."""
    if len(mot) <= 4:
        return mot[:-1] if len(mot) == 4 and mot.endswith("s") else mot
    for fin, neuf in _FEMININS:
        if mot.endswith(fin) and len(mot) - len(fin) >= 2:
            return mot[: -len(fin)] + neuf
    if mot.endswith(("s", "x")) and not mot.endswith(("ss", "us", "is")):
        mot = mot[:-1]
    if mot.endswith("e") and len(mot) > 5:
        mot = mot[:-1]
    return mot


@lru_cache(maxsize=100_000)
def cle(texte: str) -> str:
    """Order-free key of a wording: two official spellings of one label share it."""
    return " ".join(sorted({radical(m) for m in plier(texte).split() if m not in MOTS_VIDES}))


NB_TRAITS = 1 << 16  # the last one is the mark of skills


@lru_cache(maxsize=100_000)
def _traits_mot(mot: str) -> NDArray[np.int32]:
    """Hashed features of one word: the word, its stem, its 3- to 5-grams with borders."""
    souche = radical(mot)
    borde = f"<{souche}>"
    morceaux = {"=" + mot, "~" + souche}
    for n in (3, 4, 5):
        morceaux.update(borde[i : i + n] for i in range(len(borde) - n + 1))
    return np.array(
        [murmurhash3_32(m, seed=17, positive=True) % (NB_TRAITS - 1) for m in sorted(morceaux)], dtype=np.int32
    )


def traits(texte: str) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Feature numbers and weights of a wording, each word weighing the same; empty arrays for no word."""
    mots = plier(texte).split()[:60]
    if not mots:
        return np.empty(0, np.int32), np.empty(0, np.float32)
    listes = [_traits_mot(m) for m in mots]
    tailles = [len(t) for t in listes]
    poids_mots = [0.4 if m in MOTS_VIDES else 1.0 for m in mots]
    norme = math.sqrt(sum(p * p for p in poids_mots))
    poids = [p / norme / math.sqrt(n) for p, n in zip(poids_mots, tailles, strict=True)]
    return np.concatenate(listes), np.repeat(np.array(poids, np.float32), tailles)


@lru_cache(maxsize=50_000)
def formes(libelle: str) -> tuple[str, ...]:
    """The masculine and feminine wordings of an official label « Masculin / Féminin complément »."""
    if " / " not in libelle:
        return (libelle,)
    gauche, droite = (p.split() for p in libelle.split(" / ", 1))
    if not gauche or not droite:
        return (libelle,)
    souches_g = [radical(plier(m)) for m in gauche]
    souches_d = [radical(plier(m)) for m in droite]
    n = len(gauche)

    def proche(a: str, b: str) -> bool:
        return a[:3] == b[:3]

    if len(droite) >= n and proche(souches_g[0], souches_d[0]):
        return (" ".join(gauche + droite[n:]), " ".join(droite))
    for depart in range(n - 1, 0, -1):  # « Aide conducteur / conductrice de machines »
        if proche(souches_g[depart], souches_d[0]):
            reste = droite[n - depart :]
            return (" ".join(gauche + reste), " ".join(gauche[:depart] + droite))
    return (" ".join(gauche), " ".join(droite))
