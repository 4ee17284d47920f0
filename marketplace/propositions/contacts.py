"""Whom to call: those who follow a person, and the employer she goes to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Affectation, Organisation, Utilisateur
from marketplace.comptes.roles import Role
from marketplace.erreurs import Introuvable
from marketplace.offres.models import Offre
from marketplace.personnes.models import Suivi
from marketplace.personnes.portee import suivi_en_cours
from marketplace.territoire.models import Commune


@dataclass(frozen=True, slots=True)
class ContactReferent:
    """Whom to call about a person."""

    nom: str
    organisation: str
    telephone: str
    courriel: str


@dataclass(frozen=True, slots=True)
class ContactEmployeur:
    """Where to go and whom to ask for, on the sheet handed to a person."""

    organisation: str
    adresse: str
    commune: str
    telephone: str
    personne: str


def contact_employeur(s: Session, territoire_id: int, offre_ref: str, jour: date) -> ContactEmployeur:
    """The employer of an offre as a person needs it. Raises Introuvable outside the territory."""
    ligne = s.execute(
        select(Organisation, Commune.nom)
        .join(Offre, Offre.organisation_id == Organisation.id)
        .join(Commune, Commune.code_insee == Offre.code_insee)
        .where(Offre.ref == offre_ref, Offre.territoire_id == territoire_id)
    ).first()
    if ligne is None:
        raise Introuvable()
    organisation, commune = ligne
    membre = s.execute(
        select(Utilisateur.prenom, Utilisateur.nom, Utilisateur.telephone)
        .join(Affectation, Affectation.utilisateur_id == Utilisateur.id)
        .where(
            Affectation.organisation_id == organisation.id,
            Affectation.role == Role.EMPLOYEUR,
            Affectation.depuis <= jour,
            or_(Affectation.jusqu_au.is_(None), Affectation.jusqu_au >= jour),
            Utilisateur.desactive_le.is_(None),
        )
        .order_by(Affectation.id)
        .limit(1)
    ).first()
    return ContactEmployeur(
        organisation=organisation.nom,
        adresse=organisation.adresse,
        commune=commune,
        telephone=(membre.telephone if membre else "") or organisation.telephone,
        personne=f"{membre.prenom} {membre.nom}" if membre else "",
    )


def contacts_referents(s: Session, personne_id: int, jour: date) -> tuple[ContactReferent, ...]:
    """Those who follow a person today, for whoever may call them."""
    lus = s.execute(
        select(Utilisateur.prenom, Utilisateur.nom, Organisation.nom, Utilisateur.telephone, Utilisateur.courriel)
        .join(Suivi, Suivi.referent_id == Utilisateur.id)
        .join(Organisation, Organisation.id == Suivi.organisation_id)
        .where(Suivi.personne_id == personne_id, suivi_en_cours(jour))
        .order_by(Suivi.id)
    )
    return tuple(
        ContactReferent(f"{prenom} {nom}", organisation, telephone, courriel)
        for prenom, nom, organisation, telephone, courriel in lus
    )


def contact_de_la_structure(
    s: Session, organisation_id: int | None, auteur_id: int | None
) -> tuple[ContactReferent, ...]:
    """Whom to call in the structure that proposes its own salarié: who wrote it; nobody for the others."""
    if organisation_id is None:
        return ()
    organisation = s.get_one(Organisation, organisation_id)
    auteur = s.get(Utilisateur, auteur_id) if auteur_id is not None else None
    if auteur is None or auteur.desactive_le is not None:
        return (ContactReferent(organisation.nom, organisation.nom, organisation.telephone, ""),)
    return (
        ContactReferent(
            f"{auteur.prenom} {auteur.nom}",
            organisation.nom,
            auteur.telephone or organisation.telephone,
            auteur.courriel,
        ),
    )
