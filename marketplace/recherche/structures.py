"""The public directory of structures: type × activity × distance. A few hundred rows: they are read whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import STRUCTURES_INSERTION, Organisation, TypeOrganisation
from marketplace.comptes.queries import LIBELLES_TYPES
from marketplace.contexte import PARIS
from marketplace.offres.models import EtatOffre, Offre
from marketplace.recherche.textes import corriger, mots
from marketplace.territoire.models import Commune
from marketplace.valeurs import cle

PAR_PAGE = 25


@dataclass(frozen=True, slots=True)
class StructurePublique:
    """A structure of the directory as anyone reads it."""

    id: int
    ref: str
    nom: str
    type: TypeOrganisation
    type_libelle: str
    activites: str
    adresse: str
    commune: str | None
    telephone: str
    courriel: str
    site: str
    verifiee_le: date | None
    source: str
    source_le: date | None
    fictive: bool
    offres: int
    distance_km: float | None


@dataclass(frozen=True, slots=True)
class PageStructures:
    """One page of the directory."""

    lignes: tuple[StructurePublique, ...]
    total: int
    page: int
    pages: int
    approche: bool = False


def _toutes(s: Session, territoire_id: int, ref: str | None = None) -> list[tuple[str, str | None, StructurePublique]]:
    """(searchable text, commune code, structure) of every structure. One query, offres counted in it."""
    ouvertes = (
        select(func.count())
        .where(Offre.organisation_id == Organisation.id, Offre.etat == EtatOffre.PUBLIEE)
        .correlate(Organisation)
        .scalar_subquery()
    )
    requete = (
        select(Organisation, Commune.nom, ouvertes)
        .outerjoin(Commune, Commune.code_insee == Organisation.code_insee)
        .where(Organisation.territoire_id == territoire_id, Organisation.type.in_(STRUCTURES_INSERTION))
        .order_by(Organisation.cle, Organisation.id)
    )
    if ref is not None:
        requete = requete.where(Organisation.ref == ref)
    lignes = []
    for o, commune, offres in s.execute(requete):
        vue = StructurePublique(
            o.id,
            o.ref,
            o.nom,
            o.type,
            LIBELLES_TYPES[o.type],
            o.activites,
            o.adresse,
            commune,
            o.telephone,
            o.courriel,
            o.site,
            None if o.verifiee_le is None else o.verifiee_le.astimezone(PARIS).date(),
            o.source,
            o.source_le,
            o.fictive,
            offres,
            None,
        )
        lignes.append((cle(f"{o.nom} {o.activites} {commune or ''} {vue.type_libelle}"), o.code_insee, vue))
    return lignes


def structures_publiques(
    s: Session,
    territoire_id: int,
    *,
    texte: str = "",
    types: tuple[TypeOrganisation, ...] = (),
    distances: dict[str, float] | None = None,
    page: int = 1,
) -> PageStructures:
    """A page of structures by name, or nearest first when `distances` is given. Typos forgiven when nothing fits."""
    toutes = _toutes(s, territoire_id)
    cherches, approche = mots(texte), False

    def garder(voulus: list[tuple[str, ...]]) -> list[StructurePublique]:
        retenues = []
        for cherchable, code, vue in toutes:
            if types and vue.type not in types:
                continue
            if distances is not None and code not in distances:
                continue
            if all(any(mot in cherchable for mot in formes) for formes in voulus):
                km = None if distances is None or code is None else distances[code]
                retenues.append(StructurePublique(**{c: getattr(vue, c) for c in _CHAMPS}, distance_km=km))
        return retenues

    retenues = garder([(mot,) for mot in cherches])
    if not retenues and cherches:
        proches = corriger(cherches, lambda: (t for t, _, _ in toutes))
        if proches is not None:
            retenues = garder(proches)
            approche = bool(retenues)
    if distances is not None:
        retenues.sort(key=lambda v: (v.distance_km or 0.0, cle(v.nom)))
    pages = max(1, -(-len(retenues) // PAR_PAGE))
    page = min(max(1, page), pages)
    return PageStructures(
        tuple(retenues[(page - 1) * PAR_PAGE : page * PAR_PAGE]), len(retenues), page, pages, approche
    )


_CHAMPS = [champ for champ in StructurePublique.__slots__ if champ != "distance_km"]


def structure_publique(s: Session, territoire_id: int, ref: str) -> StructurePublique | None:
    """One structure; None when there is none of that reference, or it is not one."""
    trouvees = _toutes(s, territoire_id, ref)
    return trouvees[0][2] if trouvees else None
