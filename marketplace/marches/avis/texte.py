"""Folding and cutting into sentences, without ever losing the place of a word in the text as given."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rapidfuzz.distance import OSA

_PARTICULIERS = {"’": "'", "‘": "'", "œ": "e", "Œ": "e", "æ": "e", "½": "e", "–": "-", "—": "-", "\xad": "-"}
_PARTICULIERS |= dict.fromkeys("`´ʼ′", "'")
# « D EXECUTION »: the apostrophe lost by a portal or by capitals.
_ELISION = re.compile(r"\b([dln]|qu) (?=[aeiouh][a-z]{2})")
_BLOCS = re.compile(r"\s*</?(?:p|div|li|ul|ol|br|tr|table|tbody|thead|h\d)\b[^<>]*>\s*", re.IGNORECASE)
_CELLULES = re.compile(r"\s*</t[dh]>\s*", re.IGNORECASE)
_BALISES = re.compile(r"</?(?:b|i|u|em|strong|span|font|a|sup|sub|small|section|td|th)(?: [^<>]*)?/?>", re.IGNORECASE)
# Lines cut by the width of a page: inside a word, after a word that calls for another, before a small letter.
_MOT_COUPE = re.compile(r"(?<=[a-zà-ÿ])[-\xad¬]\s*\n\s*(?=[a-zà-ÿ]{2})")
_APRES_APOSTROPHE = re.compile(r"(?<=['’])[ \t]*\n\s*")
_APPEL = re.compile(
    r"((?:,|\b(?:de|du|des|[aà]|aux?|l[ea]s?|une?|et|ou|en|par|pour|sur|dans|que|qui|est|sont|lots?|n°)))"
    r"[ \t]*\n\s*",
    re.IGNORECASE,
)
_LIGNE_SUITE = re.compile(
    r"(?<=[^\s.:;!?|])[ \t]*\n[ \t]*(?=[a-zà-ÿ])(?!(?:lots?|tranche|clause|marché|article)\b|[a-z]?[-)])"
)
# A table copied one cell a line: a lot, its name, a number.
_RANGEE_EN_COLONNE = re.compile(
    r"\n[ \t]*((?:lot )?\d{1,2}[a-z]?)[ \t]*\n[ \t]*([a-zà-ÿ][^\n\d]{2,60}?)[ \t]*\n"
    r"[ \t]*(\d[\d ]{0,6}(?: ?h(?:eures)?)?)(?=\s*(?:\n|$))",
    re.IGNORECASE,
)
_FIN = re.compile(
    r"[.!?](?=\s*[A-ZÀ-Ý*•«-])|;(?=\s*(?!(?:[Ll]ot|LOT|Tranche)\b)[A-ZÀ-Ý*•«-])|<br\s*/?>|[\r\n]+|(?<=[a-zà-ÿ)])(?=[A-ZÀ-Ý][a-zà-ÿ])"
)
_ABREGE = re.compile(r"(?:\b[LRDMC]|\b(?:art|cf|no|ex))\s*\.$", re.IGNORECASE)
_LONGUE = 1200
"""Beyond this length (characters) a notice is read passage by passage, so that one sentence is not drowned."""
_PASSAGE = 700


# The words that decide; a slip in one of them (« soical », « inssertion ») must not lose the notice.
_DECISIFS = re.findall(
    r"\w+",
    "social sociale sociales sociaux insertion insertions execution condition conditions caractere professionnelle"
    " activite economique environnemental environnementale obligatoire apprentissage apprenti stagiaire adaptee"
    " adaptees eloignees eloignes emploi difficulte difficultes titulaire prioritaires demandeurs",
)
_SANS_FAUTE = frozenset({*_DECISIFS, "assertion", "adaptes"})
_MOT_LONG = re.compile(r"[a-z]{6,}")


@dataclass(frozen=True, slots=True)
class Phrase:
    """One sentence: its place, its text as given, the same folded (same length)."""

    debut: int
    fin: int
    brut: str
    plie: str


class _Table(dict[int, str]):
    """str.translate's table, filled as letters are met."""

    def __missing__(self, code: int) -> str:
        c = chr(code)
        if c in _PARTICULIERS:
            plie = _PARTICULIERS[c]
        elif c.isspace() or c in "\u200b\ufeff":
            plie = " "
        else:
            plie = unicodedata.normalize("NFKD", c)[0].lower()[0]
        self[code] = plie
        return plie


_TABLE = _Table()


def plier(texte: str) -> str:
    """Lower case without accents, exactly as long as `texte`."""
    return _ELISION.sub(r"\1'", texte.translate(_TABLE))


@lru_cache(maxsize=20_000)
def _corriger_mot(mot: str) -> str:
    if mot in _SANS_FAUTE or any(mot.startswith(juste) or juste.startswith(mot) for juste in _DECISIFS):
        return mot
    for juste in _DECISIFS:
        if mot[0] == juste[0] and OSA.distance(mot, juste, score_cutoff=1) <= 1:
            return juste
    return mot


def corriger(plie: str) -> str:
    """Folded text with the slips of one letter mended in the words that decide; its length may change."""
    return _MOT_LONG.sub(lambda m: _corriger_mot(m.group()), plie)


def recoller(texte: str) -> str:
    """Undo what a PDF or a portal did: split accents, HTML entities and tags, lines cut by the width of a page.

    Done before anything is read: the spans given are those of the text so mended.
    """
    texte = unicodedata.normalize("NFC", texte)
    if "&" in texte:
        # Twice: some portals escape what was escaped.
        texte = html.unescape(html.unescape(texte))
    if "<" in texte:
        texte = _BALISES.sub(" ", _CELLULES.sub(" | ", _BLOCS.sub("\n", texte)))
    if "\n" in texte or "\r" in texte:
        texte = texte.replace("\r\n", "\n").replace("\r", "\n")
        texte = _APRES_APOSTROPHE.sub("", _MOT_COUPE.sub("", texte))
        texte = _APPEL.sub(r"\1 ", texte)
        texte = _LIGNE_SUITE.sub(" ", texte)
        texte = _RANGEE_EN_COLONNE.sub(r"\n\1 | \2 | \3", texte)
    return texte


def phrases(texte: str) -> list[Phrase]:
    """The sentences of a notice, also when the portal glued them (« obligatoire.Cette clause », « heuresLot 2 »)."""
    coupes = [0]
    for m in _FIN.finditer(texte):
        if m.group().startswith(".") and _ABREGE.search(texte[max(0, m.end() - 6) : m.end()]):
            continue
        coupes.append(m.end())
    coupes.append(len(texte))
    trouvees = []
    for debut, fin in pairwise(coupes):
        brut = texte[debut:fin]
        gauche = len(brut) - len(brut.lstrip(" \t\r\n*•;-"))
        brut = re.sub(r"<br\s*/?>$", "", brut).strip(" \t\r\n*•;-")
        if brut:
            trouvees.append(Phrase(debut + gauche, debut + gauche + len(brut), brut, plier(brut)))
    return trouvees


def passages(lues: list[Phrase]) -> Iterator[list[Phrase]]:
    """The notice whole when it is short, otherwise groups of consecutive sentences."""
    if not lues or lues[-1].fin - lues[0].debut <= _LONGUE:
        yield lues
        return
    groupe: list[Phrase] = []
    for phrase in lues:
        if groupe and phrase.fin - groupe[0].debut > _PASSAGE:
            yield groupe
            groupe = []
        groupe.append(phrase)
    yield groupe
