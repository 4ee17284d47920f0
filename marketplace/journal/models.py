"""Tables of the journal. Actors and objects are named by their ids: this room knows no other."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, choix


class Evenement(Base):
    """One act: who, wearing which hat, did what to which object. Never updated."""

    __tablename__ = "evenement"
    __table_args__ = (Index("ix_evenement_objet", "objet_type", "objet_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    quand: Mapped[datetime] = mapped_column(index=True)
    acteur_id: Mapped[int | None] = mapped_column(index=True)
    acteur_nom: Mapped[str]
    role: Mapped[str] = mapped_column(String(40))
    organisation_id: Mapped[int | None]
    pour_le_compte_de_id: Mapped[int | None]
    source: Mapped[str | None] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(60))
    objet_type: Mapped[str] = mapped_column(String(40))
    objet_id: Mapped[int | None]
    objet_ref: Mapped[str] = mapped_column(String(60), default="")
    resume: Mapped[str] = mapped_column(Text)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


class LecturePersonne(Base):
    """One reading of a named (or unnamed, for an employer) person: function, organisation, date, purpose (N2)."""

    __tablename__ = "lecture_personne"

    id: Mapped[int] = mapped_column(primary_key=True)
    quand: Mapped[datetime]
    acteur_id: Mapped[int | None]
    role: Mapped[str] = mapped_column(String(40))
    organisation_id: Mapped[int | None]
    personne_id: Mapped[int] = mapped_column(index=True)
    finalite: Mapped[str]
    nommee: Mapped[bool] = mapped_column(default=True)


class Gravite(enum.StrEnum):
    """How much an alerte presses."""

    INFO = "info"
    ORANGE = "orange"
    ROUGE = "rouge"


class Alerte(Base):
    """Something that lags, with an owner and a next action. `cle` makes it unique while it is open."""

    __tablename__ = "alerte"
    __table_args__ = (UniqueConstraint("cle"), Index("ix_alerte_ouverte", "territoire_id", "fermee_le"))

    id: Mapped[int] = mapped_column(primary_key=True)
    cle: Mapped[str] = mapped_column(String(160))
    territoire_id: Mapped[int]
    type: Mapped[str] = mapped_column(String(60))
    objet_type: Mapped[str] = mapped_column(String(40))
    objet_id: Mapped[int] = mapped_column(index=True)
    objet_ref: Mapped[str] = mapped_column(String(60))
    gravite: Mapped[Gravite] = mapped_column(choix(Gravite))
    message: Mapped[str] = mapped_column(Text)
    action: Mapped[str]
    lien: Mapped[str]
    proprietaire_id: Mapped[int | None] = mapped_column(index=True)
    ouverte_le: Mapped[datetime]
    fermee_le: Mapped[datetime | None]
    endormie_jusqu_au: Mapped[date | None]
    endormie_motif: Mapped[str | None] = mapped_column(Text)
    annoncee_le: Mapped[datetime | None]


class Relance(Base):
    """A call or message noted in one click: who was reached, one line, when to come back to it."""

    __tablename__ = "relance"
    __table_args__ = (Index("ix_relance_objet", "objet_type", "objet_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    territoire_id: Mapped[int]
    objet_type: Mapped[str] = mapped_column(String(40))
    objet_id: Mapped[int]
    objet_ref: Mapped[str] = mapped_column(String(60))
    objet_libelle: Mapped[str]
    quand: Mapped[datetime]
    auteur_id: Mapped[int]
    auteur_nom: Mapped[str]
    interlocuteur: Mapped[str]
    note: Mapped[str] = mapped_column(Text)
    prochaine_date: Mapped[date | None] = mapped_column(index=True)
    faite_le: Mapped[datetime | None]


class Courriel(Base):
    """The outbox: written in the transaction of the act, sent later by a job, at least once (`cle` unique)."""

    __tablename__ = "courriel"
    __table_args__ = (UniqueConstraint("cle"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cle: Mapped[str] = mapped_column(String(160))
    destinataire: Mapped[str]
    sujet: Mapped[str]
    corps: Mapped[str] = mapped_column(Text)
    cree_le: Mapped[datetime]
    envoye_le: Mapped[datetime | None] = mapped_column(index=True)
    essais: Mapped[int] = mapped_column(default=0)
    prochain_essai_le: Mapped[datetime | None]
    derniere_erreur: Mapped[str | None] = mapped_column(Text)


class Notification(Base):
    """A message inside the product, for one user.

    `recapitulee_le`: when a mail told of it, of its own or with others; read before, it is told of no more.
    """

    __tablename__ = "notification"
    __table_args__ = (UniqueConstraint("utilisateur_id", "cle"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    utilisateur_id: Mapped[int] = mapped_column(index=True)
    cle: Mapped[str] = mapped_column(String(160))
    texte: Mapped[str] = mapped_column(Text)
    lien: Mapped[str]
    famille: Mapped[str] = mapped_column(String(20), default="personnes")
    creee_le: Mapped[datetime]
    lue_le: Mapped[datetime | None]
    recapitulee_le: Mapped[datetime | None]


class ChoixDeMessage(Base):
    """How often a user wants to be written to about one family of messages; without a row, the product's default."""

    __tablename__ = "choix_de_message"
    __table_args__ = (UniqueConstraint("utilisateur_id", "famille"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    utilisateur_id: Mapped[int]
    famille: Mapped[str] = mapped_column(String(20))
    rythme: Mapped[str] = mapped_column(String(20))
    choisi_le: Mapped[datetime]


class EtatPassage(enum.StrEnum):
    """How a run of a job ended."""

    EN_COURS = "en_cours"
    REUSSI = "reussi"
    ECHOUE = "echoue"


class Passage(Base):
    """One run of one job for one period; the unique key keeps two processes from doing it twice."""

    __tablename__ = "passage"
    __table_args__ = (UniqueConstraint("tache", "periode"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tache: Mapped[str] = mapped_column(String(60))
    periode: Mapped[str] = mapped_column(String(40))
    etat: Mapped[EtatPassage] = mapped_column(choix(EtatPassage))
    commence_le: Mapped[datetime] = mapped_column(index=True)
    fini_le: Mapped[datetime | None]
    essais: Mapped[int] = mapped_column(default=1)
    resume: Mapped[dict[str, Any]] = mapped_column(default=dict)
    erreur: Mapped[str | None] = mapped_column(Text)


class BattementPlanificateur(Base):
    """The scheduler's heartbeat, read by /readyz. One row."""

    __tablename__ = "battement_planificateur"

    id: Mapped[int] = mapped_column(primary_key=True)
    quand: Mapped[datetime]
