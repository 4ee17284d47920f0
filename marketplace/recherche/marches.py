"""The public catalogue of marchés: live, with a clause, and hours left to do (N7). Lateness never leaves this room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from marketplace.comptes.models import Organisation
from marketplace.marches.models import ETATS_VIVANTS, Clause, Marche
from marketplace.marches.rules.regime import NatureMarche
from marketplace.metiers.models import Metier
from marketplace.metiers.queries import libelles_metiers
from marketplace.recherche.facettes import Facette, facette
from marketplace.recherche.fonds import fonds
from marketplace.recherche.index import Question
from marketplace.recherche.lectures import encore_a_faire
from marketplace.recherche.pages import PageTrouvee, premiers, tranche
from marketplace.recherche.textes import mots
from marketplace.territoire.models import Commune

_Acheteur = aliased(Organisation, name="acheteur")
_Titulaire = aliased(Organisation, name="titulaire")


@dataclass(frozen=True, slots=True)
class FiltresMarches:
    """What a visitor asks for. `distances`: communes kept, with kilometres; None keeps all."""

    texte: str = ""
    distances: dict[str, float] | None = None
    secteur: str = ""
    code_rome: str = ""
    acheteur: str = ""
    encore_le: date | None = None
    heures_min: Decimal | None = None

    def question(self) -> Question:
        """The same, as the index takes it."""
        etiquettes: dict[str, Any] = {}
        if self.distances is not None:
            etiquettes["commune"] = self.distances
        for genre, valeur in (("secteur", self.secteur), ("metier", self.code_rome), ("acheteur", self.acheteur)):
            if valeur:
                etiquettes[genre] = (valeur,)
        au_moins = {}
        if self.encore_le is not None:
            au_moins["fin"] = self.encore_le.toordinal()
        if self.heures_min is not None:
            au_moins["heures"] = int(self.heures_min * 100)
        return Question(mots(self.texte), etiquettes, au_moins)


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
class FicheMarchePublic:
    """The page of one marché."""

    marche: MarchePublic
    objet: str
    nature: NatureMarche
    lien_objet: str
    titulaire_id: int | None


def _lignes() -> Any:
    return (
        select(Marche, _Acheteur.nom, Metier.libelle, Commune.nom, _Titulaire.nom)
        .join(_Acheteur, _Acheteur.id == Marche.acheteur_id)
        .outerjoin(_Titulaire, _Titulaire.id == Marche.titulaire_id)
        .outerjoin(Commune, Commune.code_insee == Marche.code_insee)
        .outerjoin(Metier, Metier.code_rome == Marche.code_rome)
        .where(Marche.etat.in_(ETATS_VIVANTS))
    )


def _publics(
    s: Session, lignes: Sequence[Any], jour: date, detaille: bool, distances: dict[str, float] | None
) -> list[MarchePublic]:
    """Those that still have hours to do, read in the base itself: what is shown is never late."""
    heures = encore_a_faire(s, [ligne[0].id for ligne in lignes], jour)
    return [
        MarchePublic(
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
            heures[m.id][0],
            m.maj_le,
            m.fictif,
            None if distances is None else distances.get(m.code_insee or ""),
            heures[m.id][1] if detaille else None,
            titulaire if detaille else None,
        )
        for m, acheteur, metier, commune, titulaire in lignes
        if m.id in heures
    ]


def _par_ids(
    s: Session, ids: Sequence[int], jour: date, *, detaille: bool = False, distances: dict[str, float] | None = None
) -> tuple[MarchePublic, ...]:
    """These marchés, in that order."""
    if not ids:
        return ()
    lignes = s.execute(_lignes().where(Marche.id.in_(ids))).all()
    lus = {m.id: m for m in _publics(s, lignes, jour, detaille, distances)}
    return tuple(lus[i] for i in ids if i in lus)


def marches_publics(
    s: Session,
    territoire_id: int,
    filtres: FiltresMarches,
    jour: date,
    *,
    page: int = 1,
    detaille: bool = False,
    facettes: bool = False,
) -> PageTrouvee[MarchePublic]:
    """A page of live marchés, newest first, in a constant number of queries.

    `detaille` adds hours left and titulaire: for a professional account, or where the territory says so.
    `facettes` adds how many marchés each sector, trade and buyer would leave.
    """
    with fonds(s, territoire_id, jour) as tenus:
        reponse = tenus.marches.chercher(filtres.question())
        lue = tranche(reponse, page, ("secteur", "metier", "acheteur") if facettes else ())
    maj = s.scalar(select(func.max(Marche.maj_le)).where(Marche.territoire_id == territoire_id))
    lignes = _par_ids(s, lue.ids, jour, detaille=detaille, distances=filtres.distances)
    return lue.remplie(lignes, _facettes(s, lue.comptes, filtres) if facettes else (), maj)


def _facettes(s: Session, comptes: Mapping[str, dict[str, int]], f: FiltresMarches) -> tuple[Facette, ...]:
    def acheteurs(codes: Sequence[str]) -> dict[str, str]:
        lus = s.execute(select(Organisation.id, Organisation.nom).where(Organisation.id.in_([int(c) for c in codes])))
        return {str(i): nom for i, nom in lus}

    lues = (
        facette("secteur", "Secteur", comptes["secteur"], {}, f.secteur),
        facette("code_rome", "Métier", comptes["metier"], partial(libelles_metiers, s), f.code_rome),
        facette("acheteur", "Acheteur", comptes["acheteur"], acheteurs, f.acheteur),
    )
    return tuple(f for f in lues if f.valeurs)


def marche_public(
    s: Session, territoire_id: int, ref: str, jour: date, *, detaille: bool = False
) -> FicheMarchePublic | None:
    """One live marché; None once it is closed or its hours are done."""
    ligne = s.execute(_lignes().where(Marche.territoire_id == territoire_id, Marche.ref == ref)).first()
    lus = [] if ligne is None else _publics(s, [ligne], jour, detaille, None)
    if ligne is None or not lus:
        return None
    lien = s.scalar(select(Clause.lien_objet).where(Clause.marche_id == ligne[0].id, Clause.remplacee_le.is_(None)))
    m = ligne[0]
    return FicheMarchePublic(lus[0], m.objet, m.nature, lien or "", m.titulaire_id)


@dataclass(frozen=True, slots=True)
class LieuDeMarches:
    """How many live marchés in a commune, and the hours their clauses plan there."""

    code_insee: str
    commune: str
    lat: float | None
    lon: float | None
    marches: int
    heures_prevues: Decimal


def marches_par_commune(
    s: Session, territoire_id: int, filtres: FiltresMarches, jour: date
) -> tuple[LieuDeMarches, ...]:
    """The same marchés counted by commune, most hours first: the map and its list."""
    with fonds(s, territoire_id, jour) as tenus:
        sommes = tenus.marches.chercher(filtres.question()).sommes("commune", "heures")
    communes = select(Commune.code_insee, Commune.nom, Commune.lat, Commune.lon).where(Commune.code_insee.in_(sommes))
    lieux = [
        LieuDeMarches(code, nom, lat, lon, sommes[code][0], Decimal(sommes[code][1]).scaleb(-2))
        for code, nom, lat, lon in s.execute(communes)
    ]
    return tuple(sorted(lieux, key=lambda li: (-li.heures_prevues, li.commune)))


@dataclass(frozen=True, slots=True)
class MarchesVivants:
    """What the public home says of live marchés."""

    nombre: int
    heures_prevues: Decimal
    recents: tuple[MarchePublic, ...]


def marches_vivants(s: Session, territoire_id: int, jour: date, recents: int = 5) -> MarchesVivants:
    """How many live marchés, the hours their clauses plan, the newest of them."""
    with fonds(s, territoire_id, jour) as tenus:
        tous = tenus.marches.chercher(Question())
        ids, heures = tous.ids(0, recents), tous.somme("heures")
    return MarchesVivants(tous.total, Decimal(heures).scaleb(-2), _par_ids(s, ids, jour))


def marches_trouves(s: Session, territoire_id: int, texte: str, jour: date, nombre: int) -> PageTrouvee[MarchePublic]:
    """The best few marchés for these words, those that hold them whole first."""
    with fonds(s, territoire_id, jour) as tenus:
        lue = premiers(tenus.marches.chercher(Question(mots(texte))), nombre)
    return lue.remplie(_par_ids(s, lue.ids, jour))
