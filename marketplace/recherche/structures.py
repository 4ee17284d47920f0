"""The public directory of structures: type × activity × distance (N9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import STRUCTURES_INSERTION, Organisation, TypeOrganisation
from marketplace.comptes.queries import LIBELLES_TYPES
from marketplace.contexte import PARIS
from marketplace.heures.libelles import MODALITES
from marketplace.heures.rules.modalites import TypeStructure, modalites_possibles
from marketplace.metiers.queries import libelles_metiers
from marketplace.offres.models import EtatOffre, Offre
from marketplace.recherche.activites import FAMILLES, familles
from marketplace.recherche.facettes import Facette, facette
from marketplace.recherche.fonds import fonds
from marketplace.recherche.index import Question
from marketplace.recherche.pages import PageTrouvee, premiers, tranche
from marketplace.recherche.textes import mots
from marketplace.territoire.models import Commune

PERIMEE_JOURS = 365
"""Past a year, what a register said of a structure is to be verified (N35)."""


@dataclass(frozen=True, slots=True)
class FiltresStructures:
    """What a visitor asks for; empty values keep everything."""

    texte: str = ""
    types: tuple[TypeOrganisation, ...] = ()
    activite: str = ""
    code_rome: str = ""
    recrute: bool = False
    distances: dict[str, float] | None = None

    def question(self) -> Question:
        """The same, as the index takes it."""
        etiquettes: dict[str, Any] = {}
        if self.types:
            etiquettes["type"] = [t.value for t in self.types]
        if self.distances is not None:
            etiquettes["commune"] = self.distances
        valeurs = (("activite", self.activite), ("metier", self.code_rome), ("recrute", "oui" if self.recrute else ""))
        for genre, valeur in valeurs:
            if valeur:
                etiquettes[genre] = (valeur,)
        return Question(mots(self.texte), etiquettes)


@dataclass(frozen=True, slots=True)
class StructurePublique:
    """A structure of the directory as anyone reads it. `offres`, `places`: openings today and their places."""

    id: int
    ref: str
    nom: str
    type: TypeOrganisation
    type_libelle: str
    activites: str
    familles: tuple[str, ...]
    adresse: str
    commune: str | None
    telephone: str
    courriel: str
    site: str
    capacite: int | None
    verifiee_le: date | None
    source: str
    source_le: date | None
    fictive: bool
    offres: int
    places: int
    distance_km: float | None

    def modalites(self) -> tuple[str, ...]:
        """Ways of working with it under a clause (R26), in words."""
        if self.type.value not in set(TypeStructure):
            return ()
        return tuple(MODALITES[m] for m in modalites_possibles(TypeStructure(self.type.value)))

    def connue_le(self) -> date | None:
        """The last day someone or a register vouched for what is said here."""
        return max((d for d in (self.verifiee_le, self.source_le) if d is not None), default=None)

    def perimee(self, jour: date) -> bool:
        """Whether that day is more than a year old, or unknown."""
        connue = self.connue_le()
        return connue is None or (jour - connue).days > PERIMEE_JOURS


def _ouvertes(valeur: Any) -> Any:
    return (
        select(valeur)
        .where(Offre.organisation_id == Organisation.id, Offre.etat == EtatOffre.PUBLIEE)
        .correlate(Organisation)
        .scalar_subquery()
    )


def _lignes() -> Any:
    return (
        select(
            Organisation,
            Commune.nom,
            _ouvertes(func.count(Offre.id)),
            _ouvertes(func.coalesce(func.sum(Offre.places), 0)),
        )
        .outerjoin(Commune, Commune.code_insee == Organisation.code_insee)
        .where(Organisation.type.in_(STRUCTURES_INSERTION))
    )


def _publique(ligne: Any, distances: dict[str, float] | None) -> StructurePublique:
    o, commune, offres, places = ligne
    return StructurePublique(
        o.id,
        o.ref,
        o.nom,
        o.type,
        LIBELLES_TYPES[o.type],
        o.activites,
        familles(o.activites),
        o.adresse,
        commune,
        o.telephone,
        o.courriel,
        o.site,
        o.capacite,
        None if o.verifiee_le is None else o.verifiee_le.astimezone(PARIS).date(),
        o.source,
        o.source_le,
        o.fictive,
        offres,
        int(places),
        None if distances is None else distances.get(o.code_insee or ""),
    )


def _par_ids(
    s: Session, ids: Sequence[int], distances: dict[str, float] | None = None
) -> tuple[StructurePublique, ...]:
    """These structures, in that order."""
    if not ids:
        return ()
    lues = {ligne[0].id: ligne for ligne in s.execute(_lignes().where(Organisation.id.in_(ids)))}
    return tuple(_publique(lues[i], distances) for i in ids if i in lues)


def structures_publiques(
    s: Session,
    territoire_id: int,
    filtres: FiltresStructures,
    jour: date,
    *,
    page: int = 1,
    facettes: bool = False,
) -> PageTrouvee[StructurePublique]:
    """A page of structures by name, or nearest first when a place is given. Typos forgiven when nothing fits."""
    with fonds(s, territoire_id, jour) as tenus:
        reponse = tenus.structures.chercher(filtres.question())
        lue = tranche(reponse, page, ("type", "activite", "metier", "recrute") if facettes else (), filtres.distances)
    lignes = _par_ids(s, lue.ids, filtres.distances)
    return lue.remplie(lignes, _facettes(s, lue.comptes, filtres) if facettes else ())


def _facettes(s: Session, comptes: Mapping[str, dict[str, int]], f: FiltresStructures) -> tuple[Facette, ...]:
    types = {t.value: libelle for t, libelle in LIBELLES_TYPES.items()}
    choisi = f.types[0].value if len(f.types) == 1 else ""
    lues = (
        facette("activite", "Activité", comptes["activite"], {}, f.activite, len(FAMILLES)),
        facette("type", "Type", comptes["type"], types, choisi, len(types)),
        facette("code_rome", "Recrute en ce moment", comptes["metier"], partial(libelles_metiers, s), f.code_rome),
        facette("recrute", "Places", comptes["recrute"], {"oui": "Avec des places libres"}, "oui" if f.recrute else ""),
    )
    return tuple(f for f in lues if f.valeurs)


@dataclass(frozen=True, slots=True)
class LieuDeStructures:
    """How many structures of the answer have their address in a commune."""

    code_insee: str
    commune: str
    lat: float | None
    lon: float | None
    structures: int


def structures_par_commune(
    s: Session, territoire_id: int, filtres: FiltresStructures, jour: date
) -> tuple[LieuDeStructures, ...]:
    """The same structures counted by commune, most first: the map and its list."""
    with fonds(s, territoire_id, jour) as tenus:
        sommes = tenus.structures.chercher(filtres.question()).sommes("commune", "offres")
    communes = select(Commune.code_insee, Commune.nom, Commune.lat, Commune.lon).where(Commune.code_insee.in_(sommes))
    lieux = [LieuDeStructures(code, nom, lat, lon, sommes[code][0]) for code, nom, lat, lon in s.execute(communes)]
    return tuple(sorted(lieux, key=lambda li: (-li.structures, li.commune)))


def structures_trouvees(
    s: Session, territoire_id: int, texte: str, jour: date, nombre: int
) -> PageTrouvee[StructurePublique]:
    """The best few structures for these words."""
    with fonds(s, territoire_id, jour) as tenus:
        lue = premiers(tenus.structures.chercher(Question(mots(texte))), nombre)
    return lue.remplie(_par_ids(s, lue.ids))


def structure_publique(s: Session, territoire_id: int, ref: str) -> StructurePublique | None:
    """One structure; None when there is none of that reference, or it is not one."""
    ligne = s.execute(_lignes().where(Organisation.territoire_id == territoire_id, Organisation.ref == ref)).first()
    return None if ligne is None else _publique(ligne, None)
