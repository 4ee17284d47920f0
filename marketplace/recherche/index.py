"""An inverted index in memory: words, labels and numbers of what can be found. Knows no table and no page.

Every question is answered by a few operations on arrays, whatever is asked: the first page, a rare label, counts
by label and a search of words cost about the same with six hundred things as with sixty thousand. The same
answers come whatever database stands behind.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from marketplace.recherche.textes import corriger

Positions = NDArray[np.int64]
Masque = NDArray[np.bool_]

VIDE: Positions = np.empty(0, dtype=np.int64)
COURT = 2
"""A word of so few letters is found whole only: inside others it would be noise."""
MEMOIRE = 512
"""How many words typed are remembered with the words of the lexicon that hold them."""


@dataclass(frozen=True, slots=True)
class Fiche:
    """One thing to find: folded words, labels by kind, whole numbers by kind. Shown by rising `ordre`."""

    id: int
    ordre: int
    textes: tuple[str, ...]
    etiquettes: Mapping[str, tuple[str, ...]]
    nombres: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. Labels: one of these for each kind named. `au_moins`, `au_plus`: bounds of numbers, included."""

    mots: Sequence[str] = ()
    etiquettes: Mapping[str, Collection[str]] = field(default_factory=dict)
    au_moins: Mapping[str, int] = field(default_factory=dict)
    au_plus: Mapping[str, int] = field(default_factory=dict)


class Index:
    """The things of one kind in one territory. Not safe between threads: its owner locks."""

    def __init__(self, nombres: tuple[str, ...]) -> None:
        self._noms = nombres
        self.vider()

    def vider(self) -> None:
        """Forget everything."""
        self.ids: Positions = VIDE
        self.ordres: Positions = VIDE
        self.vivants: Masque = np.empty(0, dtype=np.bool_)
        self.nombres: dict[str, Positions] = dict.fromkeys(self._noms, VIDE)
        self.mots: dict[str, Positions] = {}
        self.etiquettes: dict[str, dict[str, Positions]] = {}
        self._rangs: dict[int, int] = {}
        self._oublier()

    def _oublier(self) -> None:
        self._contenus: dict[str, tuple[str, ...]] = {}
        self._lexique: list[str] | None = None

    def __len__(self) -> int:
        return len(self._rangs)

    @property
    def poids_mort(self) -> int:
        """Places left by things changed or gone: past a share of the whole, its owner fills the index again."""
        return len(self.ids) - len(self._rangs)

    def poser(self, fiches: Iterable[Fiche], retires: Iterable[int] = ()) -> None:
        """Put these things, in place of what they were, and take those away."""
        nouvelles = list(fiches)
        for ancien in {f.id for f in nouvelles}.union(retires):
            if (rang := self._rangs.pop(ancien, None)) is not None:
                self.vivants[rang] = False
        if not nouvelles:
            return
        depart = len(self.ids)
        mots: dict[str, list[int]] = {}
        etiquettes: dict[str, dict[str, list[int]]] = {}
        for rang, fiche in enumerate(nouvelles, depart):
            self._rangs[fiche.id] = rang
            for mot in {m for texte in fiche.textes for m in texte.split()}:
                mots.setdefault(mot, []).append(rang)
            for genre, valeurs in fiche.etiquettes.items():
                cases = etiquettes.setdefault(genre, {})
                for valeur in valeurs:
                    cases.setdefault(valeur, []).append(rang)
        self.ids = np.append(self.ids, np.array([f.id for f in nouvelles], dtype=np.int64))
        self.ordres = np.append(self.ordres, np.array([f.ordre for f in nouvelles], dtype=np.int64))
        self.vivants = np.append(self.vivants, np.ones(len(nouvelles), dtype=np.bool_))
        for nom in self._noms:
            valeurs_lues = np.array([f.nombres[nom] for f in nouvelles], dtype=np.int64)
            self.nombres[nom] = np.append(self.nombres[nom], valeurs_lues)
        _ajouter(self.mots, mots)
        for genre, cases in etiquettes.items():
            _ajouter(self.etiquettes.setdefault(genre, {}), cases)
        self._oublier()

    def lexique(self) -> list[str]:
        """Every word of what can be found now, sorted."""
        if self._lexique is None:
            vivants = self.vivants
            self._lexique = sorted(mot for mot, rangs in self.mots.items() if vivants[rangs].any())
        return self._lexique

    def _qui_contiennent(self, mot: str) -> tuple[str, ...]:
        if len(mot) <= COURT:
            return (mot,) if mot in self.mots else ()
        if mot not in self._contenus:
            if len(self._contenus) >= MEMOIRE:
                self._contenus.clear()
            self._contenus[mot] = tuple(connu for connu in self.mots if mot in connu)
        return self._contenus[mot]

    def _masque(self, rangs: Iterable[Positions]) -> Masque:
        masque = np.zeros(len(self.ids), dtype=np.bool_)
        for places in rangs:
            masque[places] = True
        return masque

    def _portant(self, formes: tuple[str, ...]) -> Masque:
        """Things one of whose words holds one of these forms."""
        return self._masque(self.mots[connu] for forme in formes for connu in self._qui_contiennent(forme))

    def chercher(self, question: Question) -> Selection:
        """What answers exactly; when nothing holds the words, what comes near them, and the answer says so."""
        tous: list[tuple[str, ...]] = [(mot,) for mot in question.mots]
        exacte = self._selection(question, tous)
        if exacte.total or not question.mots:
            return exacte
        proches = corriger(list(question.mots), self.lexique())
        if proches is None or proches == tous:
            return exacte
        approchee = self._selection(question, proches)
        return approchee if approchee.total else exacte

    def _selection(self, question: Question, formes: list[tuple[str, ...]]) -> Selection:
        commun = self.vivants.copy()
        for mot in formes:
            commun &= self._portant(mot)
        for nom, borne in question.au_moins.items():
            commun &= self.nombres[nom] >= borne
        for nom, borne in question.au_plus.items():
            commun &= self.nombres[nom] <= borne
        par_genre: dict[str, Masque] = {}
        for genre, valeurs in question.etiquettes.items():
            cases = self.etiquettes.get(genre, {})
            par_genre[genre] = self._masque(cases[v] for v in valeurs if v in cases)
        approche = any(mot != (demande,) for mot, demande in zip(formes, question.mots, strict=True))
        return Selection(self, commun, par_genre, approche, tuple(m for mot in formes for m in mot))


def _ajouter(cases: dict[str, Positions], nouvelles: Mapping[str, list[int]]) -> None:
    for cle, rangs in nouvelles.items():
        places = np.array(rangs, dtype=np.int64)
        cases[cle] = np.append(cases[cle], places) if cle in cases else places


class Selection:
    """The answer to a question: how many, which, in order, and how many more each label would give."""

    def __init__(
        self, index: Index, commun: Masque, par_genre: dict[str, Masque], approche: bool, formes: tuple[str, ...]
    ) -> None:
        self._index, self._commun, self._par_genre, self._formes = index, commun, par_genre, formes
        self.approche = approche
        self._tout = self._sans(None)
        self.total = int(self._tout.sum())

    def _sans(self, genre: str | None) -> Masque:
        """The answer without what was asked of one kind of labels."""
        masque = self._commun
        for autre, le_sien in self._par_genre.items():
            if autre != genre:
                masque = masque & le_sien
        return masque

    def ids(self, debut: int = 0, nombre: int | None = None) -> list[int]:
        """Their ids, in the order shown."""
        index, rangs = self._index, np.flatnonzero(self._tout)
        tries = rangs[np.argsort(index.ordres[rangs], kind="stable")]
        return [int(i) for i in index.ids[tries[debut : None if nombre is None else debut + nombre]]]

    def ids_par(self, genre: str, rangs: Mapping[str, float]) -> list[int]:
        """Their ids, labels of this kind in the order of these numbers: nearest commune first, then as shown."""
        index = self._index
        distances = np.full(len(index.ids), np.inf)
        for valeur, places in index.etiquettes.get(genre, {}).items():
            if valeur in rangs:
                distances[places] = rangs[valeur]
        trouves = np.flatnonzero(self._tout)
        tries = trouves[np.lexsort((index.ordres[trouves], distances[trouves]))]
        return [int(i) for i in index.ids[tries]]

    def meilleurs(self, nombre: int) -> list[int]:
        """The first ones, those that hold the words whole before those that hold them inside others."""
        index, rangs = self._index, np.flatnonzero(self._tout)
        entiers = np.zeros(len(index.ids), dtype=np.int64)
        for forme in self._formes:
            entiers[index.mots.get(forme, VIDE)] -= 1
        tries = rangs[np.lexsort((index.ordres[rangs], entiers[rangs]))]
        return [int(i) for i in index.ids[tries[:nombre]]]

    def comptes(self, genre: str) -> dict[str, int]:
        """For each label of this kind, how many would stay if it were the one asked for. Zeros are left out."""
        masque = self._sans(genre)
        comptes = {v: int(masque[rangs].sum()) for v, rangs in self._index.etiquettes.get(genre, {}).items()}
        return {v: n for v, n in comptes.items() if n}

    def sommes(self, genre: str, nombre: str) -> dict[str, tuple[int, int]]:
        """(how many, sum of this number) by label of this kind, among the answer. Zeros are left out."""
        valeurs, sommes = self._index.nombres[nombre], {}
        for valeur, rangs in self._index.etiquettes.get(genre, {}).items():
            retenus = rangs[self._tout[rangs]]
            if len(retenus):
                sommes[valeur] = (len(retenus), int(valeurs[retenus].sum()))
        return sommes

    def somme(self, nombre: str) -> int:
        """The sum of this number over the answer."""
        return int(self._index.nombres[nombre][self._tout].sum())
