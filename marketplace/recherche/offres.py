"""The public catalogue of openings: those of titulaires, SIAE and GEIQ to which people can be proposed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.comptes.queries import LIBELLES_TYPES
from marketplace.marches.models import Marche
from marketplace.metiers.models import Metier
from marketplace.offres.libelles import CONTRATS
from marketplace.offres.models import EtatOffre, Offre
from marketplace.recherche.textes import corriger, mots
from marketplace.territoire.models import Commune

PAR_PAGE = 25
COMPTE_AU_PLUS = 1_000


@dataclass(frozen=True, slots=True)
class FiltresOffresPubliques:
    """What a visitor asks for; empty values keep everything."""

    texte: str = ""
    distances: dict[str, float] | None = None
    code_rome: str = ""
    types: tuple[TypeOrganisation, ...] = ()
    heures_min: Decimal | None = None
    heures_max: Decimal | None = None
    debut_avant: date | None = None


@dataclass(frozen=True, slots=True)
class OffrePublique:
    """An opening as anyone reads it."""

    ref: str
    intitule: str
    metier: str | None
    organisation: str
    organisation_ref: str
    type_libelle: str
    commune: str
    contrat: str
    heures_hebdo: Decimal
    debut: date
    duree_mois: int | None
    places: int
    marche: bool
    exemple: bool
    publiee_le: datetime | None
    confirmee_le: datetime | None
    distance_km: float | None


@dataclass(frozen=True, slots=True)
class PageOffresPubliques:
    """One page of openings."""

    lignes: tuple[OffrePublique, ...]
    total: int
    plus: bool
    page: int
    pages: int
    maj_le: datetime | None
    approche: bool = False


def _jointures(requete: Any) -> Any:
    return (
        requete.select_from(Offre)
        .join(Organisation, Organisation.id == Offre.organisation_id)
        .join(Commune, Commune.code_insee == Offre.code_insee)
        .outerjoin(Metier, Metier.code_rome == Offre.code_rome)
    )


def _texte(cherches: Sequence[tuple[str, ...]]) -> list[ColumnElement[bool]]:
    colonnes = (Offre.cle, Organisation.cle, Commune.cle, Metier.cle)
    return [or_(*(c.contains(mot) for c in colonnes for mot in formes)) for formes in cherches]


def _conditions(territoire_id: int, f: FiltresOffresPubliques) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        Offre.territoire_id == territoire_id,
        Offre.etat == EtatOffre.PUBLIEE,
    ]
    if f.distances is not None:
        conditions.append(Offre.code_insee.in_(list(f.distances)))
    if f.code_rome:
        conditions.append(Offre.code_rome == f.code_rome)
    if f.types:
        conditions.append(Organisation.type.in_(f.types))
    if f.heures_min is not None:
        conditions.append(Offre.heures_hebdo >= f.heures_min)
    if f.heures_max is not None:
        conditions.append(Offre.heures_hebdo <= f.heures_max)
    if f.debut_avant is not None:
        conditions.append(Offre.debut <= f.debut_avant)
    return conditions


def _compter(s: Session, conditions: Iterable[ColumnElement[bool]]) -> int:
    bornee = _jointures(select(Offre.id)).where(*conditions).limit(COMPTE_AU_PLUS + 1)
    return s.scalar(select(func.count()).select_from(bornee.subquery())) or 0


def _vocabulaire(s: Session, territoire_id: int) -> Iterable[str]:
    requete = _jointures(select(Offre.cle, Organisation.cle, Commune.cle, Metier.cle)).where(
        Offre.territoire_id == territoire_id, Offre.etat == EtatOffre.PUBLIEE
    )
    for ligne in s.execute(requete):
        yield from (texte for texte in ligne if texte)


def _publique(ligne: Any, distances: dict[str, float] | None) -> OffrePublique:
    o, organisation, commune, metier = ligne
    return OffrePublique(
        o.ref,
        o.intitule,
        metier,
        organisation.nom,
        organisation.ref,
        LIBELLES_TYPES[organisation.type],
        commune,
        CONTRATS[o.type_contrat],
        o.heures_hebdo,
        o.debut,
        o.duree_mois,
        o.places,
        o.marche_id is not None,
        o.exemple,
        o.publiee_le,
        o.confirmee_le,
        None if distances is None else distances.get(o.code_insee),
    )


def offres_publiques(
    s: Session, territoire_id: int, filtres: FiltresOffresPubliques, *, page: int = 1
) -> PageOffresPubliques:
    """A page of openings, newest first. Three queries; two more when the words had to be corrected."""
    cherches = mots(filtres.texte)
    base = _conditions(territoire_id, filtres)
    conditions = [*base, *_texte([(mot,) for mot in cherches])]
    compte, approche = _compter(s, conditions), False
    if compte == 0 and cherches:
        proches = corriger(cherches, lambda: _vocabulaire(s, territoire_id))
        if proches is not None:
            conditions = [*base, *_texte(proches)]
            compte = _compter(s, conditions)
            approche = compte > 0
    total = min(compte, COMPTE_AU_PLUS)
    pages = max(1, -(-total // PAR_PAGE))
    page = min(max(1, page), pages)
    lignes = s.execute(
        _jointures(select(Offre, Organisation, Commune.nom, Metier.libelle))
        .where(*conditions)
        .order_by(Offre.publiee_le.desc(), Offre.id.desc())
        .limit(PAR_PAGE)
        .offset((page - 1) * PAR_PAGE)
    ).all()
    maj = s.scalar(select(func.max(Offre.confirmee_le)).where(*_conditions(territoire_id, FiltresOffresPubliques())))
    return PageOffresPubliques(
        tuple(_publique(ligne, filtres.distances) for ligne in lignes),
        total,
        compte > COMPTE_AU_PLUS,
        page,
        pages,
        maj,
        approche,
    )


def offres_du_marche(s: Session, marche_id: int, *, detaille: bool) -> tuple[OffrePublique, ...]:
    """Openings that feed a marché. Without `detaille`, not those of its titulaire: they would name it."""
    requete = (
        _jointures(select(Offre, Organisation, Commune.nom, Metier.libelle))
        .join(Marche, Marche.id == Offre.marche_id)
        .where(Offre.marche_id == marche_id, Offre.etat == EtatOffre.PUBLIEE)
        .order_by(Offre.publiee_le.desc())
        .limit(PAR_PAGE)
    )
    if not detaille:
        requete = requete.where(Marche.titulaire_id.is_distinct_from(Offre.organisation_id))
    lignes = s.execute(requete)
    return tuple(_publique(ligne, None) for ligne in lignes)


def offres_de_la_structure(s: Session, organisation_id: int) -> tuple[OffrePublique, ...]:
    """Openings of a structure."""
    lignes = s.execute(
        _jointures(select(Offre, Organisation, Commune.nom, Metier.libelle))
        .where(Offre.organisation_id == organisation_id, Offre.etat == EtatOffre.PUBLIEE)
        .order_by(Offre.publiee_le.desc())
        .limit(PAR_PAGE)
    )
    return tuple(_publique(ligne, None) for ligne in lignes)
