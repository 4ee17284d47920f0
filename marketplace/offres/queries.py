"""What pages and the ranking read of offres, as frozen values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.erreurs import Introuvable
from marketplace.marches.models import ETATS_OUVERTS_AUX_HEURES, Clause, Intervenant, Marche
from marketplace.marches.queries.objectifs import objectif_sql
from marketplace.metiers.models import Metier
from marketplace.offres import rules
from marketplace.offres.externes import adresse_du_poste
from marketplace.offres.libelles import CONTRATS, ETATS
from marketplace.offres.models import CompetenceOffre, EtatOffre, Offre, OffreExterne, TypeContrat
from marketplace.territoire.models import Commune
from marketplace.valeurs import cle

PAR_PAGE = 25


@dataclass(frozen=True, slots=True)
class CompetenceVue:
    """A skill asked for by an offre."""

    libelle: str
    code_ogr: str | None
    requise: bool


@dataclass(frozen=True, slots=True)
class OffreVue:
    """One offre, whole."""

    id: int
    ref: str
    territoire_id: int
    organisation_id: int
    organisation: str
    organisation_ref: str
    organisation_type: TypeOrganisation
    marche_id: int | None
    marche_ref: str | None
    marche: str | None
    intitule: str
    code_rome: str | None
    metier: str | None
    description: str
    code_insee: str
    commune: str
    heures_hebdo: Decimal | None
    heure_debut: time | None
    type_contrat: TypeContrat
    contrat: str
    debut: date
    duree_mois: int | None
    places: int
    permis: tuple[str, ...]
    caces: tuple[str, ...]
    nuit: bool
    weekend: bool
    prerequis: str
    conditions: str
    competences: tuple[CompetenceVue, ...]
    etat: EtatOffre
    etat_libelle: str
    publiee_le: datetime | None
    confirmee_le: datetime | None
    exemple: bool
    heures_prevues: Decimal
    version: int
    adresse_nationale: str | None = None

    @property
    def ouverte(self) -> bool:
        """Whether people can be proposed."""
        return self.etat is EtatOffre.PUBLIEE


@dataclass(frozen=True, slots=True)
class OffreLigne:
    """One offre in a list."""

    id: int
    ref: str
    intitule: str
    organisation: str
    organisation_id: int
    metier: str | None
    commune: str
    contrat: str
    heures_hebdo: Decimal | None
    debut: date
    duree_mois: int | None
    places: int
    etat: EtatOffre
    etat_libelle: str
    marche_ref: str | None
    publiee_le: datetime | None
    confirmee_le: datetime | None
    exemple: bool
    nationale: bool = False


@dataclass(frozen=True, slots=True)
class PosteLu:
    """What the ranking reads of an offre."""

    offre_id: int
    ref: str
    intitule: str
    code_rome: str | None
    description: str
    competences_requises: tuple[str, ...]
    competences_souhaitees: tuple[str, ...]
    permis: tuple[str, ...]
    caces: tuple[str, ...]
    code_insee: str
    heures_hebdo: Decimal | None
    nuit: bool
    weekend: bool
    debut: date
    heure_debut: time | None


@dataclass(frozen=True, slots=True)
class MarcheLiable:
    """A marché of an organisation to which an offre can be linked."""

    id: int
    ref: str
    intitule: str
    fin: date | None
    heures_clause: Decimal | None


@dataclass(frozen=True, slots=True)
class FiltresOffres:
    """Filters of a list of offres; empty ones keep everything."""

    texte: str = ""
    code_rome: str = ""
    code_insee: str = ""
    organisation_id: int | None = None
    etats: tuple[EtatOffre, ...] = (EtatOffre.PUBLIEE,)
    types: tuple[TypeOrganisation, ...] = ()
    liee_a_un_marche: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class PageOffres:
    """One page of a list of offres."""

    lignes: tuple[OffreLigne, ...]
    total: int
    page: int
    pages: int


def charger_offre(s: Session, territoire_id: int, ref: str, organisation_id: int | None = None) -> Offre:
    """The row of one offre inside a perimeter. Raises Introuvable outside of it."""
    requete = select(Offre).where(Offre.ref == ref, Offre.territoire_id == territoire_id)
    if organisation_id is not None:
        requete = requete.where(Offre.organisation_id == organisation_id)
    offre = s.scalar(requete)
    if offre is None:
        raise Introuvable()
    return offre


def _competences(s: Session, offre_ids: Iterable[int]) -> dict[int, list[CompetenceVue]]:
    lues: dict[int, list[CompetenceVue]] = {}
    for c in s.scalars(
        select(CompetenceOffre).where(CompetenceOffre.offre_id.in_(list(offre_ids))).order_by(CompetenceOffre.id)
    ):
        lues.setdefault(c.offre_id, []).append(CompetenceVue(c.libelle, c.code_ogr, c.requise))
    return lues


def offre(s: Session, territoire_id: int, ref: str, *, organisation_id: int | None = None) -> OffreVue:
    """One offre for its page. Raises Introuvable outside the perimeter."""
    requete = (
        select(
            Offre,
            Organisation,
            Commune.nom,
            Metier.libelle,
            Marche.ref,
            Marche.intitule,
            Marche.date_fin,
            OffreExterne.identifiant,
        )
        .join(Organisation, Organisation.id == Offre.organisation_id)
        .join(Commune, Commune.code_insee == Offre.code_insee)
        .outerjoin(Metier, Metier.code_rome == Offre.code_rome)
        .outerjoin(Marche, Marche.id == Offre.marche_id)
        .outerjoin(OffreExterne, OffreExterne.offre_id == Offre.id)
        .where(Offre.ref == ref, Offre.territoire_id == territoire_id)
    )
    if organisation_id is not None:
        requete = requete.where(Offre.organisation_id == organisation_id)
    ligne = s.execute(requete).first()
    if ligne is None:
        raise Introuvable()
    o, organisation, commune, metier, marche_ref, marche, fin_marche, identifiant = ligne
    return OffreVue(
        id=o.id,
        ref=o.ref,
        territoire_id=o.territoire_id,
        organisation_id=o.organisation_id,
        organisation=organisation.nom,
        organisation_ref=organisation.ref,
        organisation_type=organisation.type,
        marche_id=o.marche_id,
        marche_ref=marche_ref,
        marche=marche,
        intitule=o.intitule,
        code_rome=o.code_rome,
        metier=metier,
        description=o.description,
        code_insee=o.code_insee,
        commune=commune,
        heures_hebdo=o.heures_hebdo,
        heure_debut=o.heure_debut,
        type_contrat=o.type_contrat,
        contrat=CONTRATS[o.type_contrat],
        debut=o.debut,
        duree_mois=o.duree_mois,
        places=o.places,
        permis=tuple(o.permis),
        caces=tuple(o.caces),
        nuit=o.nuit,
        weekend=o.weekend,
        prerequis=o.prerequis,
        conditions=o.conditions,
        competences=tuple(_competences(s, [o.id]).get(o.id, ())),
        etat=o.etat,
        etat_libelle=ETATS[o.etat],
        publiee_le=o.publiee_le,
        confirmee_le=o.confirmee_le,
        exemple=o.exemple,
        heures_prevues=Decimal(0)
        if o.heures_hebdo is None
        else rules.heures_apportees(
            o.heures_hebdo, o.places, o.debut, o.duree_mois, fin_marche if o.marche_id else None
        ),
        version=o.version,
        adresse_nationale=None if identifiant is None else adresse_du_poste(identifiant),
    )


def _lignes() -> Select[Offre, str, str, str, str, int]:
    return (
        select(Offre, Organisation.nom, Commune.nom, Metier.libelle, Marche.ref, OffreExterne.id)
        .join(Organisation, Organisation.id == Offre.organisation_id)
        .join(Commune, Commune.code_insee == Offre.code_insee)
        .outerjoin(Metier, Metier.code_rome == Offre.code_rome)
        .outerjoin(Marche, Marche.id == Offre.marche_id)
        .outerjoin(OffreExterne, OffreExterne.offre_id == Offre.id)
    )


def _ligne(
    o: Offre, organisation: str, commune: str, metier: str | None, marche: str | None, externe_id: int | None
) -> OffreLigne:
    return OffreLigne(
        id=o.id,
        ref=o.ref,
        intitule=o.intitule,
        organisation=organisation,
        organisation_id=o.organisation_id,
        metier=metier,
        commune=commune,
        contrat=CONTRATS[o.type_contrat],
        heures_hebdo=o.heures_hebdo,
        debut=o.debut,
        duree_mois=o.duree_mois,
        places=o.places,
        etat=o.etat,
        etat_libelle=ETATS[o.etat],
        marche_ref=marche,
        publiee_le=o.publiee_le,
        confirmee_le=o.confirmee_le,
        exemple=o.exemple,
        nationale=externe_id is not None,
    )


def offres(s: Session, territoire_id: int, filtres: FiltresOffres | None = None) -> PageOffres:
    """A page of offres of a territory, newest first."""
    f = filtres or FiltresOffres()
    requete = _lignes().where(Offre.territoire_id == territoire_id, Offre.etat.in_(f.etats))
    for mot in cle(f.texte).split():
        requete = requete.where(or_(Offre.cle.contains(mot), Organisation.cle.contains(mot)))
    if f.code_rome:
        requete = requete.where(Offre.code_rome == f.code_rome)
    if f.code_insee:
        requete = requete.where(Offre.code_insee == f.code_insee)
    if f.organisation_id is not None:
        requete = requete.where(Offre.organisation_id == f.organisation_id)
    if f.types:
        requete = requete.where(Organisation.type.in_(f.types))
    if f.liee_a_un_marche:
        requete = requete.where(Offre.marche_id.is_not(None))
    total = s.scalar(select(func.count()).select_from(requete.with_only_columns(Offre.id).subquery())) or 0
    pages = max(1, -(-total // PAR_PAGE))
    page = min(max(1, f.page), pages)
    requete = requete.order_by(Offre.publiee_le.desc(), Offre.id.desc())
    lues = s.execute(requete.offset((page - 1) * PAR_PAGE).limit(PAR_PAGE))
    return PageOffres(tuple(_ligne(*ligne) for ligne in lues), total, page, pages)


def offres_ouvertes(s: Session, territoire_id: int, filtres: FiltresOffres | None = None) -> PageOffres:
    """A page of the offres to which people can be proposed today."""
    return offres(s, territoire_id, filtres or FiltresOffres())


def offres_par_ref(s: Session, territoire_id: int, refs: Iterable[str]) -> dict[str, OffreLigne]:
    """Lines of some offres by their reference."""
    lues = s.execute(_lignes().where(Offre.territoire_id == territoire_id, Offre.ref.in_(list(refs))))
    lignes = [_ligne(*ligne) for ligne in lues]
    return {ligne.ref: ligne for ligne in lignes}


def _postes(s: Session, requete: Select[Offre]) -> list[PosteLu]:
    lues = s.scalars(requete.order_by(Offre.id)).all()
    competences = _competences(s, [o.id for o in lues])
    return [
        PosteLu(
            offre_id=o.id,
            ref=o.ref,
            intitule=o.intitule,
            code_rome=o.code_rome,
            description=o.description,
            competences_requises=tuple(c.libelle for c in competences.get(o.id, ()) if c.requise),
            competences_souhaitees=tuple(c.libelle for c in competences.get(o.id, ()) if not c.requise),
            permis=tuple(o.permis),
            caces=tuple(o.caces),
            code_insee=o.code_insee,
            heures_hebdo=o.heures_hebdo,
            nuit=o.nuit,
            weekend=o.weekend,
            debut=o.debut,
            heure_debut=o.heure_debut,
        )
        for o in lues
    ]


def postes_de_classement(s: Session, territoire_id: int) -> list[PosteLu]:
    """Every open offre of a territory, as the ranking reads it."""
    return _postes(s, select(Offre).where(Offre.territoire_id == territoire_id, Offre.etat == EtatOffre.PUBLIEE))


def postes_par_id(s: Session, offre_ids: Iterable[int]) -> list[PosteLu]:
    """Some offres, whatever their state, as the ranking reads them."""
    return _postes(s, select(Offre).where(Offre.id.in_(list(offre_ids))))


def poste_de_classement(s: Session, offre_id: int) -> PosteLu:
    """One offre, whatever its state, as the ranking reads it. Raises Introuvable when it is not there."""
    lus = _postes(s, select(Offre).where(Offre.id == offre_id))
    if not lus:
        raise Introuvable()
    return lus[0]


def marches_liables(s: Session, organisation_id: int) -> list[MarcheLiable]:
    """Live marchés where this organisation is titulaire or takes part."""
    participe = select(Intervenant.marche_id).where(Intervenant.organisation_id == organisation_id)
    lus = s.execute(
        select(Marche, objectif_sql())
        .outerjoin(Clause, (Clause.marche_id == Marche.id) & (Clause.remplacee_le.is_(None)))
        .where(
            or_(Marche.titulaire_id == organisation_id, Marche.id.in_(participe)),
            Marche.etat.in_(ETATS_OUVERTS_AUX_HEURES),
        )
        .order_by(Marche.intitule, Marche.id)
    )
    return [MarcheLiable(m.id, m.ref, m.intitule, m.date_fin, heures) for m, heures in lus]
