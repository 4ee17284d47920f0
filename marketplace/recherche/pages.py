"""One page of a catalogue: what is shown, and what more filtering would give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from marketplace.recherche.facettes import Facette
from marketplace.recherche.index import Selection

PAR_PAGE = 25

Ligne = TypeVar("Ligne")


@dataclass(frozen=True, slots=True)
class PageTrouvee(Generic[Ligne]):
    """One page of marchés, openings or structures. `approche`: nothing held the words, these come near."""

    lignes: tuple[Ligne, ...]
    total: int
    page: int
    pages: int
    approche: bool
    facettes: tuple[Facette, ...] = ()
    maj_le: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tranche:
    """The ids of one page of an answer, read while the index is held. `comptes`: by kind of labels, when asked for."""

    ids: Sequence[int]
    total: int
    page: int
    pages: int
    approche: bool
    comptes: Mapping[str, dict[str, int]]

    def remplie(
        self, lignes: tuple[Ligne, ...], facettes: tuple[Facette, ...] = (), maj_le: datetime | None = None
    ) -> PageTrouvee[Ligne]:
        """The page, once its ids are read in the base."""
        return PageTrouvee(lignes, self.total, self.page, self.pages, self.approche, facettes, maj_le)


def tranche(
    reponse: Selection, page: int, genres: Sequence[str] = (), distances: Mapping[str, float] | None = None
) -> Tranche:
    """Page `page` of an answer, brought between the first and the last; nearest commune first when given distances."""
    pages = max(1, -(-reponse.total // PAR_PAGE))
    page = min(max(1, page), pages)
    debut = (page - 1) * PAR_PAGE
    if distances is None:
        ids = reponse.ids(debut, PAR_PAGE)
    else:
        ids = reponse.ids_par("commune", distances)[debut : debut + PAR_PAGE]
    return Tranche(ids, reponse.total, page, pages, reponse.approche, {g: reponse.comptes(g) for g in genres})


def premiers(reponse: Selection, nombre: int) -> Tranche:
    """The best few of an answer, those that hold its words whole first."""
    return Tranche(reponse.meilleurs(nombre), reponse.total, 1, 1, reponse.approche, {})
