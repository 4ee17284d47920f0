"""What every act leaves behind, written inside the act's own transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import false, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_pg
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm import Session

from marketplace.journal.models import Alerte, Courriel, Evenement, Gravite, LecturePersonne, Notification


class ActeurJournal(Protocol):
    """What the journal needs to know of an actor (`comptes.roles.Acteur` fits)."""

    @property
    def utilisateur_id(self) -> int | None: ...
    @property
    def nom(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def organisation_id(self) -> int | None: ...
    @property
    def pour_le_compte_de(self) -> int | None: ...
    @property
    def source(self) -> str | None: ...


def journaliser(
    s: Session,
    quand: datetime,
    acteur: ActeurJournal,
    action: str,
    objet: Any,
    resume: str,
    **details: Any,
) -> None:
    """Record one act on `objet` (a mapped row already flushed). `resume` is the sentence shown in the journal."""
    s.flush()
    s.add(
        Evenement(
            quand=quand,
            acteur_id=acteur.utilisateur_id,
            acteur_nom=acteur.nom,
            role=str(acteur.role),
            organisation_id=acteur.organisation_id,
            pour_le_compte_de_id=acteur.pour_le_compte_de,
            source=acteur.source,
            action=action,
            objet_type=objet.__tablename__,
            objet_id=objet.id,
            objet_ref=getattr(objet, "ref", "") or "",
            resume=resume,
            details=details,
        )
    )


def noter_lectures(
    s: Session,
    quand: datetime,
    acteur: ActeurJournal,
    personnes: Iterable[int],
    finalite: str,
    *,
    nommee: bool = True,
) -> None:
    """Record that these people were read, and why (N2). Somebody reading for another says so."""
    if acteur.pour_le_compte_de is not None:
        finalite = f"{finalite}, par un facilitateur pour son compte"
    lues = [
        {
            "quand": quand,
            "acteur_id": acteur.utilisateur_id,
            "role": str(acteur.role),
            "organisation_id": acteur.organisation_id,
            "personne_id": personne,
            "finalite": finalite,
            "nommee": nommee,
        }
        for personne in dict.fromkeys(personnes)
    ]
    if lues:
        s.execute(insert(LecturePersonne), lues)  # one statement, however long the list


def _inserer_si_absent(s: Session, table: Any, valeurs: dict[str, Any], uniques: list[str]) -> bool:
    """INSERT … ON CONFLICT DO NOTHING on either engine; whether a row was written."""
    dialecte = s.get_bind().dialect.name
    inserer = insert_pg if dialecte == "postgresql" else insert_sqlite
    ordre = inserer(table).values(**valeurs).on_conflict_do_nothing(index_elements=uniques).returning(table.id)
    return s.execute(ordre).first() is not None


def poster(s: Session, quand: datetime, *, cle: str, destinataire: str, sujet: str, corps: str) -> bool:
    """Put one message in the outbox; `cle` makes it unique, so a second call does nothing (returns False).

    The body carries no personal detail (N21): a link back to the product is enough.
    """
    return _inserer_si_absent(
        s,
        Courriel,
        {
            "cle": cle,
            "destinataire": destinataire,
            "sujet": sujet,
            "corps": corps,
            "cree_le": quand,
            "essais": 0,
        },
        ["cle"],
    )


def notifier(
    s: Session,
    quand: datetime,
    *,
    utilisateur_id: int,
    cle: str,
    texte: str,
    lien: str,
    famille: str = "personnes",
    recapitulee_le: datetime | None = None,
) -> bool:
    """Leave one message inside the product for a user; unique by (user, `cle`).

    `famille` decides how often a mail tells of it (`journal.messages`); `recapitulee_le`: a mail already left for it.
    """
    return _inserer_si_absent(
        s,
        Notification,
        {
            "utilisateur_id": utilisateur_id,
            "cle": cle,
            "texte": texte,
            "lien": lien,
            "famille": famille,
            "creee_le": quand,
            "recapitulee_le": recapitulee_le,
        },
        ["utilisateur_id", "cle"],
    )


@dataclass(frozen=True, slots=True)
class AlerteDue:
    """An alerte that a room finds due today. `cle` is stable for one fact: it keeps the alerte from doubling."""

    cle: str
    territoire_id: int
    type: str
    objet_type: str
    objet_id: int
    objet_ref: str
    gravite: Gravite
    message: str
    action: str
    lien: str
    proprietaire_id: int | None = None


def reconcilier_alertes(
    s: Session,
    quand: datetime,
    territoire_id: int,
    dues: Iterable[AlerteDue],
    types: Iterable[str],
    objets: Iterable[tuple[str, int]] | None = None,
) -> dict[str, int]:
    """Open what is due, refresh what still is, close what no longer is, among the alertes of these types.

    `objets`, when given, restricts to those (objet_type, objet_id): used inside an act for the one it touched. `dues`
    then holds nothing of other objects.
    An alerte whose fact comes back after it closed opens again. Returns {"ouvertes", "maintenues", "fermees"}.
    """
    s.flush()
    par_cle = {a.cle: a for a in dues}
    requete = select(*_COLONNES).where(Alerte.territoire_id == territoire_id, Alerte.type.in_(list(types)))
    perimetre = None if objets is None else set(objets)
    if perimetre:
        ids = {objet_id for _, objet_id in perimetre}
        # A long dense run is asked for as a range: binding thousands of ids costs more than reading a few rows more.
        dense = len(ids) > 200 and max(ids) - min(ids) < 2 * len(ids)
        requete = requete.where(Alerte.objet_id.between(min(ids), max(ids)) if dense else Alerte.objet_id.in_(ids))
    elif perimetre is not None:
        requete = requete.where(false())
    nouvelles = dict(par_cle)
    changees: list[dict[str, Any]] = []
    fermees: list[int] = []
    comptes = {"ouvertes": 0, "maintenues": 0, "fermees": 0}
    for connue in s.execute(requete):
        due = nouvelles.pop(connue.cle, None)
        if due is None:
            hors = perimetre is not None and (connue.objet_type, connue.objet_id) not in perimetre
            if connue.fermee_le is None and not hors and connue.cle not in par_cle:
                fermees.append(connue.id)
            continue
        champs = {champ: getattr(due, champ) for champ in _RAFRAICHIS}
        if connue.fermee_le is not None:
            changees.append({"id": connue.id, **champs, "fermee_le": None, "ouverte_le": quand, "annoncee_le": None})
            comptes["ouvertes"] += 1
            continue
        comptes["maintenues"] += 1
        if any(getattr(connue, champ) != valeur for champ, valeur in champs.items()):
            changees.append({"id": connue.id, **champs})
    comptes["ouvertes"] += len(nouvelles)
    comptes["fermees"] = len(fermees)
    _ecrire_alertes(s, quand, nouvelles.values(), changees, fermees)
    return comptes


_RAFRAICHIS = ("gravite", "message", "action", "lien", "proprietaire_id")
"""What a new look at the same fact may change."""
_COLONNES = (
    Alerte.id,
    Alerte.cle,
    Alerte.objet_type,
    Alerte.objet_id,
    Alerte.fermee_le,
    *(getattr(Alerte, champ) for champ in _RAFRAICHIS),
)


def _ecrire_alertes(
    s: Session,
    quand: datetime,
    nouvelles: Collection[AlerteDue],
    changees: Sequence[dict[str, Any]],
    fermees: Sequence[int],
) -> None:
    """Write only what moved, a few statements whatever the number."""
    if nouvelles:
        lignes = [
            {champ: getattr(a, champ) for champ in AlerteDue.__slots__} | {"ouverte_le": quand} for a in nouvelles
        ]
        s.execute(insert(Alerte), lignes)
    # One statement for each set of columns: reopened alertes change more than refreshed ones.
    for rouvertes in (True, False):
        if paquet := [c for c in changees if ("fermee_le" in c) is rouvertes]:
            s.execute(update(Alerte), paquet)
    if fermees:
        s.execute(update(Alerte), [{"id": id_, "fermee_le": quand} for id_ in fermees])


def endormir_alerte(s: Session, alerte_id: int, territoire_id: int, jusqu_au: date, motif: str) -> Alerte | None:
    """Put an alerte to sleep until a day, with a reason; None when it is not in this territory."""
    alerte = s.scalar(select(Alerte).where(Alerte.id == alerte_id, Alerte.territoire_id == territoire_id))
    if alerte is not None:
        alerte.endormie_jusqu_au, alerte.endormie_motif = jusqu_au, motif
    return alerte
