"""The public catalogue of marchés: live, with a clause, and hours left to do (N7). Lateness never leaves this room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, String, and_, func, or_, select, type_coerce
from sqlalchemy.orm import Session, aliased

from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.heures.models import (
    DecisionLigne,
    Declaration,
    EtatDeclaration,
    EtatLigne,
    LigneHeures,
    LigneReprise,
)
from marketplace.marches.models import ETATS_VIVANTS, Clause, Marche
from marketplace.marches.rules.regime import NatureMarche
from marketplace.marches.secteurs import SECTEURS
from marketplace.metiers.models import Metier
from marketplace.recherche.textes import corriger, mots
from marketplace.territoire.models import Commune, Territoire
from marketplace.valeurs import cle

PAR_PAGE = 25
COMPTE_AU_PLUS = 500
"""Beyond, the page says « plus de 500 » and invites to filter: an exact count would read every row for nobody."""

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
    """Validated hours of the marché of the outer query (R56), with those done before the product."""
    validees = (
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
    reprises = (
        select(func.coalesce(func.sum(LigneReprise.heures), 0))
        .where(LigneReprise.marche_id == Marche.id, LigneReprise.annulee.is_(False))
        .correlate(Marche)
        .scalar_subquery()
    )
    return validees + reprises


def _lue(colonne: Any) -> Any:
    """The column as an expression: read from `ix_marche_catalogue`, never searched through its own index.

    A page stops at its 25th row when rows come in the order shown; another index would make the engine gather
    and sort every match first.
    """
    return type_coerce(colonne, String).concat("")


def _vivant() -> ColumnElement[bool]:
    """Open, clause-bearing, with hours left: closed or done, a marché leaves the catalogue at once."""
    etats = [etat.value for etat in ETATS_VIVANTS]
    return and_(_lue(Marche.etat).in_(etats), Clause.heures_prevues > _realisees())


def _avec_clause(requete: Any) -> Any:
    return requete.select_from(Marche).join(Clause, and_(Clause.marche_id == Marche.id, Clause.remplacee_le.is_(None)))


def _jointures(requete: Any) -> Any:
    return (
        _avec_clause(requete)
        .join(_Acheteur, _Acheteur.id == Marche.acheteur_id)
        .outerjoin(_Titulaire, _Titulaire.id == Marche.titulaire_id)
        .outerjoin(Commune, Commune.code_insee == Marche.code_insee)
        .outerjoin(Metier, Metier.code_rome == Marche.code_rome)
    )


def _texte(s: Session, territoire_id: int, cherches: Sequence[tuple[str, ...]]) -> list[ColumnElement[bool]]:
    """Every word stands in the title, the buyer, the commune, the trade or the sector. Never in the titulaire.

    Buyers, communes and trades are found first, in their own small tables: three queries whatever the words.
    """
    if not cherches:
        return []
    formes = [forme for mot in cherches for forme in mot]

    def trouver(code: Any, cle_: Any, *conditions: Any) -> list[tuple[Any, str]]:
        requete = select(code, cle_).where(or_(*(cle_.contains(f) for f in formes)), *conditions)
        return [(valeur, texte) for valeur, texte in s.execute(requete)]

    departements = s.scalar(select(Territoire.departements).where(Territoire.id == territoire_id)) or []
    acheteurs = trouver(
        Organisation.id,
        Organisation.cle,
        Organisation.territoire_id == territoire_id,
        Organisation.type == TypeOrganisation.ACHETEUR,
    )
    communes = trouver(Commune.code_insee, Commune.cle, Commune.code_departement.in_(departements))
    metiers = trouver(Metier.code_rome, Metier.cle)
    conditions = []
    for mot in cherches:

        def dits(paires: list[tuple[Any, str]], mot: tuple[str, ...] = mot) -> list[Any]:
            return [valeur for valeur, texte in paires if any(forme in texte for forme in mot)]

        secteurs = [nom for nom in SECTEURS if any(forme in cle(nom) for forme in mot)]
        choix: list[ColumnElement[bool]] = [Marche.cle.contains(forme) for forme in mot]
        for colonne, valeurs in (
            (_lue(Marche.code_insee), dits(communes)),
            (_lue(Marche.code_rome), dits(metiers)),
            (_lue(Marche.secteur), secteurs),
        ):
            if valeurs:
                choix.append(colonne.in_(valeurs))
        if ids := dits(acheteurs):
            choix.append((Marche.acheteur_id + 0).in_(ids))
        conditions.append(or_(*choix))
    return conditions


def _conditions(territoire_id: int, f: FiltresMarches) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Marche.territoire_id == territoire_id]
    if f.distances is not None:
        conditions.append(_lue(Marche.code_insee).in_(list(f.distances)))
    if f.secteur:
        conditions.append(_lue(Marche.secteur) == f.secteur)
    if f.code_rome:
        conditions.append(_lue(Marche.code_rome) == f.code_rome)
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


def _ids(conditions: Iterable[ColumnElement[bool]]) -> Any:
    """Ids of the live marchés that pass, newest first: read from one index, and from clauses and hours."""
    return _avec_clause(select(Marche.id)).where(*conditions, _vivant()).order_by(Marche.id.desc())


def _premiers(s: Session, conditions: Iterable[ColumnElement[bool]]) -> list[int]:
    """Ids of the first marchés that pass, one more than what is counted: the count and the page in one reading."""
    return list(s.scalars(_ids(conditions).limit(COMPTE_AU_PLUS + 1)))


_vocabulaires: WeakKeyDictionary[Any, dict[int, tuple[Any, frozenset[str]]]] = WeakKeyDictionary()


def _vocabulaire(s: Session, territoire_id: int, maj: datetime | None) -> Iterable[str]:
    """Every word that a search could have met, gathered again when a marché changed since (`maj`)."""
    connus = _vocabulaires.setdefault(s.get_bind().engine, {})
    if territoire_id not in connus or connus[territoire_id][0] != maj:
        etats = [etat.value for etat in ETATS_VIVANTS]
        titres = s.scalars(
            select(Marche.cle).where(Marche.territoire_id == territoire_id, _lue(Marche.etat).in_(etats))
        )
        trouves = {mot for titre in titres for mot in titre.split()}
        autres = select(_Acheteur.cle, Commune.cle, Metier.cle).distinct()
        for ligne in s.execute(
            _jointures(autres).where(Marche.territoire_id == territoire_id, _lue(Marche.etat).in_(etats))
        ):
            trouves.update(mot for texte in ligne if texte for mot in texte.split())
        connus[territoire_id] = (maj, frozenset(trouves | {m for nom in SECTEURS for m in cle(nom).split()}))
    return connus[territoire_id][1]


def marches_publics(
    s: Session, territoire_id: int, filtres: FiltresMarches, *, page: int = 1, detaille: bool = False
) -> PageMarchesPublics:
    """A page of live marchés, newest first, in a constant number of queries; more when words had to be corrected.

    `detaille` adds hours left and titulaire: for a professional account, or where the territory says so.
    """
    cherches = mots(filtres.texte)
    base = _conditions(territoire_id, filtres)
    maj = s.scalar(select(func.max(Marche.maj_le)).where(Marche.territoire_id == territoire_id))
    conditions = [*base, *_texte(s, territoire_id, [(mot,) for mot in cherches])]
    trouves, approche = _premiers(s, conditions), False
    if not trouves and cherches:
        proches = corriger(cherches, lambda: _vocabulaire(s, territoire_id, maj))
        if proches is not None:
            conditions = [*base, *_texte(s, territoire_id, proches)]
            trouves = _premiers(s, conditions)
            approche = bool(trouves)
    total = min(len(trouves), COMPTE_AU_PLUS)
    pages = max(1, -(-total // PAR_PAGE))
    page = min(max(1, page), pages)
    ids = trouves[(page - 1) * PAR_PAGE : min(page * PAR_PAGE, total)]
    lignes = s.execute(
        _jointures(select(*_colonnes(detaille))).where(Marche.id.in_(ids)).order_by(Marche.id.desc())
    ).all()
    return PageMarchesPublics(
        tuple(_public(ligne, detaille, filtres.distances) for ligne in lignes),
        total,
        len(trouves) > COMPTE_AU_PLUS,
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
        .where(
            *_conditions(territoire_id, filtres),
            *_texte(s, territoire_id, [(mot,) for mot in mots(filtres.texte)]),
            _vivant(),
        )
        .where(Commune.code_insee.is_not(None))
        .group_by(Commune.code_insee, Commune.nom, Commune.lat, Commune.lon)
    )
    lieux = [LieuDeMarches(*ligne) for ligne in s.execute(requete)]
    return tuple(sorted(lieux, key=lambda li: (-li.heures_prevues, li.commune)))


@dataclass(frozen=True, slots=True)
class MarchesVivants:
    """What the public home says of live marchés. `plus`: there are more; their hours are then left out."""

    nombre: int
    plus: bool
    heures_prevues: Decimal | None
    recents: tuple[MarchePublic, ...]


def marches_vivants(s: Session, territoire_id: int, recents: int = 5) -> MarchesVivants:
    """How many live marchés, the hours their clauses plan, the newest of them. Two or three queries."""
    trouves = _premiers(s, [Marche.territoire_id == territoire_id])
    plus = len(trouves) > COMPTE_AU_PLUS
    heures = None
    if not plus:
        prevues = select(func.coalesce(func.sum(Clause.heures_prevues), 0)).where(
            Clause.marche_id.in_(trouves), Clause.remplacee_le.is_(None)
        )
        heures = s.scalar(prevues)
    lignes = s.execute(
        _jointures(select(*_colonnes(False))).where(Marche.id.in_(trouves[:recents])).order_by(Marche.id.desc())
    )
    return MarchesVivants(
        min(len(trouves), COMPTE_AU_PLUS), plus, heures, tuple(_public(ligne, False, None) for ligne in lignes)
    )
