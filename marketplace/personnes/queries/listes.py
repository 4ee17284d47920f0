"""Lists of people: a caseload, the vivier of a territory. Constant number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from marketplace.metiers.queries import libelles_metiers
from marketplace.personnes.models import Experience, Personne, RoleSuivi, Suivi
from marketplace.personnes.portee import suivi_en_cours
from marketplace.personnes.queries.classement import ids_eligibles
from marketplace.personnes.queries.fiches import est_classable, referents
from marketplace.personnes.rules.etapes import (
    SANS_NOUVELLES_JOURS,
    TEXTES,
    Etape,
    Situation,
    prochaine_etape,
)
from marketplace.personnes.rules.information import VERSION_NOTICE_VALIDATION
from marketplace.territoire.queries import noms_des_communes
from marketplace.valeurs import cle

PAR_PAGE = 25

ETATS = {
    "": "toutes",
    "pretes": "prêtes à être proposées",
    "a_informer": "à informer",
    "sans_nouvelles": f"sans nouvelles depuis {SANS_NOUVELLES_JOURS} jours",
    "a_completer": "sans métier confirmé",
    "justificatif": "justificatif à voir",
    "sans_referent": "sans référent",
    "miennes": "suivies par vous",
    "retirees": "retirées des listes",
}


@dataclass(frozen=True, slots=True)
class FiltresPersonnes:
    """What the address of a list holds. `referent_id` keeps to one caseload."""

    texte: str = ""
    etat: str = ""
    referent_id: int | None = None
    page: int = 1
    tri: str = "contact"


@dataclass(frozen=True, slots=True)
class LignePersonne:
    """One row of a list."""

    id: int
    ref: str
    prenom: str
    nom: str
    commune: str
    metier: str
    disponible_le: date | None
    dernier_contact_le: date | None
    eligible: bool
    informee: bool
    retiree: bool
    etape: Etape
    referents: str

    @property
    def nom_complet(self) -> str:
        """« Samira Exemple »."""
        return f"{self.prenom} {self.nom}"

    @property
    def etape_texte(self) -> str:
        """The next step, in words."""
        return TEXTES[self.etape]


@dataclass(frozen=True, slots=True)
class ListePersonnes:
    """A page of people and how many there are in all."""

    lignes: tuple[LignePersonne, ...]
    total: int
    page: int
    pages: int


def _informee() -> ColumnElement[bool]:
    return and_(Personne.information_le.is_not(None), Personne.information_version != VERSION_NOTICE_VALIDATION)


def _suivie_par(referent_id: int | None, jour: date, *roles: RoleSuivi) -> ColumnElement[bool]:
    """In this caseload, or in anybody's. Not correlated: SQLite would walk the whole caseload for each person."""
    suivis = select(Suivi.personne_id).where(suivi_en_cours(jour))
    if referent_id is not None:
        suivis = suivis.where(Suivi.referent_id == referent_id)
    if roles:
        suivis = suivis.where(Suivi.role.in_(roles))
    return Personne.id.in_(suivis)


def _sans_metier_confirme() -> ColumnElement[bool]:
    confirmee = select(Experience.id).where(Experience.personne_id == Personne.id, Experience.code_rome.is_not(None))
    return ~confirmee.exists()


def _conditions(
    s: Session, territoire_id: int, filtres: FiltresPersonnes, jour: date, eligibles: frozenset[int]
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        Personne.territoire_id == territoire_id,
        Personne.anonymisee_le.is_(None),
    ]
    if filtres.referent_id is not None or filtres.etat == "miennes":
        conditions.append(_suivie_par(filtres.referent_id, jour))
    conditions += [Personne.cle.contains(mot, autoescape=True) for mot in cle(filtres.texte).split()]
    ancien = jour - timedelta(days=SANS_NOUVELLES_JOURS)
    if filtres.etat and filtres.etat != "retirees":
        conditions.append(Personne.retiree_le.is_(None))
    par_etat: dict[str, list[ColumnElement[bool]]] = {
        "pretes": [_informee(), ~_sans_metier_confirme(), Personne.id.in_(eligibles)],
        "a_informer": [~_informee()],
        "sans_nouvelles": [or_(Personne.dernier_contact_le.is_(None), Personne.dernier_contact_le < ancien)],
        "a_completer": [_sans_metier_confirme()],
        "justificatif": [_informee(), Personne.id.not_in(eligibles)],
        "sans_referent": [~_suivie_par(None, jour)],
        "retirees": [Personne.retiree_le.is_not(None)],
    }
    return conditions + par_etat.get(filtres.etat, [])


def liste_personnes(
    s: Session, territoire_id: int, filtres: FiltresPersonnes, jour: date, *, par_page: int = PAR_PAGE
) -> ListePersonnes:
    """People of a territory, or of one caseload, as the filters say; longest without news first."""
    eligibles = ids_eligibles(s, territoire_id, jour)
    conditions = _conditions(s, territoire_id, filtres, jour, eligibles)
    total = s.scalar(select(func.count()).select_from(Personne).where(*conditions)) or 0
    pages = max(1, -(-total // par_page))
    page = min(max(1, filtres.page), pages)
    if filtres.tri == "nom":
        ordre: list[Any] = [Personne.cle, Personne.id]
    else:
        ordre = [
            Personne.retiree_le.is_not(None),
            Personne.dernier_contact_le.is_not(None),
            Personne.dernier_contact_le,
            Personne.cle,
            Personne.id,
        ]
    personnes = list(
        s.scalars(select(Personne).where(*conditions).order_by(*ordre).limit(par_page).offset((page - 1) * par_page))
    )
    return ListePersonnes(_lignes(s, personnes, jour, eligibles), total, page, pages)


def _lignes(
    s: Session, personnes: Sequence[Personne], jour: date, eligibles: frozenset[int]
) -> tuple[LignePersonne, ...]:
    ids = [p.id for p in personnes]
    experiences: dict[int, list[tuple[str, str | None]]] = {}
    for numero, intitule, code in s.execute(
        select(Experience.personne_id, Experience.intitule, Experience.code_rome)
        .where(Experience.personne_id.in_(ids))
        .order_by(Experience.id)
    ):
        experiences.setdefault(numero, []).append((intitule, code))
    metiers = libelles_metiers(s, {code for liste in experiences.values() for _, code in liste if code})
    communes = noms_des_communes(s, {p.code_insee for p in personnes if p.code_insee})
    suivis = referents(s, ids, jour)
    lignes = []
    for p in personnes:
        parcours = experiences.get(p.id, [])
        premier = parcours[0] if parcours else ("", None)
        situation = Situation(
            retiree=p.retiree_le is not None,
            informee=est_classable(p),
            metiers=len(parcours),
            metiers_a_confirmer=sum(1 for _, code in parcours if code is None),
            commune=p.code_insee is not None,
            modes=bool(p.modes),
            eligible=p.id in eligibles,
            dernier_contact=p.dernier_contact_le,
        )
        lignes.append(
            LignePersonne(
                id=p.id,
                ref=p.ref,
                prenom=p.prenom,
                nom=p.nom,
                commune=communes.get(p.code_insee or "", ""),
                metier=metiers.get(premier[1] or "", premier[0]),
                disponible_le=p.disponible_le,
                dernier_contact_le=p.dernier_contact_le,
                eligible=p.id in eligibles,
                informee=situation.informee,
                retiree=situation.retiree,
                etape=prochaine_etape(situation, jour),
                referents=", ".join(f"{r.nom} ({r.organisation})" for r in suivis.get(p.id, ())),
            )
        )
    return tuple(lignes)


@dataclass(frozen=True, slots=True)
class EtatDuSuivi:
    """Figures of one caseload, for the référent's home."""

    suivies: int
    a_informer: int
    sans_nouvelles: int
    a_completer: int
    pretes: int


def etat_du_suivi(s: Session, territoire_id: int, referent_id: int, jour: date) -> EtatDuSuivi:
    """How many people of the caseload wait, and for what."""
    eligibles = ids_eligibles(s, territoire_id, jour)
    base = FiltresPersonnes(referent_id=referent_id)

    def combien(etat: str) -> int:
        conditions = _conditions(s, territoire_id, replace(base, etat=etat), jour, eligibles)
        return s.scalar(select(func.count()).select_from(Personne).where(*conditions)) or 0

    return EtatDuSuivi(
        combien(""),
        combien("a_informer"),
        combien("sans_nouvelles"),
        combien("a_completer"),
        combien("pretes"),
    )


def ids_suivies(s: Session, territoire_id: int, referent_id: int, jour: date, *roles: RoleSuivi) -> frozenset[int]:
    """People of one caseload on `jour`, withdrawn ones left out; those followed in these roles, or in any."""
    return frozenset(
        s.scalars(
            select(Personne.id).where(
                Personne.territoire_id == territoire_id,
                Personne.anonymisee_le.is_(None),
                Personne.retiree_le.is_(None),
                _suivie_par(referent_id, jour, *roles),
            )
        )
    )
