"""The public catalogue of openings: those of titulaires, SIAE and GEIQ to which people can be proposed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.comptes.queries import LIBELLES_TYPES
from marketplace.marches.models import Marche
from marketplace.metiers.models import Metier
from marketplace.metiers.queries import libelles_metiers
from marketplace.offres.libelles import CONTRATS
from marketplace.offres.models import EtatOffre, Offre
from marketplace.recherche.facettes import Facette, facette
from marketplace.recherche.fonds import fonds
from marketplace.recherche.index import Question
from marketplace.recherche.lectures import TRANCHES
from marketplace.recherche.pages import PAR_PAGE, PageTrouvee, premiers, tranche
from marketplace.recherche.textes import mots
from marketplace.territoire.models import Commune


@dataclass(frozen=True, slots=True)
class FiltresOffresPubliques:
    """What a visitor asks for; empty values keep everything."""

    texte: str = ""
    distances: dict[str, float] | None = None
    code_rome: str = ""
    types: tuple[TypeOrganisation, ...] = ()
    contrat: str = ""
    temps: str = ""
    heures_min: Decimal | None = None
    heures_max: Decimal | None = None
    debut_avant: date | None = None

    def question(self) -> Question:
        """The same, as the index takes it."""
        etiquettes: dict[str, Any] = {}
        if self.distances is not None:
            etiquettes["commune"] = self.distances
        if self.types:
            etiquettes["type"] = [t.value for t in self.types]
        for genre, valeur in (("metier", self.code_rome), ("contrat", self.contrat), ("temps", self.temps)):
            if valeur:
                etiquettes[genre] = (valeur,)
        au_moins = {} if self.heures_min is None else {"heures_hebdo": int(self.heures_min * 100)}
        au_plus = {} if self.heures_max is None else {"heures_hebdo": int(self.heures_max * 100)}
        if self.heures_max is not None:
            au_moins.setdefault("heures_hebdo", 1)  # a post that does not say its hours is not under any
        if self.debut_avant is not None:
            au_plus["debut"] = self.debut_avant.toordinal()
        return Question(mots(self.texte), etiquettes, au_moins, au_plus)


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
    heures_hebdo: Decimal | None
    debut: date
    duree_mois: int | None
    places: int
    marche: bool
    exemple: bool
    publiee_le: datetime | None
    confirmee_le: datetime | None
    distance_km: float | None


def _lignes() -> Any:
    return (
        select(Offre, Organisation, Commune.nom, Metier.libelle)
        .join(Organisation, Organisation.id == Offre.organisation_id)
        .join(Commune, Commune.code_insee == Offre.code_insee)
        .outerjoin(Metier, Metier.code_rome == Offre.code_rome)
        .where(Offre.etat == EtatOffre.PUBLIEE)
    )


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


def _par_ids(s: Session, ids: Sequence[int], distances: dict[str, float] | None = None) -> tuple[OffrePublique, ...]:
    """These openings, in that order; closed meanwhile, one is left out."""
    if not ids:
        return ()
    lues = {ligne[0].id: ligne for ligne in s.execute(_lignes().where(Offre.id.in_(ids)))}
    return tuple(_publique(lues[i], distances) for i in ids if i in lues)


def offres_publiques(
    s: Session,
    territoire_id: int,
    filtres: FiltresOffresPubliques,
    jour: date,
    *,
    page: int = 1,
    facettes: bool = False,
) -> PageTrouvee[OffrePublique]:
    """A page of openings, newest first, in a constant number of queries."""
    with fonds(s, territoire_id, jour) as tenus:
        reponse = tenus.offres.chercher(filtres.question())
        lue = tranche(reponse, page, ("type", "metier", "contrat", "temps") if facettes else ())
    ouvertes = (Offre.territoire_id == territoire_id, Offre.etat == EtatOffre.PUBLIEE)
    maj = s.scalar(select(func.max(Offre.confirmee_le)).where(*ouvertes))
    lignes = _par_ids(s, lue.ids, filtres.distances)
    return lue.remplie(lignes, _facettes(s, lue.comptes, filtres) if facettes else (), maj)


def _facettes(s: Session, comptes: Mapping[str, dict[str, int]], f: FiltresOffresPubliques) -> tuple[Facette, ...]:
    types = {t.value: libelle for t, libelle in LIBELLES_TYPES.items()}
    contrats = {c.value: libelle for c, libelle in CONTRATS.items()}
    temps = {code: libelle for code, libelle, _ in TRANCHES}
    choisi = f.types[0].value if len(f.types) == 1 else ""
    lues = (
        facette("code_rome", "Métier", comptes["metier"], partial(libelles_metiers, s), f.code_rome),
        facette("type", "Employeur", comptes["type"], types, choisi),
        facette("contrat", "Contrat", comptes["contrat"], contrats, f.contrat),
        facette("temps", "Temps de travail", comptes["temps"], temps, f.temps),
    )
    return tuple(f for f in lues if f.valeurs)


def offres_trouvees(s: Session, territoire_id: int, texte: str, jour: date, nombre: int) -> PageTrouvee[OffrePublique]:
    """The best few openings for these words."""
    with fonds(s, territoire_id, jour) as tenus:
        lue = premiers(tenus.offres.chercher(Question(mots(texte))), nombre)
    return lue.remplie(_par_ids(s, lue.ids))


def offres_du_marche(s: Session, marche_id: int, *, detaille: bool) -> tuple[OffrePublique, ...]:
    """Openings that feed a marché. Without `detaille`, not those of its titulaire: they would name it."""
    requete = (
        _lignes()
        .join(Marche, Marche.id == Offre.marche_id)
        .where(Offre.marche_id == marche_id)
        .order_by(Offre.publiee_le.desc())
        .limit(PAR_PAGE)
    )
    if not detaille:
        requete = requete.where(Marche.titulaire_id.is_distinct_from(Offre.organisation_id))
    return tuple(_publique(ligne, None) for ligne in s.execute(requete))


def offres_de_la_structure(s: Session, organisation_id: int) -> tuple[OffrePublique, ...]:
    """Openings of a structure."""
    lignes = s.execute(
        _lignes().where(Offre.organisation_id == organisation_id).order_by(Offre.publiee_le.desc()).limit(PAR_PAGE)
    )
    return tuple(_publique(ligne, None) for ligne in lignes)
