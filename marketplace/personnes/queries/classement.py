"""What the ranking may know of people, who may be considered, and what changed since: plain values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from marketplace.metiers.models import Competence
from marketplace.personnes.models import (
    ChangementVivier,
    CompetencePersonne,
    EtatValidation,
    Experience,
    MobilitePersonne,
    Personne,
    Statut,
    Validation,
)
from marketplace.personnes.queries.eligibilite import decider, regles_du_territoire
from marketplace.personnes.rules.eligibilite import Decision, ReglagesEligibilite
from marketplace.personnes.rules.information import VERSION_NOTICE_VALIDATION
from marketplace.personnes.rules.saisie import LIMITES

PAQUET = 900
"""Ids per IN (…): SQLite takes 32 766 variables, older builds 999."""


@dataclass(frozen=True, slots=True)
class ExperienceLue:
    """A past job in the person's words; `code_rome` once she confirmed it."""

    intitule: str
    code_rome: str | None
    mois: int | None


@dataclass(frozen=True, slots=True)
class ProfilLu:
    """Everything the ranking may know: no sex, no age, no address, no status (R117)."""

    id: int
    ref: str
    experiences: tuple[ExperienceLue, ...]
    competences: tuple[str, ...]
    permis: frozenset[str]
    caces: frozenset[str]
    code_insee: str | None
    modes: frozenset[str]
    trajet_max_minutes: int
    heures_min: Decimal
    heures_max: Decimal
    nuit: bool
    weekend: bool
    disponible_le: date | None
    limites: tuple[str, ...]
    creneaux: frozenset[str]


def classables(requete: Any) -> Any:
    """Only people who may be ranked: told of it (R109), not withdrawn, not anonymised."""
    return requete.where(
        Personne.retiree_le.is_(None),
        Personne.anonymisee_le.is_(None),
        Personne.information_le.is_not(None),
        Personne.information_version != VERSION_NOTICE_VALIDATION,
    )


def _par_paquets(ids: Collection[int]) -> Iterable[list[int]]:
    tries = sorted(set(ids))
    for debut in range(0, len(tries), PAQUET):
        yield tries[debut : debut + PAQUET]


def profils_de_classement(s: Session, territoire_id: int, ids: Collection[int] | None = None) -> list[ProfilLu]:
    """People of a territory who may be ranked (among `ids` when given), by id."""
    if ids is None:
        return _profils(s, territoire_id, None)
    return [p for paquet in _par_paquets(ids) for p in _profils(s, territoire_id, paquet)]


def _profils(s: Session, territoire_id: int, ids: list[int] | None) -> list[ProfilLu]:
    du_territoire = classables(select(Personne)).where(Personne.territoire_id == territoire_id)
    experiences = select(Experience.personne_id, Experience.intitule, Experience.code_rome, Experience.mois)
    # A skill she confirmed is read by its name in ROME, the others by her words.
    nom = func.coalesce(Competence.libelle, CompetencePersonne.libelle)
    competences = select(CompetencePersonne.personne_id, nom).outerjoin(
        Competence, Competence.code_ogr == CompetencePersonne.code_ogr
    )
    creneaux = select(MobilitePersonne.personne_id, MobilitePersonne.creneaux)
    if ids is None:
        creneaux = creneaux.join(Personne, Personne.id == MobilitePersonne.personne_id).where(
            Personne.territoire_id == territoire_id
        )
        experiences = experiences.join(Personne, Personne.id == Experience.personne_id).where(
            Personne.territoire_id == territoire_id
        )
        competences = competences.join(Personne, Personne.id == CompetencePersonne.personne_id).where(
            Personne.territoire_id == territoire_id
        )
    else:
        du_territoire = du_territoire.where(Personne.id.in_(ids))
        creneaux = creneaux.where(MobilitePersonne.personne_id.in_(ids))
        experiences = experiences.where(Experience.personne_id.in_(ids))
        competences = competences.where(CompetencePersonne.personne_id.in_(ids))
    par_personne: dict[int, list[ExperienceLue]] = defaultdict(list)
    for numero, intitule, code, mois in s.execute(experiences.order_by(Experience.id)):
        par_personne[numero].append(ExperienceLue(intitule, code, mois))
    acquis: dict[int, list[str]] = defaultdict(list)
    for numero, libelle in s.execute(competences.order_by(CompetencePersonne.id)):
        acquis[numero].append(libelle)
    horaires: dict[int, Any] = {ligne[0]: ligne[1] for ligne in s.execute(creneaux)}
    return [
        ProfilLu(
            p.id,
            p.ref,
            tuple(par_personne.get(p.id, ())),
            tuple(acquis.get(p.id, ())),
            frozenset(p.permis),
            frozenset(p.caces),
            p.code_insee,
            frozenset(p.modes),
            p.trajet_max_minutes,
            p.heures_min,
            p.heures_max,
            p.nuit,
            p.weekend,
            p.disponible_le,
            tuple(LIMITES.get(code, code) for code in p.limites),
            frozenset(horaires.get(p.id, ())),
        )
        for p in s.scalars(du_territoire.order_by(Personne.id))
    ]


def ids_eligibles(s: Session, territoire_id: int, jour: date) -> frozenset[int]:
    """People who count on `jour`: a category proven by the rules of the territory, or a validation whose
    window is open (R34, R47).
    """
    par_fenetre = s.scalars(
        select(Validation.personne_id).where(
            Validation.territoire_id == territoire_id,
            Validation.etat == EtatValidation.OUI,
            Validation.fenetre_debut <= jour,
            Validation.fenetre_fin >= jour,
        )
    )
    regles = regles_du_territoire(s, territoire_id, jour)
    return frozenset(par_fenetre) | _par_statut(s, territoire_id, jour, regles)


def _par_statut(s: Session, territoire_id: int, jour: date, regles: ReglagesEligibilite) -> frozenset[int]:
    requete = (
        select(Statut, Personne.date_naissance)
        .join(Personne, Personne.id == Statut.personne_id)
        .where(
            Personne.territoire_id == territoire_id,
            Personne.anonymisee_le.is_(None),
            or_(Statut.jusqu_au.is_(None), Statut.jusqu_au >= jour),
        )
    )
    par_personne: dict[int, tuple[date | None, list[Statut]]] = {}
    for statut, naissance in s.execute(requete):
        par_personne.setdefault(statut.personne_id, (naissance, []))[1].append(statut)
    return frozenset(
        numero
        for numero, (naissance, statuts) in par_personne.items()
        if decider(statuts, naissance, jour, regles).decision is Decision.ELIGIBLE
    )


def changements_depuis(s: Session, numero: int) -> tuple[int, frozenset[int]]:
    """(number of the last change, people touched by those after `numero`)."""
    dernier = s.scalar(select(func.max(ChangementVivier.id))) or 0
    touchees = s.scalars(
        select(ChangementVivier.personne_id).where(ChangementVivier.id > numero, ChangementVivier.id <= dernier)
    )
    return max(dernier, numero), frozenset(touchees)
