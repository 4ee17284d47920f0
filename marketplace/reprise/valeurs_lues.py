"""The distinct values of the rows, matched once each: buyers, firms, opérations, communes, closed lists."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from marketplace.reprise.connus import Connus
from marketplace.reprise.reponses import Reponses
from marketplace.reprise.rules.champs import MARCHES
from marketplace.reprise.rules.listes import FERMEES, decouper
from marketplace.reprise.rules.rapprochement import IGNORER, Cible, Rapprochement, rapprocher
from marketplace.reprise.rules.source import Enregistrement, Lecture
from marketplace.valeurs import cle

LARGEUR = 200
"""What a name may hold in the base."""
CREES = frozenset({"acheteur", "entreprise", "operation"})
"""Names a workbook may bring that nobody knows yet."""
DEMANDEES = frozenset({"modalite", "secteur", "etat", "categorie"})
"""Closed lists whose unknown words are always asked."""
_SOURCES: Mapping[str, tuple[str, ...]] = {
    "acheteur": ("acheteur",),
    "entreprise": ("titulaire", "employeur"),
    "operation": ("operation",),
    "commune": ("commune",),
    "metier": ("metier",),
    "modalite": ("modalite",),
    "secteur": ("secteur",),
    "etat": ("etat",),
    "nature": ("nature",),
}


@dataclass(slots=True)
class Valeurs:
    """What each value means, by group then folded value. `accepter`: take the proposed answer to each question."""

    rapprochements: dict[str, tuple[Rapprochement, ...]] = field(default_factory=dict)
    accepter: bool = False
    _index: dict[str, dict[str, Rapprochement]] = field(default_factory=dict)

    def poser(self, champ: str, faits: tuple[Rapprochement, ...]) -> None:
        """Keep the matches of a group."""
        self.rapprochements[champ] = faits
        self._index[champ] = {cle(r.valeur): r for r in faits}

    def de(self, champ: str, texte: str) -> Rapprochement | None:
        """The match of a text, None for an empty one."""
        return self._index.get(champ, {}).get(cle(texte[:LARGEUR]))

    def cible(self, champ: str, texte: str) -> str:
        """The target of a text, empty when it has none or is set aside."""
        trouve = self.de(champ, texte)
        return trouve.cible if trouve else IGNORER

    def libelle(self, champ: str, texte: str) -> str:
        """The name under which a text is kept."""
        trouve = self.de(champ, texte)
        return trouve.libelle if trouve and trouve.cible else texte

    def a_decider(self, champ: str, texte: str) -> bool:
        """Whether somebody still has to say what this text means."""
        trouve = self.de(champ, texte)
        return trouve is not None and trouve.a_decider and not self.accepter

    @property
    def decisions(self) -> tuple[Rapprochement, ...]:
        """The questions left, group by group."""
        return tuple(r for faits in self.rapprochements.values() for r in faits if r.a_decider)


def rapprocher_valeurs(
    lectures: Sequence[Lecture], connus: Connus, reponses: Reponses, metiers: Sequence[Cible], *, accepter: bool = False
) -> Valeurs:
    """Match every distinct value of the rows. Answers first, then what was decided before, then likeness."""
    valeurs = Valeurs(accepter=accepter)
    ouvertes: Mapping[str, Sequence[Cible]] = {
        "acheteur": connus.acheteurs,
        "entreprise": connus.entreprises,
        "operation": connus.operations,
        "commune": connus.communes,
        "metier": metiers,
    }
    comptes = _compter(lectures)
    par_siret = {
        cle(e.texte("titulaire")): connus.par_siret[e.siret]
        for lecture in lectures
        for e in lecture.bons
        if e.siret in connus.par_siret
    }
    for champ in (*_SOURCES, "categorie"):
        retenues = {**connus.retenues.get(champ, {}), **reponses.valeurs.get(champ, {})}
        if champ == "entreprise":
            retenues = {**par_siret, **retenues}
        faits = rapprocher(
            champ,
            comptes[champ],
            ouvertes[champ] if champ in ouvertes else FERMEES[champ],
            retenues,
            creer=champ in CREES,
            demander=champ in DEMANDEES,
        )
        valeurs.poser(champ, faits)
    return valeurs


def _compter(lectures: Iterable[Lecture]) -> defaultdict[str, Counter[str]]:
    comptes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for lecture in lectures:
        for e in lecture.bons:
            for champ, sources in _SOURCES.items():
                for source in sources:
                    _noter(comptes, champ, e, source)
            if lecture.grille.genre != MARCHES:
                for mot in decouper(e.texte("categorie")):
                    if cle(mot):
                        comptes["categorie"][mot] += 1
    return comptes


def _noter(comptes: defaultdict[str, Counter[str]], champ: str, e: Enregistrement, source: str) -> None:
    texte = e.texte(source)[:LARGEUR]
    if cle(texte):
        comptes[champ][texte] += 1
