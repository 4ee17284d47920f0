"""The portfolio at a glance, and what falls in the coming days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from marketplace.journal.models import Relance
from marketplace.marches.models import Clause, Marche
from marketplace.marches.queries.objectifs import objectif_sql
from marketplace.marches.rules.etats import LIBELLES, EtatMarche


@dataclass(frozen=True, slots=True)
class Portefeuille:
    """How many marchés in one state, and the hours their clauses ask for."""

    etat: EtatMarche
    libelle: str
    nombre: int
    heures_prevues: Decimal


@dataclass(frozen=True, slots=True)
class Echeance:
    """Something dated that falls soon on a marché."""

    jour: date
    quoi: str
    ref: str
    intitule: str


def portefeuille(s: Session, territoire_id: int, *, facilitateur_id: int | None = None) -> tuple[Portefeuille, ...]:
    """Marchés by state, in the order of their life; empty states left out. One query."""
    requete = (
        select(Marche.etat, func.count(Marche.id), func.coalesce(func.sum(objectif_sql()), 0))
        .outerjoin(Clause, and_(Clause.marche_id == Marche.id, Clause.remplacee_le.is_(None)))
        .where(Marche.territoire_id == territoire_id)
        .group_by(Marche.etat)
    )
    if facilitateur_id is not None:
        requete = requete.where(Marche.facilitateur_id == facilitateur_id)
    par_etat = {etat: (nombre, heures) for etat, nombre, heures in s.execute(requete)}
    return tuple(
        Portefeuille(etat, LIBELLES[etat], par_etat[etat][0], Decimal(par_etat[etat][1]))
        for etat in EtatMarche
        if etat in par_etat
    )


def semaine_a_venir(
    s: Session, territoire_id: int, jour: date, jours: int = 7, limite: int = 30
) -> tuple[Echeance, ...]:
    """Starts and ends of marchés and calls planned from tomorrow, for `jours` days, in order. Three queries."""
    debut, fin = jour + timedelta(days=1), jour + timedelta(days=jours)
    vivants = (EtatMarche.NOTIFIE, EtatMarche.EN_COURS, EtatMarche.SUSPENDU)
    echeances: list[Echeance] = []
    for colonne, quoi in ((Marche.date_debut, "Début du marché"), (Marche.date_fin, "Fin du marché")):
        requete = (
            select(colonne, Marche.ref, Marche.intitule)
            .where(Marche.territoire_id == territoire_id, Marche.etat.in_(vivants), colonne.between(debut, fin))
            .order_by(colonne)
            .limit(limite)
        )
        echeances += [Echeance(quand, quoi, ref, intitule) for quand, ref, intitule in s.execute(requete) if quand]
    relances = (
        select(Relance.prochaine_date, Relance.interlocuteur, Relance.objet_ref, Relance.objet_libelle)
        .where(
            Relance.territoire_id == territoire_id,
            Relance.objet_type == "marche",
            Relance.faite_le.is_(None),
            Relance.prochaine_date.between(debut, fin),
        )
        .limit(limite)
    )
    for quand, interlocuteur, ref, libelle in s.execute(relances):
        if quand is not None:
            echeances.append(Echeance(quand, f"Rappeler {interlocuteur}", ref, libelle))
    return tuple(sorted(echeances, key=lambda e: (e.jour, e.intitule))[:limite])
