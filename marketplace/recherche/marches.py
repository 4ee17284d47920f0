"""The public catalogue of marchés: live, with a clause, and hours left to do (N7). Lateness never leaves this room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from marketplace.comptes.models import Organisation
from marketplace.heures.models import (
    DecisionLigne,
    Declaration,
    EtatDeclaration,
    EtatLigne,
    LigneHeures,
)
from marketplace.marches.models import ETATS_VIVANTS, Clause, Marche
from marketplace.marches.rules.regime import NatureMarche
from marketplace.metiers.models import Metier
from marketplace.recherche.textes import corriger, mots
from marketplace.territoire.models import Commune

PAR_PAGE = 25
COMPTE_AU_PLUS = 1_000
"""Beyond, the page says « plus de 1 000 »: an exact count would read every row for nobody."""

_Acheteur = aliased(Organisation, name="acheteur")
_Titulaire = aliased(Organisation, name="titulaire")


@dataclass(frozen=True, slots=True)
class FiltresMarches:
    """What a visitor asks for. `distances`: communes kept, with kilometres; None keeps all."""

    texte: str = ""
    distances: dict[str, float] | None = None
    secteur: str = ""
    code_rome: str = ""
    encore_le: date | None = None
    heures_min: Decimal | None = None


@dataclass(frozen=True, slots=True)
class MarchePublic:
    """A marché as anyone reads it. `reste` and `titulaire` are filled for a professional account only."""

    id: int
    ref: str
    intitule: str
    acheteur: str
    secteur: str
    metier: str | None
    commune: str | None
    code_insee: str | None
    date_debut: date | None
    date_fin: date | None
    heures_prevues: Decimal
    maj_le: datetime
    fictif: bool
    distance_km: float | None
    reste: Decimal | None
    titulaire: str | None


@dataclass(frozen=True, slots=True)
class PageMarchesPublics:
    """One page. `plus`: there are more than `total`. `approche`: nothing held the words, these come near."""

    lignes: tuple[MarchePublic, ...]
    total: int
    plus: bool
    page: int
    pages: int
    maj_le: datetime | None
    approche: bool = False


@dataclass(frozen=True, slots=True)
class FicheMarchePublic:
    """The page of one marché."""

    marche: MarchePublic
    objet: str
    nature: NatureMarche
    lien_objet: str
    titulaire_id: int | None


def _realisees() -> Any:
    """Validated hours of the marché of the outer query (R56)."""
    return (
        select(func.coalesce(func.sum(DecisionLigne.valorisees), 0))
        .join(LigneHeures, LigneHeures.id == DecisionLigne.ligne_id)
        .join(Declaration, Declaration.id == LigneHeures.declaration_id)
        .where(
            LigneHeures.marche_id == Marche.id,
            DecisionLigne.en_vigueur.is_(True),
            DecisionLigne.etat == EtatLigne.COMPTEE,
            Declaration.etat == EtatDeclaration.VALIDEE,
        )
        .correlate(Marche)
        .scalar_subquery()
    )


def _vivant() -> ColumnElement[bool]:
    """Open, clause-bearing, with hours left: closed or done, a marché leaves the catalogue at once."""
    return and_(Marche.etat.in_(ETATS_VIVANTS), Clause.heures_prevues > _realisees())


def _jointures(requete: Any) -> Any:
    return (
        requete.select_from(Marche)
        .join(Clause, and_(Clause.marche_id == Marche.id, Clause.remplacee_le.is_(None)))
        .join(_Acheteur, _Acheteur.id == Marche.acheteur_id)
        .outerjoin(_Titulaire, _Titulaire.id == Marche.titulaire_id)
        .outerjoin(Commune, Commune.code_insee == Marche.code_insee)
        .outerjoin(Metier, Metier.code_rome == Marche.code_rome)
    )


def _texte(cherches: Sequence[tuple[str, ...]]) -> list[ColumnElement[bool]]:
    """Every word stands in the title, the buyer, the commune, the trade or the sector. Never in the titulaire."""
    colonnes = (Marche.cle, _Acheteur.cle, Commune.cle, Metier.cle)
    secteur = func.lower(Marche.secteur)
    return [
        or_(*(c.contains(mot) for c in colonnes for mot in formes), *(secteur.contains(mot) for mot in formes))
        for formes in cherches
    ]


def _conditions(territoire_id: int, f: FiltresMarches) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Marche.territoire_id == territoire_id]
    if f.distances is not None:
        conditions.append(Marche.code_insee.in_(list(f.distances)))
    if f.secteur:
        conditions.append(Marche.secteur == f.secteur)
    if f.code_rome:
        conditions.append(Marche.code_rome == f.code_rome)
    if f.encore_le is not None:
        conditions.append(or_(Marche.date_fin.is_(None), Marche.date_fin >= f.encore_le))
    if f.heures_min is not None:
        conditions.append(Clause.heures_prevues >= f.heures_min)
    return conditions


def _colonnes(detaille: bool) -> list[Any]:
    colonnes: list[Any] = [Marche, Clause.heures_prevues, _Acheteur.nom, Metier.libelle, Commune.nom]
    return [*colonnes, _Titulaire.nom, _realisees()] if detaille else colonnes


def _public(ligne: Any, detaille: bool, distances: dict[str, float] | None) -> MarchePublic:
    m, heures, acheteur, metier, commune = ligne[:5]
    return MarchePublic(
        m.id,
        m.ref,
        m.intitule,
        acheteur,
        m.secteur,
        metier,
        commune,
        m.code_insee,
        m.date_debut,
        m.date_fin,
        heures,
        m.maj_le,
        m.fictif,
        None if distances is None else distances.get(m.code_insee or ""),
        max(Decimal(0), heures - ligne[6]) if detaille else None,
        ligne[5] if detaille else None,
    )


def _compter(s: Session, conditions: Iterable[ColumnElement[bool]]) -> int:
    bornee = _jointures(select(Marche.id)).where(*conditions, _vivant()).limit(COMPTE_AU_PLUS + 1)
    return s.scalar(select(func.count()).select_from(bornee.subquery())) or 0


def _vocabulaire(s: Session, territoire_id: int) -> Iterable[str]:
    """Every text that a search could have met."""
    requete = _jointures(select(Marche.cle, _Acheteur.cle, Commune.cle, Metier.cle)).where(
        Marche.territoire_id == territoire_id, Marche.etat.in_(ETATS_VIVANTS)
    )
    for ligne in s.execute(requete):
        yield from (texte for texte in ligne if texte)


def marches_publics(
    s: Session, territoire_id: int, filtres: FiltresMarches, *, page: int = 1, detaille: bool = False
) -> PageMarchesPublics:
    """A page of live marchés, newest first. Three queries; two more when the words had to be corrected.

    `detaille` adds hours left and titulaire: for a professional account, or where the territory says so.
    """
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
        _jointures(select(*_colonnes(detaille)))
        .where(*conditions, _vivant())
        .order_by(Marche.id.desc())
        .limit(PAR_PAGE)
        .offset((page - 1) * PAR_PAGE)
    ).all()
    maj = s.scalar(select(func.max(Marche.maj_le)).where(Marche.territoire_id == territoire_id))
    return PageMarchesPublics(
        tuple(_public(ligne, detaille, filtres.distances) for ligne in lignes),
        total,
        compte > COMPTE_AU_PLUS,
        page,
        pages,
        maj,
        approche,
    )


def marche_public(s: Session, territoire_id: int, ref: str, *, detaille: bool = False) -> FicheMarchePublic | None:
    """One live marché; None once it is closed or its hours are done."""
    ligne = s.execute(
        _jointures(select(*_colonnes(detaille), Clause.lien_objet)).where(
            Marche.territoire_id == territoire_id, Marche.ref == ref, _vivant()
        )
    ).first()
    if ligne is None:
        return None
    m = ligne[0]
    return FicheMarchePublic(_public(ligne, detaille, None), m.objet, m.nature, ligne[-1], m.titulaire_id)


@dataclass(frozen=True, slots=True)
class LieuDeMarches:
    """How many live marchés in a commune, and the hours their clauses plan there."""

    code_insee: str
    commune: str
    lat: float | None
    lon: float | None
    marches: int
    heures_prevues: Decimal


def marches_par_commune(s: Session, territoire_id: int, filtres: FiltresMarches) -> tuple[LieuDeMarches, ...]:
    """The same marchés counted by commune, most hours first: the map and its list. One query."""
    requete = (
        _jointures(
            select(
                Commune.code_insee,
                Commune.nom,
                Commune.lat,
                Commune.lon,
                func.count(Marche.id),
                func.sum(Clause.heures_prevues),
            )
        )
        .where(*_conditions(territoire_id, filtres), *_texte([(mot,) for mot in mots(filtres.texte)]), _vivant())
        .where(Commune.code_insee.is_not(None))
        .group_by(Commune.code_insee, Commune.nom, Commune.lat, Commune.lon)
    )
    lieux = [LieuDeMarches(*ligne) for ligne in s.execute(requete)]
    return tuple(sorted(lieux, key=lambda li: (-li.heures_prevues, li.commune)))


@dataclass(frozen=True, slots=True)
class MarchesVivants:
    """What the public home says of live marchés."""

    nombre: int
    heures_prevues: Decimal
    recents: tuple[MarchePublic, ...]


def marches_vivants(s: Session, territoire_id: int, recents: int = 5) -> MarchesVivants:
    """How many live marchés, the hours their clauses plan, the newest of them. Two queries."""
    conditions = [Marche.territoire_id == territoire_id, _vivant()]
    nombre, heures = s.execute(
        select(func.count(), func.coalesce(func.sum(Clause.heures_prevues), 0))
        .select_from(Marche)
        .join(Clause, and_(Clause.marche_id == Marche.id, Clause.remplacee_le.is_(None)))
        .where(*conditions)
    ).one()
    lignes = s.execute(
        _jointures(select(*_colonnes(False))).where(*conditions).order_by(Marche.id.desc()).limit(recents)
    )
    return MarchesVivants(nombre, heures, tuple(_public(ligne, False, None) for ligne in lignes))
