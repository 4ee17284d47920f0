"""What pages read of signalements, and what other rooms must know of them, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation
from marketplace.comptes.queries import LIBELLES_TYPES
from marketplace.comptes.roles import Acteur, Role
from marketplace.contexte import PARIS
from marketplace.erreurs import Introuvable
from marketplace.heures.models import Contrat
from marketplace.offres.externes import PRESENTES, adresse_de_structure, adresse_du_poste
from marketplace.offres.models import Offre, OffreExterne
from marketplace.personnes.models import Personne, Suivi
from marketplace.personnes.portee import suivi_en_cours
from marketplace.propositions.signalements.models import Signalement
from marketplace.propositions.signalements.rules import LIBELLES, OUVERTS, ResultatSignalement, a_relancer
from marketplace.territoire.models import Commune
from marketplace.valeurs import cle

PAR_PAGE = 25
CHOIX_MAX = 12
GROUPES = {"en_cours": OUVERTS, "finis": frozenset(ResultatSignalement) - OUVERTS}


@dataclass(frozen=True, slots=True)
class SignalementVu:
    """One signalement. `adresse`: its page on the national platform; `contrat_ref`: the contrat it led to."""

    id: int
    ref: str
    personne_id: int
    personne_ref: str
    prenom: str
    nom: str
    organisation: str
    organisation_ref: str
    organisation_type: str
    commune: str
    offre_ref: str | None
    offre: str | None
    adresse: str
    accord_le: date
    accord_canal: str
    signale_le: datetime
    resultat: ResultatSignalement
    resultat_le: date | None
    contrat_ref: str | None
    a_relancer: bool
    version: int

    @property
    def libelle(self) -> str:
        """The result in words: nothing a référent reads says more than « sans suite » (R88)."""
        return LIBELLES[self.resultat]

    @property
    def ouvert(self) -> bool:
        """Whether an answer is still waited for."""
        return self.resultat in OUVERTS

    @property
    def objet(self) -> str:
        """The post, or an application to the structure itself."""
        return self.offre or "Candidature spontanée"


@dataclass(frozen=True, slots=True)
class PageSignalements:
    """One page of a list."""

    lignes: tuple[SignalementVu, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class StructureASignaler:
    """A structure that recruits on the national platform, with its posts known here."""

    ref: str
    nom: str
    type_libelle: str
    commune: str
    postes: tuple[tuple[str, str], ...]


def _requete() -> Select[Signalement, Personne, Organisation, Commune, Offre, OffreExterne, str]:
    return (
        select(Signalement, Personne, Organisation, Commune, Offre, OffreExterne, Contrat.ref)
        .join(Personne, Personne.id == Signalement.personne_id)
        .join(Organisation, Organisation.id == Signalement.organisation_id)
        .outerjoin(Commune, Commune.code_insee == Organisation.code_insee)
        .outerjoin(Offre, Offre.id == Signalement.offre_id)
        .outerjoin(OffreExterne, OffreExterne.offre_id == Offre.id)
        .outerjoin(Contrat, Contrat.id == Signalement.contrat_id)
    )


def adresse_nationale(organisation: Organisation, commune: Commune | None, externe: OffreExterne | None) -> str:
    """Where to apply: the page of the post, else the structures of that kind around the commune."""
    if externe is not None:
        return adresse_du_poste(externe.identifiant)
    nom, departement = ("", "") if commune is None else (commune.nom, commune.code_departement)
    return adresse_de_structure(organisation.type, nom, departement)


def _vu(
    x: Signalement,
    personne: Personne,
    organisation: Organisation,
    commune: Commune | None,
    offre: Offre | None,
    externe: OffreExterne | None,
    contrat_ref: str | None,
    jour: date,
) -> SignalementVu:
    dernier = x.resultat_le or x.signale_le.astimezone(PARIS).date()
    return SignalementVu(
        id=x.id,
        ref=x.ref,
        personne_id=personne.id,
        personne_ref=personne.ref,
        prenom=personne.prenom,
        nom=personne.nom,
        organisation=organisation.nom,
        organisation_ref=organisation.ref,
        organisation_type=LIBELLES_TYPES[organisation.type],
        commune="" if commune is None else commune.nom,
        offre_ref=None if offre is None else offre.ref,
        offre=None if offre is None else offre.intitule,
        adresse=adresse_nationale(organisation, commune, externe),
        accord_le=x.accord_le,
        accord_canal=x.accord_canal,
        signale_le=x.signale_le,
        resultat=x.resultat,
        resultat_le=x.resultat_le,
        contrat_ref=contrat_ref,
        a_relancer=a_relancer(x.resultat, dernier, jour),
        version=x.version,
    )


def du_perimetre(acteur: Acteur, jour: date) -> ColumnElement[bool]:
    """SQL condition: signalements this hat may read. Raises Introuvable for the others."""
    if not acteur.organisation_verifiee or acteur.role not in {Role.REFERENT, Role.FACILITATEUR}:
        raise Introuvable()
    condition: ColumnElement[bool] = (Signalement.territoire_id == acteur.territoire_id) & Personne.anonymisee_le.is_(
        None
    )
    if acteur.role is Role.REFERENT:
        siennes = select(Suivi.personne_id).where(Suivi.referent_id == acteur.referent_id, suivi_en_cours(jour))
        condition &= Signalement.personne_id.in_(siennes)
    return condition


def signalements(
    s: Session, acteur: Acteur, jour: date, *, groupe: str = "en_cours", personne_ref: str = "", page: int = 1
) -> PageSignalements:
    """A page of this hat's signalements, the oldest without news first; `groupe` empty: all."""
    requete = _requete().where(du_perimetre(acteur, jour))
    if groupe in GROUPES:
        requete = requete.where(Signalement.resultat.in_(list(GROUPES[groupe])))
    if personne_ref:
        requete = requete.where(Personne.ref == personne_ref)
    total = s.scalar(select(func.count()).select_from(requete.with_only_columns(Signalement.id).subquery())) or 0
    pages = max(1, -(-total // PAR_PAGE))
    page = min(max(1, page), pages)
    ordre = Signalement.signale_le if groupe == "en_cours" else Signalement.signale_le.desc()
    lues = s.execute(requete.order_by(ordre, Signalement.id).offset((page - 1) * PAR_PAGE).limit(PAR_PAGE))
    return PageSignalements(tuple(_vu(*ligne, jour) for ligne in lues), total, page, pages)


def signalement(s: Session, acteur: Acteur, ref: str, jour: date) -> SignalementVu:
    """One signalement of this hat's perimeter. Raises Introuvable outside of it."""
    ligne = s.execute(_requete().where(du_perimetre(acteur, jour), Signalement.ref == ref)).first()
    if ligne is None:
        raise Introuvable()
    return _vu(*ligne, jour)


def signalements_de(s: Session, personne_id: int, jour: date) -> tuple[SignalementVu, ...]:
    """Every signalement of one person, the newest first: for her file and her copy of it."""
    lues = s.execute(
        _requete().where(Signalement.personne_id == personne_id).order_by(Signalement.signale_le.desc(), Signalement.id)
    )
    return tuple(_vu(*ligne, jour) for ligne in lues)


def signalement_ouvert(s: Session, personne_id: int, organisation_id: int) -> Signalement | None:
    """The application of this person to this structure that runs, if one does."""
    return s.scalar(
        select(Signalement).where(
            Signalement.personne_id == personne_id,
            Signalement.organisation_id == organisation_id,
            Signalement.resultat.in_(list(OUVERTS)),
        )
    )


def signalements_pour(s: Session, territoire_id: int, offre_ref: str) -> dict[str, tuple[str, str]]:
    """(reference, result in words) of who is told of to the structure of an offre and waits, by person's reference."""
    lues = s.execute(
        select(Personne.ref, Signalement.ref, Signalement.resultat)
        .join(Signalement, Signalement.personne_id == Personne.id)
        .join(Offre, Offre.organisation_id == Signalement.organisation_id)
        .where(
            Offre.ref == offre_ref,
            Offre.territoire_id == territoire_id,
            Signalement.resultat.in_(list(OUVERTS)),
        )
    )
    return {personne: (ref, LIBELLES[resultat]) for personne, ref, resultat in lues}


def structures_a_signaler(s: Session, territoire_id: int, texte: str) -> tuple[StructureASignaler, ...]:
    """Structures that recruit on the national platform, by name or commune, those with posts first."""
    requete = (
        select(Organisation, Commune.nom)
        .outerjoin(Commune, Commune.code_insee == Organisation.code_insee)
        .where(Organisation.territoire_id == territoire_id, Organisation.type.in_(PRESENTES))
    )
    for mot in cle(texte).split():
        requete = requete.where(Organisation.cle.contains(mot, autoescape=True) | Commune.cle.contains(mot))
    postes: dict[int, list[tuple[str, str]]] = {}
    for organisation_id, ref, intitule in s.execute(
        select(Offre.organisation_id, Offre.ref, Offre.intitule)
        .join(OffreExterne, OffreExterne.offre_id == Offre.id)
        .where(Offre.territoire_id == territoire_id, Offre.etat == "publiee")
        .order_by(Offre.intitule, Offre.id)
    ):
        postes.setdefault(organisation_id, []).append((ref, intitule))
    avec = Organisation.id.in_(list(postes)) if postes else Organisation.id.is_(None)
    lues = s.execute(requete.order_by(avec.desc(), Organisation.cle, Organisation.id).limit(CHOIX_MAX))
    return tuple(
        StructureASignaler(o.ref, o.nom, LIBELLES_TYPES[o.type], commune or "", tuple(postes.get(o.id, ())))
        for o, commune in lues
    )
