"""What pages read of propositions and wishes to meet, as frozen values.

An employer's view says who, why and when; a référent's never says why an answer was negative (R88).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation
from marketplace.comptes.roles import Acteur, Role
from marketplace.erreurs import Introuvable
from marketplace.heures.models import Contrat
from marketplace.offres.models import Offre
from marketplace.personnes.models import EtatValidation, Personne, Suivi, Validation
from marketplace.personnes.portee import suivi_en_cours
from marketplace.propositions.contacts import ContactReferent, contact_de_la_structure, contacts_referents
from marketplace.propositions.models import (
    EtatProposition,
    EtatSouhait,
    Proposition,
    SouhaitRencontre,
    TransitionProposition,
)
from marketplace.propositions.rules import (
    A_REPONDRE,
    LIBELLES_EMPLOYEUR,
    LIBELLES_PROPOSANT,
    OUVERTS,
    Partie,
    Transition,
    en_retard,
    possibles,
)

PAR_PAGE = 25
CONTACT_OUVERT = frozenset(
    {EtatProposition.RENCONTRE, EtatProposition.PRE_EMBAUCHE, EtatProposition.ACCEPTEE, EtatProposition.EMBAUCHEE}
)
"""States in which an employer reads how to reach the person: she agreed to this offre, and it goes on."""


@dataclass(frozen=True, slots=True)
class RaisonGardee:
    """A reason as it stood when the person was proposed."""

    critere: str
    texte: str
    signe: str


@dataclass(frozen=True, slots=True)
class Etape:
    """One change of state, in the words of its reader."""

    libelle: str
    quand: datetime


@dataclass(frozen=True, slots=True)
class PropositionLigne:
    """One proposition in a list."""

    ref: str
    etat: EtatProposition
    libelle: str
    personne_ref: str
    prenom: str
    nom: str
    offre_ref: str
    offre: str
    organisation: str
    proposee_le: datetime
    echeance_le: date
    creneau: datetime | None
    a_repondre: bool
    en_retard: bool


@dataclass(frozen=True, slots=True)
class PropositionVue:
    """One proposition, whole, for one side."""

    id: int
    ref: str
    etat: EtatProposition
    libelle: str
    personne_ref: str
    prenom: str
    nom: str
    telephone: str
    courriel: str
    offre_ref: str
    offre: str
    offre_debut: date
    organisation: str
    raisons: tuple[RaisonGardee, ...]
    mot: str
    creneau: datetime | None
    lieu: str
    proposee_le: datetime
    echeance_le: date
    en_retard: bool
    referents: tuple[ContactReferent, ...]
    etapes: tuple[Etape, ...]
    reponses: tuple[Transition, ...]
    contrat_ref: str | None
    validation_attendue: bool
    version: int


@dataclass(frozen=True, slots=True)
class PagePropositions:
    """One page of a list of propositions."""

    lignes: tuple[PropositionLigne, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class SouhaitVu:
    """An employer's wish to meet, for the one who may propose the person."""

    personne_ref: str
    prenom: str
    nom: str
    offre_ref: str
    offre: str
    organisation: str
    demande_le: datetime


def _libelles(acteur: Acteur) -> dict[EtatProposition, str]:
    return LIBELLES_PROPOSANT if acteur.role is Role.REFERENT else LIBELLES_EMPLOYEUR


def _du_perimetre(acteur: Acteur, jour: date) -> ColumnElement[bool]:
    """SQL condition: propositions that this hat may read."""
    conditions = [Proposition.territoire_id == acteur.territoire_id]
    if acteur.role is Role.EMPLOYEUR:
        conditions.append(Offre.organisation_id == acteur.organisation_id)
    elif acteur.role is Role.REFERENT:
        siennes = select(Suivi.personne_id).where(Suivi.referent_id == acteur.referent_id, suivi_en_cours(jour))
        conditions.append(Proposition.personne_id.in_(siennes))
    elif acteur.role is not Role.FACILITATEUR:
        raise Introuvable()
    if not acteur.organisation_verifiee:
        raise Introuvable()
    return and_(*conditions)


def _requete() -> Select[Proposition, Offre, Personne, str]:
    return (
        select(Proposition, Offre, Personne, Organisation.nom)
        .join(Offre, Offre.id == Proposition.offre_id)
        .join(Personne, Personne.id == Proposition.personne_id)
        .join(Organisation, Organisation.id == Offre.organisation_id)
    )


GROUPES = {
    "a_repondre": tuple(A_REPONDRE),
    "en_cours": tuple(OUVERTS),
    "finies": tuple(e for e in EtatProposition if e not in OUVERTS),
    "toutes": tuple(EtatProposition),
}


def propositions(
    s: Session,
    acteur: Acteur,
    jour: date,
    *,
    groupe: str = "en_cours",
    offre_ref: str = "",
    personne_ref: str = "",
    page: int = 1,
) -> PagePropositions:
    """A page of the propositions of this hat's perimeter: those to answer first, then the newest."""
    etats = list(GROUPES.get(groupe, GROUPES["en_cours"]))
    requete = _requete().where(_du_perimetre(acteur, jour), Proposition.etat.in_(etats))
    if offre_ref:
        requete = requete.where(Offre.ref == offre_ref)
    if personne_ref:
        requete = requete.where(Personne.ref == personne_ref)
    total = s.scalar(select(func.count()).select_from(requete.with_only_columns(Proposition.id).subquery())) or 0
    pages = max(1, -(-total // PAR_PAGE))
    page = min(max(1, page), pages)
    premiers = Proposition.etat.in_(list(A_REPONDRE))
    requete = requete.order_by(premiers.desc(), Proposition.proposee_le.desc(), Proposition.id.desc())
    libelles = _libelles(acteur)
    lignes = []
    for p, offre, personne, organisation in s.execute(requete.offset((page - 1) * PAR_PAGE).limit(PAR_PAGE)):
        etat = p.etat
        lignes.append(
            PropositionLigne(
                ref=p.ref,
                etat=etat,
                libelle=libelles[etat],
                personne_ref=personne.ref,
                prenom=personne.prenom,
                nom=personne.nom,
                offre_ref=offre.ref,
                offre=offre.intitule,
                organisation=organisation,
                proposee_le=p.proposee_le,
                echeance_le=p.echeance_le,
                creneau=p.creneau,
                a_repondre=etat in A_REPONDRE,
                en_retard=en_retard(etat, p.echeance_le, jour),
            )
        )
    return PagePropositions(tuple(lignes), total, page, pages)


def compter_a_repondre(s: Session, acteur: Acteur, jour: date) -> int:
    """How many propositions wait for an answer in this hat's perimeter."""
    requete = (
        select(func.count())
        .select_from(Proposition)
        .join(Offre, Offre.id == Proposition.offre_id)
        .where(
            _du_perimetre(acteur, jour),
            Proposition.etat.in_(list(A_REPONDRE)),
        )
    )
    return s.scalar(requete) or 0


def proposition(s: Session, acteur: Acteur, ref: str, jour: date) -> PropositionVue:
    """One proposition for its page. Raises Introuvable outside this hat's perimeter."""
    ligne = s.execute(_requete().where(_du_perimetre(acteur, jour), Proposition.ref == ref)).first()
    if ligne is None:
        raise Introuvable()
    p, offre, personne, organisation = ligne
    partie = Partie.PROPOSANT if acteur.role is Role.REFERENT else Partie.EMPLOYEUR
    reponses = possibles(p.etat, partie)
    if acteur.role is Role.FACILITATEUR:
        reponses = (*reponses, *possibles(p.etat, Partie.PROPOSANT))
    contact = acteur.role is not Role.EMPLOYEUR or p.etat in CONTACT_OUVERT
    return _vue(s, p, offre, personne, organisation, jour, _libelles(acteur), contact=contact, reponses=reponses)


def proposition_presentee(s: Session, acteur: Acteur, ref: str, jour: date) -> tuple[PropositionVue, int]:
    """One proposition as the structure that made it for its own salarié reads it, and the id of that person.

    Raises Introuvable for any other.
    """
    ligne = s.execute(
        _requete().where(
            Proposition.ref == ref,
            Proposition.territoire_id == acteur.territoire_id,
            Proposition.presentee_par_id == acteur.organisation_id,
        )
    ).first()
    if ligne is None or acteur.role is not Role.EMPLOYEUR or not acteur.organisation_verifiee:
        raise Introuvable()
    p, offre, personne, organisation = ligne
    reponses = possibles(p.etat, Partie.PROPOSANT)
    vue = _vue(s, p, offre, personne, organisation, jour, LIBELLES_PROPOSANT, contact=True, reponses=reponses)
    return vue, personne.id


def _vue(
    s: Session,
    p: Proposition,
    offre: Offre,
    personne: Personne,
    organisation: str,
    jour: date,
    libelles: dict[EtatProposition, str],
    *,
    contact: bool,
    reponses: tuple[Transition, ...],
) -> PropositionVue:
    etat = p.etat
    return PropositionVue(
        id=p.id,
        ref=p.ref,
        etat=etat,
        libelle=libelles[etat],
        personne_ref=personne.ref,
        prenom=personne.prenom,
        nom=personne.nom,
        telephone=personne.telephone if contact else "",
        courriel=personne.courriel if contact else "",
        offre_ref=offre.ref,
        offre=offre.intitule,
        offre_debut=offre.debut,
        organisation=organisation,
        raisons=tuple(
            RaisonGardee(str(r.get("critere", "")), str(r.get("texte", "")), str(r.get("signe", "neutre")))
            for r in p.raisons
        ),
        mot=p.mot,
        creneau=p.creneau,
        lieu=p.lieu,
        proposee_le=p.proposee_le,
        echeance_le=p.echeance_le,
        en_retard=en_retard(etat, p.echeance_le, jour),
        referents=(
            *contact_de_la_structure(s, p.presentee_par_id, p.auteur_id),
            *contacts_referents(s, personne.id, jour),
        ),
        etapes=tuple(
            Etape(libelles[EtatProposition(vers)], quand)
            for vers, quand in s.execute(
                select(TransitionProposition.vers, TransitionProposition.quand)
                .where(TransitionProposition.proposition_id == p.id)
                .order_by(TransitionProposition.id.desc())
            )
        ),
        reponses=reponses,
        contrat_ref=s.scalar(select(Contrat.ref).where(Contrat.proposition_id == p.id)),
        validation_attendue=_validation_attendue(s, p.personne_id, offre.organisation_id),
        version=p.version,
    )


def _validation_attendue(s: Session, personne_id: int, organisation_id: int) -> bool:
    """Whether the facilitateur still has to answer on this person for this employer."""
    requete = select(Validation.id).where(
        Validation.personne_id == personne_id,
        Validation.demandeur_id == organisation_id,
        Validation.etat == EtatValidation.A_TRAITER,
    )
    return s.scalar(requete.limit(1)) is not None


def ids_de_personnes(s: Session, territoire_id: int, refs: Iterable[str]) -> list[int]:
    """Ids of these people, to record that they were read."""
    return list(
        s.scalars(select(Personne.id).where(Personne.territoire_id == territoire_id, Personne.ref.in_(list(refs))))
    )


def compter_par_offre(s: Session, offre_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """By offre: (propositions still alive, people hired)."""
    lus = s.execute(
        select(
            Proposition.offre_id,
            func.count().filter(Proposition.etat.in_(list(OUVERTS))),
            func.count().filter(Proposition.etat == EtatProposition.EMBAUCHEE),
        )
        .where(Proposition.offre_id.in_(list(offre_ids)))
        .group_by(Proposition.offre_id)
    )
    return {offre_id: (ouvertes, embauches) for offre_id, ouvertes, embauches in lus}


def souhaits_ouverts(s: Session, acteur: Acteur, jour: date) -> tuple[SouhaitVu, ...]:
    """Employers' wishes that wait for this référent; for a facilitateur, those of her territory."""
    requete = (
        select(SouhaitRencontre, Offre, Personne, Organisation.nom)
        .join(Offre, Offre.id == SouhaitRencontre.offre_id)
        .join(Personne, Personne.id == SouhaitRencontre.personne_id)
        .join(Organisation, Organisation.id == Offre.organisation_id)
        .where(
            SouhaitRencontre.etat == EtatSouhait.OUVERT,
            Offre.territoire_id == acteur.territoire_id,
            Personne.retiree_le.is_(None),
            Personne.anonymisee_le.is_(None),
        )
        .order_by(SouhaitRencontre.demande_le)
    )
    if acteur.role is Role.REFERENT:
        siennes = select(Suivi.personne_id).where(Suivi.referent_id == acteur.referent_id, suivi_en_cours(jour))
        requete = requete.where(SouhaitRencontre.personne_id.in_(siennes))
    elif acteur.role is not Role.FACILITATEUR:
        raise Introuvable()
    return tuple(
        SouhaitVu(p.ref, p.prenom, p.nom, o.ref, o.intitule, organisation, souhait.demande_le)
        for souhait, o, p, organisation in s.execute(requete)
    )


def motifs_agreges(s: Session, territoire_id: int, depuis: datetime, minimum: int = 5) -> dict[str, int]:
    """Coded answers of employers over a period, only where they are at least `minimum` (R128)."""
    lus = s.execute(
        select(Proposition.motif, func.count())
        .where(
            Proposition.territoire_id == territoire_id,
            Proposition.motif.is_not(None),
            or_(Proposition.repondue_le.is_(None), Proposition.repondue_le >= depuis),
        )
        .group_by(Proposition.motif)
    )
    return {motif: nombre for motif, nombre in lus if motif is not None and nombre >= minimum}
