"""Lists of marchés: filters, order, 25 a page, a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.elements import ColumnElement

from marketplace.comptes.models import Organisation
from marketplace.journal.models import Alerte, Relance
from marketplace.marches.models import Clause, Marche, Operation
from marketplace.marches.portee import a_portee_de
from marketplace.marches.queries.objectifs import objectif_sql
from marketplace.marches.rules.etats import EtatMarche
from marketplace.territoire.models import Commune
from marketplace.valeurs import cle

PAR_PAGE = 25

E = EtatMarche
GROUPES: dict[str, tuple[EtatMarche, ...]] = {
    "preparation": (E.A_ETUDIER, E.ETUDIE, E.PROGRAMME, E.EN_CONSULTATION, E.INFRUCTUEUX),
    "vivants": (E.NOTIFIE, E.EN_COURS, E.SUSPENDU),
    "clos": (E.TRANSFERE, E.RESILIE, E.TERMINE, E.SOLDE, E.SANS_SUITE),
}
"""Three heaps a facilitateur thinks in."""

TRIS = {
    "fin": "Date de fin",
    "intitule": "Intitulé",
    "maj": "Mis à jour récemment",
    "heures": "Objectif d'heures",
}

Acheteur = aliased(Organisation, name="acheteur")
_Titulaire = aliased(Organisation, name="titulaire")


@dataclass(frozen=True, slots=True)
class FiltresMarches:
    """What the address of a list says. Empty values filter nothing."""

    texte: str = ""
    etats: tuple[EtatMarche, ...] = ()
    secteur: str = ""
    acheteur_ref: str = ""
    operation_ref: str = ""
    communes: tuple[str, ...] | None = None
    fin_avant: date | None = None
    en_alerte: bool = False
    a_relancer: date | None = None
    facilitateur_id: int | None = None
    tri: str = "fin"


@dataclass(frozen=True, slots=True)
class LigneMarche:
    """One row of a list of marchés."""

    id: int
    ref: str
    intitule: str
    numero_lot: str | None
    operation_ref: str | None
    operation: str | None
    acheteur: str
    acheteur_ref: str
    titulaire: str | None
    titulaire_ref: str | None
    secteur: str
    commune: str | None
    code_insee: str | None
    etat: EtatMarche
    montant_ht: Decimal | None
    date_debut: date | None
    date_fin: date | None
    heures_prevues: Decimal | None
    fictif: bool
    maj_le: datetime
    prochaine_relance: date | None = None
    dernier_appel: datetime | None = None
    derniere_note: str = ""


@dataclass(frozen=True, slots=True)
class PageMarches:
    """One page of a list."""

    lignes: tuple[LigneMarche, ...]
    total: int
    page: int
    pages: int


def _base() -> Select[*tuple[Any, ...]]:
    """Columns of a row with its joins, clause in force included."""
    return (
        select(
            Marche.id,
            Marche.ref,
            Marche.intitule,
            Marche.numero_lot,
            Operation.ref.label("operation_ref"),
            Operation.intitule.label("operation"),
            Acheteur.nom.label("acheteur"),
            Acheteur.ref.label("acheteur_ref"),
            _Titulaire.nom.label("titulaire"),
            _Titulaire.ref.label("titulaire_ref"),
            Marche.secteur,
            Commune.nom.label("commune"),
            Marche.code_insee,
            Marche.etat,
            Marche.montant_ht,
            Marche.date_debut,
            Marche.date_fin,
            objectif_sql().label("heures_prevues"),
            Marche.fictif,
            Marche.maj_le,
        )
        .join(Acheteur, Acheteur.id == Marche.acheteur_id)
        .outerjoin(_Titulaire, _Titulaire.id == Marche.titulaire_id)
        .outerjoin(Operation, Operation.id == Marche.operation_id)
        .outerjoin(Commune, Commune.code_insee == Marche.code_insee)
        .outerjoin(Clause, and_(Clause.marche_id == Marche.id, Clause.remplacee_le.is_(None)))
    )


def _texte(texte: str) -> list[ColumnElement[bool]]:
    """Every word must be found in the title, the reference, the buyer, the titulaire or the opération."""
    conditions: list[ColumnElement[bool]] = []
    for mot in cle(texte).split()[:6]:
        motif = f"%{mot}%"
        conditions.append(
            or_(
                Marche.cle.like(motif),
                func.lower(Marche.ref).like(motif),
                Acheteur.cle.like(motif),
                _Titulaire.cle.like(motif),
                func.lower(Operation.intitule).like(motif),
            )
        )
    return conditions


def _conditions(f: FiltresMarches) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if f.etats:
        conditions.append(Marche.etat.in_(f.etats))
    if f.secteur:
        conditions.append(Marche.secteur == f.secteur)
    if f.acheteur_ref:
        conditions.append(Acheteur.ref == f.acheteur_ref)
    if f.operation_ref:
        conditions.append(Operation.ref == f.operation_ref)
    if f.fin_avant is not None:
        conditions.append(Marche.date_fin <= f.fin_avant)
    if f.facilitateur_id is not None:
        conditions.append(Marche.facilitateur_id == f.facilitateur_id)
    if f.communes is not None:
        conditions.append(Marche.code_insee.in_(f.communes))
    if f.en_alerte:
        ouverte = select(Alerte.id).where(
            Alerte.objet_type == "marche", Alerte.objet_id == Marche.id, Alerte.fermee_le.is_(None)
        )
        conditions.append(ouverte.exists())
    if f.a_relancer is not None:
        due = select(Relance.id).where(
            Relance.objet_type == "marche",
            Relance.objet_id == Marche.id,
            Relance.prochaine_date <= f.a_relancer,
            Relance.faite_le.is_(None),
        )
        conditions.append(due.exists())
    return conditions + (_texte(f.texte) if f.texte.strip() else [])


def _ordre(tri: str) -> tuple[Any, ...]:
    ordres: dict[str, tuple[Any, ...]] = {
        "fin": (Marche.date_fin.is_(None), Marche.date_fin, Marche.id),
        "intitule": (Marche.cle, Marche.id),
        "maj": (Marche.maj_le.desc(), Marche.id),
        "heures": (objectif_sql().is_(None), objectif_sql().desc(), Marche.id),
    }
    return ordres.get(tri, ordres["fin"])


def _ligne(ligne: Any, prochaine: date | None, appel: tuple[datetime, str] | None) -> LigneMarche:
    quand, note = appel or (None, "")
    return LigneMarche(**ligne._asdict(), prochaine_relance=prochaine, dernier_appel=quand, derniere_note=note)


def _appels(s: Session, ids: Iterable[int]) -> dict[int, tuple[datetime, str]]:
    """Last call noted on each marché: when, and what was said."""
    derniers = (
        select(func.max(Relance.id))
        .where(Relance.objet_type == "marche", Relance.objet_id.in_(list(ids)))
        .group_by(Relance.objet_id)
    )
    requete = select(Relance.objet_id, Relance.quand, Relance.interlocuteur, Relance.note).where(
        Relance.id.in_(derniers)
    )
    return {objet: (quand, f"{qui} : {note}") for objet, quand, qui, note in s.execute(requete)}


def _relances(s: Session, ids: Iterable[int]) -> dict[int, date]:
    """Next date of the call still due on each marché."""
    requete = (
        select(Relance.objet_id, func.min(Relance.prochaine_date))
        .where(
            Relance.objet_type == "marche",
            Relance.objet_id.in_(list(ids)),
            Relance.faite_le.is_(None),
            Relance.prochaine_date.isnot(None),
        )
        .group_by(Relance.objet_id)
    )
    return {objet: quand for objet, quand in s.execute(requete) if quand is not None}


def _page(s: Session, conditions: list[ColumnElement[bool]], tri: str, page: int, par_page: int) -> PageMarches:
    """Four queries whatever the number of rows: count, rows, calls due, last calls."""
    requete = _base().where(*conditions)
    total = s.scalar(select(func.count()).select_from(requete.subquery())) or 0
    pages = max(1, -(-total // par_page))
    page = min(max(1, page), pages)
    lignes = s.execute(requete.order_by(*_ordre(tri)).limit(par_page).offset((page - 1) * par_page)).all()
    ids = [ligne.id for ligne in lignes]
    relances, appels = _relances(s, ids), _appels(s, ids)
    return PageMarches(
        tuple(_ligne(ligne, relances.get(ligne.id), appels.get(ligne.id)) for ligne in lignes),
        total,
        page,
        pages,
    )


def lignes_filtrees(territoire_id: int, filtres: FiltresMarches) -> Select[*tuple[Any, ...]]:
    """The rows of the list of a territory, in no order: for counts."""
    return _base().where(Marche.territoire_id == territoire_id, *_conditions(filtres))


def marches_du_territoire(
    s: Session, territoire_id: int, filtres: FiltresMarches, *, page: int = 1, par_page: int = PAR_PAGE
) -> PageMarches:
    """The marchés of a territory that pass the filters, in their order."""
    conditions = [Marche.territoire_id == territoire_id, *_conditions(filtres)]
    return _page(s, conditions, filtres.tri, page, par_page)


def marches_de_l_organisation(
    s: Session,
    territoire_id: int,
    organisation_id: int | None,
    filtres: FiltresMarches,
    *,
    page: int = 1,
    par_page: int = PAR_PAGE,
) -> PageMarches:
    """The marchés that an organisation buys, holds or works on."""
    conditions = [
        Marche.territoire_id == territoire_id,
        a_portee_de(organisation_id),
        *_conditions(filtres),
    ]
    return _page(s, conditions, filtres.tri, page, par_page)
