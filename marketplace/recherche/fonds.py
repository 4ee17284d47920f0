"""What can be found in a territory, held by each process and brought up to date before each answer.

Every act that changes what is found notes it in its transaction (`recherche.changements`); here the notes written
since the last look are read, one query, and what they name is read again. PostgreSQL may show a note after one
with a higher number: the missing numbers are looked for again, a while. A new day, notes already swept away or a
bulk write mean one full reading.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from marketplace.recherche.index import Index
from marketplace.recherche.lectures import (
    NOMBRES_MARCHES,
    NOMBRES_OFFRES,
    NOMBRES_STRUCTURES,
    fiches_marches,
    fiches_offres,
    fiches_structures,
)
from marketplace.recherche.models import ChangementRecherche, Genre

TROUS_REGARDES = 200
"""How many looks a missing number is waited for: a transaction that long has been rolled back."""
LOT = 500
"""More marchés changed at once than this: reading them all again is quicker."""
LOURD = 2000
"""Dead places an index may carry."""


def _bornes(fonction: Any) -> Any:
    """The first or last note: asked apart, each is read at one end of the key; together, SQLite reads every note."""
    return select(fonction(ChangementRecherche.id)).scalar_subquery()


@dataclass(slots=True)
class Fonds:
    """The three indexes of a territory, as of a note and a day."""

    territoire_id: int
    jour: date = date.min
    numero: int = 0
    trous: dict[int, int] = field(default_factory=dict)
    marches: Index = field(default_factory=lambda: Index(NOMBRES_MARCHES))
    offres: Index = field(default_factory=lambda: Index(NOMBRES_OFFRES))
    structures: Index = field(default_factory=lambda: Index(NOMBRES_STRUCTURES))

    def _tout_lire(self, s: Session, jour: date, dernier: int) -> None:
        for index in (self.marches, self.offres, self.structures):
            index.vider()
        self.marches.poser(fiches_marches(s, self.territoire_id, jour))
        self.offres.poser(fiches_offres(s, self.territoire_id))
        self.structures.poser(fiches_structures(s, self.territoire_id))
        self.jour, self.numero, self.trous = jour, dernier, {}

    def rafraichir(self, s: Session, jour: date) -> None:
        """Bring up to date. One query when nothing changed."""
        premier, dernier = s.execute(select(_bornes(func.min), _bornes(func.max))).one()
        premier, dernier = premier or 0, dernier or 0
        if self.jour != jour or premier > self.numero + 1 or dernier < self.numero:
            self._tout_lire(s, jour, dernier)
            return
        if dernier == self.numero and not self.trous:
            return
        notes = s.execute(
            select(ChangementRecherche.id, ChangementRecherche.genre, ChangementRecherche.objet_id).where(
                or_(ChangementRecherche.id > self.numero, ChangementRecherche.id.in_(self.trous))
            )
        ).all()
        vus = {numero for numero, _, _ in notes}
        if any(genre is Genre.TOUT for _, genre, _ in notes):
            self._tout_lire(s, jour, max(dernier, *vus))
            return
        self._appliquer(s, {(genre, objet) for _, genre, objet in notes})
        plus_haut = max(vus, default=self.numero)
        attendus = {n: vies - 1 for n, vies in self.trous.items() if n not in vus and vies > 1}
        attendus |= dict.fromkeys(set(range(self.numero + 1, plus_haut)) - vus, TROUS_REGARDES)
        self.numero, self.trous = max(self.numero, plus_haut), attendus

    def _appliquer(self, s: Session, notes: set[tuple[Genre, int]]) -> None:
        marches = {objet for genre, objet in notes if genre is Genre.MARCHE}
        offres = {objet for genre, objet in notes if genre is Genre.OFFRE}
        if len(marches) > LOT or self.marches.poids_mort > LOURD:
            self.marches.vider()
            self.marches.poser(fiches_marches(s, self.territoire_id, self.jour))
        elif marches:
            self.marches.poser(fiches_marches(s, self.territoire_id, self.jour, marches), marches)
        if len(offres) > LOT or self.offres.poids_mort > LOURD:
            self.offres.vider()
            self.offres.poser(fiches_offres(s, self.territoire_id))
        elif offres:
            self.offres.poser(fiches_offres(s, self.territoire_id, offres), offres)
        if any(genre is Genre.STRUCTURE for genre, _ in notes):
            self.structures.vider()
            self.structures.poser(fiches_structures(s, self.territoire_id))


@dataclass(slots=True)
class _Base:
    """The territories of one database."""

    verrou: threading.RLock = field(default_factory=threading.RLock)
    territoires: dict[int, Fonds] = field(default_factory=dict)


_bases: WeakKeyDictionary[Any, _Base] = WeakKeyDictionary()
_verrou = threading.Lock()


@contextmanager
def fonds(s: Session, territoire_id: int, jour: date) -> Iterator[Fonds]:
    """What can be found in this territory now. Held for one thread at a time: ask, then leave."""
    with _verrou:
        base = _bases.setdefault(s.get_bind().engine, _Base())
    with base.verrou:
        tenu = base.territoires.setdefault(territoire_id, Fonds(territoire_id))
        try:
            tenu.rafraichir(s, jour)
        except BaseException:
            base.territoires.pop(territoire_id, None)  # half read, it would answer wrongly for ever
            raise
        yield tenu
