"""The directory of a territory, by type, activity and distance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.comptes.queries import LIBELLES_TYPES
from marketplace.territoire.models import Commune
from marketplace.valeurs import cle

PAR_PAGE = 25


@dataclass(frozen=True, slots=True)
class LigneAnnuaire:
    """One structure of the directory; `distance_km` from the commune asked for, when one was."""

    id: int
    ref: str
    nom: str
    type: TypeOrganisation
    type_libelle: str
    activites: str
    commune: str | None
    code_insee: str | None
    telephone: str
    courriel: str
    site: str
    verifiee_le: date | None
    source: str
    source_le: date | None
    fictive: bool
    distance_km: float | None


@dataclass(frozen=True, slots=True)
class PageAnnuaire:
    """One page of the directory."""

    lignes: tuple[LigneAnnuaire, ...]
    total: int
    page: int
    pages: int


def _ligne(o: Organisation, commune: str | None, distance: float | None) -> LigneAnnuaire:
    return LigneAnnuaire(
        o.id,
        o.ref,
        o.nom,
        o.type,
        LIBELLES_TYPES[o.type],
        o.activites,
        commune,
        o.code_insee,
        o.telephone,
        o.courriel,
        o.site,
        None if o.verifiee_le is None else o.verifiee_le.date(),
        o.source,
        o.source_le,
        o.fictive,
        distance,
    )


def annuaire(
    s: Session,
    territoire_id: int,
    *,
    types: Iterable[TypeOrganisation] = (),
    texte: str = "",
    distances: Mapping[str, float] | None = None,
    page: int = 1,
    par_page: int = PAR_PAGE,
) -> PageAnnuaire:
    """Organisations whose name or activity holds every word of `texte`, nearest first when `distances` is given.

    Two queries. `distances` maps the communes in reach to kilometres; an organisation elsewhere is left out.
    """
    conditions: list[Any] = [Organisation.territoire_id == territoire_id]
    if types:
        conditions.append(Organisation.type.in_(list(types)))
    conditions += [
        or_(Organisation.cle.contains(mot), func.lower(Organisation.activites).contains(mot))
        for mot in cle(texte).split()[:6]
    ]
    if distances is not None:
        conditions.append(Organisation.code_insee.in_(list(distances)))
    requete = (
        select(Organisation, Commune.nom)
        .outerjoin(Commune, Commune.code_insee == Organisation.code_insee)
        .where(*conditions)
    )
    if distances is None:
        total = s.scalar(select(func.count()).select_from(Organisation).where(*conditions)) or 0
        pages = max(1, -(-total // par_page))
        page = min(max(1, page), pages)
        lues = s.execute(
            requete.order_by(Organisation.cle, Organisation.id).limit(par_page).offset((page - 1) * par_page)
        )
        return PageAnnuaire(tuple(_ligne(o, commune, None) for o, commune in lues), total, page, pages)
    toutes = sorted(
        (_ligne(o, commune, distances[o.code_insee or ""]) for o, commune in s.execute(requete)),
        key=lambda li: (li.distance_km or 0.0, cle(li.nom)),
    )
    pages = max(1, -(-len(toutes) // par_page))
    page = min(max(1, page), pages)
    return PageAnnuaire(tuple(toutes[(page - 1) * par_page : page * par_page]), len(toutes), page, pages)


def suggestions_organisations(
    s: Session, territoire_id: int, texte: str, types: Iterable[TypeOrganisation], limite: int = 8
) -> list[str]:
    """« Name (reference) » of the organisations whose name holds every word, for a combobox."""
    conditions = [Organisation.cle.contains(mot) for mot in cle(texte).split()]
    if not conditions:
        return []
    requete = (
        select(Organisation.nom, Organisation.ref)
        .where(Organisation.territoire_id == territoire_id, Organisation.type.in_(list(types)), *conditions)
        .order_by(func.length(Organisation.cle), Organisation.cle)
        .limit(limite)
    )
    return [f"{nom} ({ref})" for nom, ref in s.execute(requete)]
