"""Answering a proposition from the mail: a signed address shows one of them, unnamed, and takes one answer.

Opening it changes nothing (mail readers open links by themselves). Her name and how to reach her wait for a sign-in:
a mail is forwarded, a page behind it is read by anybody.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.adresses_signees import lire, signer
from marketplace.comptes.models import Affectation, Organisation
from marketplace.comptes.queries import en_vigueur
from marketplace.comptes.roles import Acteur, Role, Source
from marketplace.comptes.services.acces import acteur_du_chapeau
from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee
from marketplace.journal.services import noter_lectures
from marketplace.offres.models import Offre
from marketplace.propositions.avis import Destinataire
from marketplace.propositions.contacts import ContactReferent, contact_de_la_structure, contacts_referents
from marketplace.propositions.models import EtatProposition, Proposition
from marketplace.propositions.queries import RaisonGardee
from marketplace.propositions.rules import GRACE_JOURS, LIBELLES_EMPLOYEUR, Partie, Transition, possibles

OBJET = "reponse"
LIEN_FERME = "Ce lien n'est plus valable. Prenez celui du dernier courriel, ou connectez-vous pour répondre."
PAR_LIEN = (Transition.RENCONTRER, Transition.ETUDIER, Transition.METTRE_AU_VIVIER, Transition.DECLINER)
"""What a link may answer. Accepting leads to a contrat: it needs a sign-in."""


@dataclass(frozen=True, slots=True)
class QuestionDeReponse:
    """What the page of the link shows. `acteur`: who the mail was sent to, for the act that follows."""

    acteur: Acteur
    ref: str
    etat: EtatProposition
    libelle: str
    offre: str
    organisation: str
    raisons: tuple[RaisonGardee, ...]
    creneau: datetime | None
    creneau_a_venir: bool
    lieu: str
    echeance_le: date
    referents: tuple[ContactReferent, ...]
    reponses: tuple[Transition, ...]
    version: int


def adresse_de_reponse(ctx: Contexte, d: Destinataire, p: Proposition) -> str:
    """The address this employer answers at; empty for a facilitateur, who has no organisation to answer for."""
    if d.audience is not Role.EMPLOYEUR:
        return ""
    jeton = signer(ctx.config.cle_secrete, OBJET, p.id, d.utilisateur_id, int(p.proposee_le.timestamp()))
    return f"{ctx.config.adresse_publique}/repondre/{jeton}"


def inviter_a_repondre(ctx: Contexte, d: Destinataire, p: Proposition) -> str:
    """The sentence of the mail that holds the address; empty for a facilitateur."""
    adresse = adresse_de_reponse(ctx, d, p)
    return f"\n\nRépondez sans vous connecter :\n{adresse}\n\nTout lire, avec son nom :" if adresse else ""


def lire_question(ctx: Contexte, jeton: str) -> QuestionDeReponse:
    """The proposition behind a link, unnamed; the reading is recorded.

    Raises RegleViolee when the link was tampered with, is too old, or its holder no longer works there.
    """
    lus = lire(ctx.config.cle_secrete, OBJET, jeton, 3)
    if lus is None:
        raise RegleViolee(LIEN_FERME)
    numero, utilisateur_id, moment = lus
    with ctx.transaction() as s:
        jour = ctx.aujourdhui()
        p = s.get(Proposition, numero)
        if p is None or int(p.proposee_le.timestamp()) != moment or jour > p.echeance_le + timedelta(days=GRACE_JOURS):
            raise RegleViolee(LIEN_FERME)
        offre = s.get_one(Offre, p.offre_id)
        acteur = _acteur(ctx, s, offre.organisation_id, utilisateur_id)
        noter_lectures(
            s, ctx.horloge(), acteur, [p.personne_id], f"Proposition {p.ref}, par le lien du courriel", nommee=False
        )
        return QuestionDeReponse(
            acteur=acteur,
            ref=p.ref,
            etat=p.etat,
            libelle=LIBELLES_EMPLOYEUR[p.etat],
            offre=offre.intitule,
            organisation=s.get_one(Organisation, offre.organisation_id).nom,
            raisons=tuple(
                RaisonGardee(str(r.get("critere", "")), str(r.get("texte", "")), str(r.get("signe", "neutre")))
                for r in p.raisons
            ),
            creneau=p.creneau,
            creneau_a_venir=p.creneau is not None and p.creneau > ctx.horloge(),
            lieu=p.lieu,
            echeance_le=p.echeance_le,
            referents=(
                *contact_de_la_structure(s, p.presentee_par_id, p.auteur_id),
                *contacts_referents(s, p.personne_id, jour),
            ),
            reponses=tuple(t for t in PAR_LIEN if t in possibles(p.etat, Partie.EMPLOYEUR)),
            version=p.version,
        )


def _acteur(ctx: Contexte, s: Session, organisation_id: int, utilisateur_id: int) -> Acteur:
    """Who the link was sent to, as rights stand today. Raises RegleViolee when they are gone."""
    affectation = s.scalar(
        select(Affectation.id).where(
            Affectation.organisation_id == organisation_id,
            Affectation.utilisateur_id == utilisateur_id,
            Affectation.role == Role.EMPLOYEUR,
            en_vigueur(ctx.aujourdhui()),
        )
    )
    acteur = None if affectation is None else acteur_du_chapeau(ctx, s, affectation)
    if acteur is None or not acteur.organisation_verifiee:
        raise RegleViolee(LIEN_FERME)
    return replace(acteur, source=Source.COURRIEL)
