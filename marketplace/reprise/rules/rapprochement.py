"""Names written in several ways brought together: what is surely the same, what is likely, what is new."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from rapidfuzz import fuzz

from marketplace.valeurs import cle

CREER = "+"
"""A target that starts so is made: « +Pil'emploi »."""
IGNORER = ""
SUR = 97
"""Likeness from which two long names are one, unless their figures differ."""
DOUTE = 84
"""Likeness from which somebody is asked."""
LONGUEUR_SURE = 12

_ARTICLES = "de du des la le les l d et en a au aux un une the"
_JURIDIQUES = """
sarl sas sasu sa eurl scop scic snc sci earl association asso ass ets etablissement etablissements entreprise ent
societe ste stes groupe cie
"""
_SIGLE = re.compile(r"\b(?:[A-Za-z]\.){1,5}[A-Za-z]\b\.?")
"""« B.R.L », « O.N.F. »: letters and dots."""
_VIDES = frozenset(_ARTICLES.split())
_FORMES = frozenset(_JURIDIQUES.split())
_MOTS = {
    "st": "saint", "ste": "sainte", "sts": "saint", "dept": "departement", "dpt": "departement", "dep": "departement",
    "conseil": "", "departemental": "departement", "departementale": "departement", "general": "general",
    "cdc": "communaute", "cc": "communaute", "ca": "agglomeration", "agglo": "agglomeration", "mtp": "montpellier",
    "regional": "region", "regionale": "region",
}  # fmt: skip


class Sorte(StrEnum):
    """How a value found what it means."""

    RETENUE = "retenue"
    IDENTIQUE = "identique"
    PROCHE = "proche"
    NOUVELLE = "nouvelle"
    IGNOREE = "ignoree"
    A_DECIDER = "a_decider"


@dataclass(frozen=True, slots=True)
class Cible:
    """Something a value may mean: its code, its name on the screens, the ways it is written."""

    code: str
    libelle: str
    formes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rapprochement:
    """One value of a column, how often it is met, and what it means; `suggestions` when somebody has to say.

    `cible` is the answer proposed: a code, « +name » to make it, empty to set it aside.
    """

    champ: str
    valeur: str
    nombre: int
    sorte: Sorte
    cible: str
    libelle: str
    suggestions: tuple[Cible, ...] = ()

    @property
    def a_decider(self) -> bool:
        """Whether somebody has to say."""
        return self.sorte is Sorte.A_DECIDER


@lru_cache(maxsize=65_536)
def squelette(nom: str) -> str:
    """What is left of a name once articles, legal forms, plurals, doubled letters and blanks are gone.

    « Pil'emploi » and « Pill'Emploi », « St Pons » and « Saint-Pons », « Vigne(s) de Cocagne » and « Vignes de
    Cocagne » leave the same (domaine-herault I28).
    """
    sans_points = _SIGLE.sub(lambda m: m.group().replace(".", ""), nom)
    mots = [_MOTS.get(m, m) for m in cle(sans_points.replace("(s)", "s")).split()]
    utiles = [m for m in mots if m and m not in _VIDES and m not in _FORMES] or mots
    reduits = [re.sub(r"s$", "", m) if len(m) > 3 else m for m in utiles]
    return re.sub(r"([a-z])\1+", r"\1", "".join(reduits))


@dataclass(frozen=True, slots=True)
class _Nom:
    """What is compared of a name, worked out once."""

    plat: str
    trie: str
    chiffres: tuple[str, ...]
    squelette: str
    sigle: str


@lru_cache(maxsize=65_536)
def _nom(nom: str) -> _Nom:
    mots = cle(nom).split()
    return _Nom(
        plat="".join(mots),
        trie=" ".join(sorted(mots)),
        chiffres=tuple(sorted(re.findall(r"\d+", " ".join(mots)))),
        squelette=squelette(nom),
        sigle="".join(m[0] for m in mots if m not in _VIDES and m not in _FORMES),
    )


def ressemblance(a: str, b: str) -> float:
    """Likeness of two names, 0 to 100: of their skeletons, of their words in any order; 0 when their figures differ."""
    un, deux = _nom(a), _nom(b)
    if un.chiffres != deux.chiffres or not un.squelette or not deux.squelette:
        return 0.0
    if un.squelette == deux.squelette:
        return 100.0
    if min(len(un.squelette), len(deux.squelette)) <= 3:
        return 0.0
    return float(max(fuzz.ratio(un.squelette, deux.squelette), fuzz.ratio(un.trie, deux.trie)))


def rapprocher(
    champ: str,
    valeurs: Mapping[str, int],
    cibles: Sequence[Cible],
    retenues: Mapping[str, str],
    *,
    creer: bool,
    demander: bool = True,
) -> tuple[Rapprochement, ...]:
    """What each value means, the most frequent first. `retenues`: folded value → target decided before.

    Equal once reduced, or nearly so for a long name: taken. Near: asked, the nearest proposed. Far from all: made when
    `creer`, asked when `demander`, else set aside and shown.
    """
    connues = {c.code: c for c in cibles}
    par_squelette: dict[str, Cible] = {}
    for cible in cibles:
        for forme in (cible.libelle, *cible.formes):
            par_squelette.setdefault(squelette(forme), cible)
    faits: list[Rapprochement] = []
    nouvelles: list[Cible] = []
    for valeur, nombre in sorted(_regrouper(valeurs).items(), key=lambda v: (-v[1], v[0])):
        retenue = retenues.get(cle(valeur)[:200])
        if retenue is not None and (retenue in connues or retenue[:1] in (CREER, IGNORER)):
            if retenue.startswith(CREER):
                nouvelles.append(Cible(retenue, retenue[1:]))
            libelle = connues[retenue].libelle if retenue in connues else retenue[1:]
            faits.append(Rapprochement(champ, valeur, nombre, Sorte.RETENUE, retenue, libelle))
            continue
        pareille = par_squelette.get(squelette(valeur))
        if pareille is not None:
            nouveau = pareille.code.startswith(CREER)
            sorte = Sorte.IDENTIQUE if not nouveau or cle(pareille.libelle) == cle(valeur) else Sorte.PROCHE
            faits.append(Rapprochement(champ, valeur, nombre, sorte, pareille.code, pareille.libelle))
            continue
        fait = _juger(champ, valeur, nombre, [*cibles, *nouvelles], creer=creer)
        if fait.a_decider and not demander and not _proche(fait):
            fait = Rapprochement(champ, valeur, nombre, Sorte.IGNOREE, IGNORER, "", fait.suggestions)
        if fait.cible.startswith(CREER):
            nouvelle = Cible(fait.cible, valeur)
            nouvelles.append(nouvelle)
            par_squelette[squelette(valeur)] = nouvelle
        faits.append(fait)
    return tuple(faits)


def _proche(fait: Rapprochement) -> bool:
    formes = [f for c in fait.suggestions for f in (c.libelle, *c.formes)]
    return any(ressemblance(fait.valeur, f) >= DOUTE for f in formes)


def _regrouper(valeurs: Mapping[str, int]) -> Counter[str]:
    """Values that differ by case and accents only counted once, under the spelling met most."""
    par_cle: dict[str, Counter[str]] = {}
    for valeur, nombre in valeurs.items():
        par_cle.setdefault(cle(valeur), Counter())[valeur] += nombre
    return Counter({max(c, key=lambda v: (c[v], v)): sum(c.values()) for c in par_cle.values()})


def _juger(champ: str, valeur: str, nombre: int, cibles: Sequence[Cible], *, creer: bool) -> Rapprochement:
    notes = sorted(
        ((max(ressemblance(valeur, f) for f in (c.libelle, *c.formes)), i, c) for i, c in enumerate(cibles)),
        key=lambda n: (-n[0], n[1]),
    )
    meilleure = notes[0][0] if notes else 0
    long_ = len(squelette(valeur)) >= LONGUEUR_SURE
    if notes and meilleure >= SUR and long_ and (len(notes) < 2 or notes[1][0] < SUR or notes[1][2] == notes[0][2]):
        return Rapprochement(champ, valeur, nombre, Sorte.PROCHE, notes[0][2].code, notes[0][2].libelle)
    proches = [c for note, _, c in notes if note >= DOUTE][:3]
    if creer and len(cle(valeur).replace(" ", "")) >= 2:
        proches += [c for c in _par_sigle(valeur, cibles) if c not in proches][:1]
    if proches:
        return Rapprochement(
            champ, valeur, nombre, Sorte.A_DECIDER, proches[0].code, proches[0].libelle, tuple(proches)
        )
    if creer:
        return Rapprochement(champ, valeur, nombre, Sorte.NOUVELLE, CREER + valeur, valeur)
    suggestions = tuple(c for note, _, c in notes[:3] if note >= 60)
    cible = suggestions[0] if suggestions else Cible(IGNORER, "")
    return Rapprochement(champ, valeur, nombre, Sorte.A_DECIDER, cible.code, cible.libelle, suggestions)


def _par_sigle(valeur: str, cibles: Iterable[Cible]) -> list[Cible]:
    """Targets whose initials are this short name, or the other way round: « BRL », « ONF »."""
    cherche = _nom(valeur)
    trouvees = []
    for cible in cibles:
        autre = _nom(cible.libelle)
        sigles = {(autre.sigle, cherche.plat), (cherche.sigle, autre.plat)}
        if cherche.plat != autre.plat and any(3 <= len(nom) <= 6 and sigle == nom for sigle, nom in sigles):
            trouvees.append(cible)
    return trouvees
