"""What every act leaves behind, written inside the act's own transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import insert, select
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
    """Record that these people were read, and why (N2)."""
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


def notifier(s: Session, quand: datetime, *, utilisateur_id: int, cle: str, texte: str, lien: str) -> bool:
    """Leave one message inside the product for a user; unique by (user, `cle`)."""
    return _inserer_si_absent(
        s,
        Notification,
        {"utilisateur_id": utilisateur_id, "cle": cle, "texte": texte, "lien": lien, "creee_le": quand},
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
    requete = select(Alerte).where(Alerte.territoire_id == territoire_id, Alerte.type.in_(list(types)))
    perimetre = None if objets is None else set(objets)
    if perimetre is not None:
        requete = requete.where(Alerte.objet_id.in_({objet_id for _, objet_id in perimetre}))
    connues = {a.cle: a for a in s.scalars(requete)}
    comptes = {"ouvertes": 0, "maintenues": 0, "fermees": 0}
    for cle, due in par_cle.items():
        connue = connues.get(cle)
        if connue is None:
            s.add(Alerte(**{champ: getattr(due, champ) for champ in AlerteDue.__slots__}, ouverte_le=quand))
            comptes["ouvertes"] += 1
            continue
        if connue.fermee_le is not None:
            connue.fermee_le, connue.ouverte_le, connue.annoncee_le = None, quand, None
            comptes["ouvertes"] += 1
        else:
            comptes["maintenues"] += 1
        connue.gravite, connue.message, connue.action = due.gravite, due.message, due.action
        connue.lien, connue.proprietaire_id = due.lien, due.proprietaire_id
    for cle, connue in connues.items():
        hors = perimetre is not None and (connue.objet_type, connue.objet_id) not in perimetre
        if cle not in par_cle and connue.fermee_le is None and not hors:
            connue.fermee_le = quand
            comptes["fermees"] += 1
    return comptes


def endormir_alerte(s: Session, alerte_id: int, territoire_id: int, jusqu_au: date, motif: str) -> Alerte | None:
    """Put an alerte to sleep until a day, with a reason; None when it is not in this territory."""
    alerte = s.scalar(select(Alerte).where(Alerte.id == alerte_id, Alerte.territoire_id == territoire_id))
    if alerte is not None:
        alerte.endormie_jusqu_au, alerte.endormie_motif = jusqu_au, motif
    return alerte
