"""Who may be found otherwise: noted in the transaction of each act, whatever room it belongs to.

The sessions are listened to, so that no act has to remember the search. What a listener cannot name exactly (a
statement that writes many rows at once) is noted as « everything », which costs one full reading.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import event, insert, select
from sqlalchemy.orm import ORMExecuteState, Session, sessionmaker

from marketplace.comptes.models import STRUCTURES_INSERTION, Organisation
from marketplace.heures.models import DecisionLigne, Declaration, LigneHeures, LigneReprise
from marketplace.marches.models import Clause, Marche, Operation
from marketplace.offres.models import Offre
from marketplace.recherche.models import ChangementRecherche, Genre

_NOTES = "changements_recherche"
TABLES = frozenset(
    classe.__tablename__
    for classe in (Clause, DecisionLigne, Declaration, LigneReprise, Marche, Offre, Operation, Organisation)
)
"""Written in bulk, these tables change what is found."""

Note = tuple[Genre, int]


def suivre(sessions: sessionmaker[Session]) -> None:
    """Note every change made through these sessions."""
    event.listen(sessions, "after_flush", _apres_ecriture)
    event.listen(sessions, "do_orm_execute", _avant_ordre)
    event.listen(sessions, "after_commit", _oublier)
    event.listen(sessions, "after_rollback", _oublier)


def _oublier(s: Session) -> None:
    s.info.pop(_NOTES, None)


def _noter(s: Session, notes: Iterable[Note]) -> None:
    """Write those not yet noted in this transaction."""
    deja: set[Note] = s.info.setdefault(_NOTES, set())
    nouvelles = sorted(set(notes) - deja)
    if (Genre.TOUT, 0) in deja or not nouvelles:
        return
    deja.update(nouvelles)
    lignes = [{"genre": genre, "objet_id": objet} for genre, objet in nouvelles]
    s.connection().execute(insert(ChangementRecherche), lignes)


def _notes_de(objet: Any, neuf: bool) -> Iterable[Note]:
    """What a row changes. A buyer or an opération just made holds no marché yet; renamed, it may hold many."""
    if isinstance(objet, Marche):
        yield Genre.MARCHE, objet.id
    elif isinstance(objet, Offre):
        yield Genre.OFFRE, objet.id
        yield Genre.STRUCTURE, objet.organisation_id
    elif isinstance(objet, Organisation):
        if not neuf:
            yield Genre.TOUT, 0
        elif objet.type in STRUCTURES_INSERTION:
            yield Genre.STRUCTURE, objet.id
    elif isinstance(objet, Operation):
        if not neuf:
            yield Genre.TOUT, 0
    elif getattr(objet, "marche_id", None) is not None:
        yield Genre.MARCHE, objet.marche_id


def _apres_ecriture(s: Session, _: Any) -> None:
    """Objects changed: what hangs on a marché changes the marché."""
    neufs = set(s.new)
    notes: set[Note] = set()
    lignes: set[int] = set()
    for objet in (*neufs, *s.deleted, *(o for o in s.dirty if s.is_modified(o))):
        if isinstance(objet, DecisionLigne):
            lignes.add(objet.ligne_id)
        else:
            notes.update(_notes_de(objet, objet in neufs))
    if lignes:
        marches = s.connection().execute(select(LigneHeures.marche_id).where(LigneHeures.id.in_(lignes)))
        notes.update((Genre.MARCHE, marche_id) for (marche_id,) in marches)
    _noter(s, notes)


def _avant_ordre(etat: ORMExecuteState) -> None:
    """A statement that writes many rows at once: the marchés it names, else everything."""
    if not (etat.is_insert or etat.is_update or etat.is_delete):
        return
    table = getattr(getattr(etat.statement, "table", None), "name", "")
    if table in TABLES:
        _noter(etat.session, [(Genre.TOUT, 0)])
