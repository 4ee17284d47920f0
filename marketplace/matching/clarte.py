"""A wording made clearer before it is read again: frames stripped, abbreviations opened, spelling brought back.

Nothing is thrown away: the reader believes the words as typed and the clearer ones together.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz.distance import OSA

from marketplace.matching.mots_clairs import ABREGES, ENTETES, FAMILIERS, FINS, GESTES, SONS, VERBES_VIDES
from marketplace.matching.texte import plier

LETTRES_MIN = 5  # shorter unknown words are acronyms as often as slips


@lru_cache(maxsize=100_000)
def son(mot: str) -> str:
    """How a folded word sounds, roughly: doubled letters, silent ends and homophones meet."""
    mot = mot.replace("ssi", "si").replace("ss", "S")
    for a, b in SONS:
        mot = mot.replace(a, b)
    mot = mot.replace("S", "s")
    sortie = ""
    for lettre in mot:
        if not sortie or lettre != sortie[-1]:
            sortie += lettre
    while len(sortie) > 3 and sortie[-1] in "estdpr":
        sortie = sortie[:-1]
    return sortie


class Orthographe:
    """Known words and, for an unknown one, the known word it was meant to be, if one stands out."""

    def __init__(self, textes: Iterable[str], avec_accents: Iterable[str] = ()) -> None:
        self.frequences = Counter(" ".join(map(plier, textes)).split())
        self._sons: dict[str, str] = {}
        for _, mot in sorted((fois, mot) for mot, fois in self.frequences.items()):
            if len(mot) >= LETTRES_MIN - 1:
                self._sons[son(mot)] = mot  # the most frequent word keeps the sound
        for texte in avec_accents:
            for brut in texte.lower().split():
                if "ç" in brut:  # « maçon » sounds like « masson », not like « macon »
                    mot = plier(brut)
                    if mot in self.frequences:
                        self._sons.setdefault(son(plier(brut.replace("ç", "ss"))), mot)
        self._seaux: dict[str, list[str]] = defaultdict(list)
        for mot, fois in self.frequences.items():
            if len(mot) >= LETTRES_MIN and fois >= 2:
                self._seaux[mot[0]].append(mot)
        self.corriger = lru_cache(maxsize=100_000)(self._corriger)

    def _corriger(self, mot: str) -> str:
        """The known word nearest to an unknown one; the word itself when none is near."""
        if len(mot) < LETTRES_MIN - 1 or mot in self.frequences or not mot.isalpha():
            return mot
        entendu = self._sons.get(son(mot))
        if entendu is not None and abs(len(entendu) - len(mot)) <= 3:
            return entendu
        if len(mot) < LETTRES_MIN:
            return mot
        tolere = 1 if len(mot) < 8 else 2
        meilleur, rang = mot, (tolere + 1, 0)
        for connu in self._seaux.get(mot[0], ()):
            if abs(len(connu) - len(mot)) > tolere:
                continue
            distance = OSA.distance(mot, connu, score_cutoff=tolere)
            if distance <= tolere and (distance, -self.frequences[connu]) < rang:
                meilleur, rang = connu, (distance, -self.frequences[connu])
        return meilleur


def cadre(texte: str) -> str:
    """A folded wording without « j'ai travaillé comme… », « CDD de… », « … 3 ans » around it, never empty."""
    mots = texte.split()
    debut, fin = 0, len(mots)
    while debut < fin and (mots[debut] in ENTETES or mots[debut].isdigit()):
        debut += 1
    while fin > debut and mots[fin - 1] in FINS:
        fin -= 1
    return " ".join(mots[debut:fin]) or texte


def clair(texte: str, orthographe: Orthographe) -> str:
    """The clearer wording, folded: frame off, abbreviations opened, spelling and slang brought to known words."""
    mots = []
    for mot in cadre(plier(texte)).split():
        lu = ABREGES.get(mot) or orthographe.corriger(mot)
        mots.append(FAMILIERS.get(lu, lu))
    return " ".join(mots)


def geste(texte: str, orthographe: Orthographe) -> str:
    """What somebody says she can do, nearer the words of official compétences; folded, never empty."""
    mots = [orthographe.corriger(m) for m in plier(texte).split() if m not in VERBES_VIDES]
    return " ".join(GESTES.get(m, FAMILIERS.get(m, m)) for m in mots) or plier(texte)
