"""What would close the gap of a marché: people, hours and weeks; structures near; offres; hours to share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from marketplace.comptes.droits import Action
from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.comptes.roles import Acteur
from marketplace.contexte import PARIS
from marketplace.heures.avancement import Avancement, avancements
from marketplace.heures.rules.ecart import Besoin, combler, semaines_restantes
from marketplace.heures.rules.penalite import RechercheCandidats
from marketplace.journal.models import Relance
from marketplace.marches.models import ETATS_OUVERTS_AUX_HEURES, Marche
from marketplace.marches.portee import charger_marche
from marketplace.offres.models import EtatOffre, Offre
from marketplace.propositions.libres import nombre_de_libres
from marketplace.propositions.models import EtatProposition, Proposition
from marketplace.territoire.models import Commune
from marketplace.territoire.queries import distance_km

PRETENT = (TypeOrganisation.ETTI, TypeOrganisation.AI, TypeOrganisation.GEIQ)
SOUS_TRAITENT = (TypeOrganisation.EI, TypeOrganisation.ACI, TypeOrganisation.EA)
PROCHES = 4
"""Structures shown for each way: enough to call, few enough to read."""
SANS_REPONSE = (EtatProposition.PROPOSEE, EtatProposition.ETUDE)


@dataclass(frozen=True, slots=True)
class StructureProche:
    """A structure to call, and how far it is (kilometres as the crow flies; None when unknown)."""

    ref: str
    nom: str
    type: TypeOrganisation
    telephone: str
    commune: str
    km: int | None


@dataclass(frozen=True, slots=True)
class OffreDuMarche:
    """An offre that feeds the marché."""

    ref: str
    intitule: str
    etat: EtatOffre
    publiee_le: datetime | None
    places: int
    propositions: int
    embauches: int


@dataclass(frozen=True, slots=True)
class MarchePartageable:
    """Another marché whose hours go beyond its target: hours that could be worked here instead (R28, R62)."""

    ref: str
    intitule: str
    titulaire: str
    meme_titulaire: bool
    surplus: Decimal


@dataclass(frozen=True, slots=True)
class EcartVu:
    """Everything the page needs. `a_combler` is what lacks at term at the present pace, in hours."""

    marche_id: int
    ref: str
    intitule: str
    titulaire: str
    titulaire_ref: str
    titulaire_telephone: str
    avancement: Avancement
    a_combler: Decimal
    semaines: int
    besoin: Besoin | None
    preteuses: tuple[StructureProche, ...]
    sous_traitantes: tuple[StructureProche, ...]
    validees_libres: int
    offres: tuple[OffreDuMarche, ...]
    partageables: tuple[MarchePartageable, ...]
    recherche: RechercheCandidats


def ecart(s: Session, acteur: Acteur, ref: str, jour: date) -> EcartVu:
    """What would close the gap of this marché. Raises Introuvable outside the caller's perimeter."""
    marche = charger_marche(s, acteur, Action.GERER_MARCHE, ref)
    titulaire = s.get(Organisation, marche.titulaire_id) if marche.titulaire_id else None
    en_cours = s.execute(
        select(Marche.id, Marche.ref, Marche.intitule, Marche.titulaire_id, Organisation.nom)
        .outerjoin(Organisation, Organisation.id == Marche.titulaire_id)
        .where(Marche.territoire_id == marche.territoire_id, Marche.etat.in_(ETATS_OUVERTS_AUX_HEURES))
    ).all()
    progres = avancements(s, [marche.id, *(m.id for m in en_cours)], jour)
    avancement = progres[marche.id]
    manque = avancement.manque if avancement.manque > 0 else avancement.reste
    a_combler = max(Decimal(0), manque)
    semaines = semaines_restantes(jour, avancement.fin) if avancement.fin else 0
    offres = _offres(s, marche.id)
    partageables = [
        MarchePartageable(
            m.ref,
            m.intitule,
            m.nom or "",
            m.titulaire_id == marche.titulaire_id,
            progres[m.id].validees - progres[m.id].objectif,
        )
        for m in en_cours
        if m.id != marche.id and progres[m.id].objectif and progres[m.id].validees > progres[m.id].objectif
    ]
    partageables.sort(key=lambda p: (not p.meme_titulaire, -p.surplus, p.ref))
    return EcartVu(
        marche_id=marche.id,
        ref=marche.ref,
        intitule=marche.intitule,
        titulaire=titulaire.nom if titulaire else "",
        titulaire_ref=titulaire.ref if titulaire else "",
        titulaire_telephone=titulaire.telephone if titulaire else "",
        avancement=avancement,
        a_combler=a_combler,
        semaines=semaines,
        besoin=combler(a_combler, semaines),
        preteuses=structures_proches(s, marche, PRETENT),
        sous_traitantes=structures_proches(s, marche, SOUS_TRAITENT),
        validees_libres=nombre_de_libres(s, marche.territoire_id, jour),
        offres=offres,
        partageables=tuple(partageables[:5]),
        recherche=_recherche(s, marche.id, offres),
    )


def structures_proches(s: Session, marche: Marche, types: tuple[TypeOrganisation, ...]) -> tuple[StructureProche, ...]:
    """The nearest structures of these kinds, those with a phone before the others at equal distance."""
    ici = s.get(Commune, marche.code_insee) if marche.code_insee else None
    lieu = aliased(Commune)
    lignes = s.execute(
        select(Organisation, lieu.nom, lieu.lat, lieu.lon)
        .outerjoin(lieu, lieu.code_insee == Organisation.code_insee)
        .where(Organisation.territoire_id == marche.territoire_id, Organisation.type.in_(types))
    ).all()
    vues = []
    for o, commune, lat, lon in lignes:
        la, lo = (o.lat, o.lon) if o.lat is not None else (lat, lon)
        km = None
        if ici is not None and ici.lat is not None and ici.lon is not None and la is not None and lo is not None:
            km = round(distance_km(ici.lat, ici.lon, la, lo))
        vues.append(StructureProche(o.ref, o.nom, o.type, o.telephone, commune or "", km))
    vues.sort(key=lambda v: (v.km is None, v.km or 0, not v.telephone, v.nom))
    return tuple(vues[:PROCHES])


def _offres(s: Session, marche_id: int) -> tuple[OffreDuMarche, ...]:
    lignes = s.execute(
        select(
            Offre,
            func.count(Proposition.id),
            func.count(Proposition.id).filter(Proposition.etat == EtatProposition.EMBAUCHEE),
        )
        .outerjoin(Proposition, Proposition.offre_id == Offre.id)
        .where(Offre.marche_id == marche_id, Offre.etat != EtatOffre.BROUILLON)
        .group_by(Offre.id)
        .order_by(Offre.publiee_le.desc(), Offre.id)
    )
    return tuple(
        OffreDuMarche(o.ref, o.intitule, o.etat, o.publiee_le, o.places, propositions, embauches)
        for o, propositions, embauches in lignes
    )


def _recherche(s: Session, marche_id: int, offres: tuple[OffreDuMarche, ...]) -> RechercheCandidats:
    """What the product itself can prove of the titulaire's search (R63)."""
    demandes = s.scalar(select(func.count()).where(Relance.objet_type == "marche", Relance.objet_id == marche_id))
    recues, attente = s.execute(
        select(func.count(), func.count().filter(Proposition.etat.in_(SANS_REPONSE)))
        .select_from(Proposition)
        .join(Offre, Offre.id == Proposition.offre_id)
        .where(Offre.marche_id == marche_id)
    ).one()
    publiees = [o.publiee_le.astimezone(PARIS).date() for o in offres if o.publiee_le]
    return RechercheCandidats(
        publiee_le=min(publiees, default=None),
        demandes_au_facilitateur=demandes or 0,
        propositions_recues=recues,
        propositions_repondues=recues - attente,
    )
