"""Following somebody already known: a référent asks, a facilitateur or an administrator links (N3).

The one who asks learns nothing: neither who follows the person, nor what is written of her, before the answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.models import Organisation, Utilisateur
from marketplace.comptes.roles import Acteur, Role
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.journal.services import journaliser, noter_lectures, notifier
from marketplace.personnes.models import DemandeSuivi, EtatDemandeSuivi, Personne, RoleSuivi
from marketplace.personnes.portee import exiger_pour_les_siens, roles_de_suivi
from marketplace.personnes.rules.identite import empreinte
from marketplace.personnes.rules.suivis import ROLES
from marketplace.personnes.services.destinataires import prevenir_facilitateurs
from marketplace.personnes.services.profil import jumeaux
from marketplace.personnes.services.suivi import annoncer_suivi, inscrire_suivi
from marketplace.personnes.services.vivier import noter_changement


@dataclass(frozen=True, slots=True)
class DemandeSuiviVue:
    """One request, as the one who answers reads it; `nom_complet` is empty for an administrator, who needs no name."""

    id: int
    personne_id: int
    personne_ref: str
    nom_complet: str
    demandeur: str
    organisation: str
    role: str
    demandee_le: datetime


def demander_suivi(
    ctx: Contexte,
    acteur: Acteur,
    *,
    prenom: str,
    nom: str,
    date_naissance: date | None,
    role: str = RoleSuivi.REFERENT.value,
) -> None:
    """Ask to follow the person of that name, born that day, already known of the territory. Asked twice: once.

    Raises RegleViolee when nobody is known by them, or when she is already in this caseload.
    """
    if role not in ROLES:
        raise RegleViolee("Dites à quel titre : référent ou conseiller emploi.", champ="role")
    with ctx.transaction() as s:
        exiger_demande(acteur)
        connus = jumeaux(s, acteur.territoire_id, empreinte(ctx.config.cle_secrete, prenom, nom, date_naissance))
        if not connus:
            raise RegleViolee("Personne n'est enregistré sous ce nom et cette date : enregistrez sa fiche.")
        if not inscrire_demandes_suivi(ctx, s, acteur, connus[:1], RoleSuivi(role)):
            raise RegleViolee("C'est déjà demandé, ou cette personne est déjà dans votre liste.")


def exiger_demande(acteur: Acteur) -> None:
    """Who may ask: somebody who follows people. Raises Interdit."""
    exiger_pour_les_siens(acteur, Action.SUIVRE_PERSONNE)


def inscrire_demandes_suivi(
    ctx: Contexte, s: Session, acteur: Acteur, personne_ids: Iterable[int], role: RoleSuivi = RoleSuivi.REFERENT
) -> int:
    """Write the requests that are not there yet, inside the caller's transaction, and tell the facilitateurs once."""
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    if acteur.referent_id is None or acteur.organisation_id is None:
        raise Introuvable()
    deja = set(
        s.scalars(
            select(DemandeSuivi.personne_id).where(
                DemandeSuivi.demandeur_id == acteur.referent_id, DemandeSuivi.etat == EtatDemandeSuivi.A_TRAITER
            )
        )
    )
    nouvelles = [
        numero
        for numero in dict.fromkeys(personne_ids)
        if numero not in deja and not roles_de_suivi(s, numero, acteur.referent_id, jour)
    ]
    for numero in nouvelles:
        s.add(
            DemandeSuivi(
                territoire_id=acteur.territoire_id,
                personne_id=numero,
                demandeur_id=acteur.referent_id,
                organisation_id=acteur.organisation_id,
                role=role,
                demandee_le=quand,
            )
        )
        journaliser(s, quand, acteur, "demander_suivi", s.get_one(Personne, numero), "Rattachement demandé")
    if nouvelles:
        prevenir_facilitateurs(
            ctx,
            s,
            acteur.territoire_id,
            cle=f"suivi-demande-{acteur.referent_id}-{jour.isoformat()}",
            texte="Un référent demande à suivre une personne déjà enregistrée.",
            lien="/facilitateur/personnes/rattachements",
        )
    return len(nouvelles)


def lire_demandes_suivi(ctx: Contexte, acteur: Acteur) -> tuple[DemandeSuiviVue, ...]:
    """Requests that wait, the oldest first. Each name shown is noted; an administrator is shown references only."""
    exiger(acteur, Action.RATTACHER, Portee(acteur.territoire_id))
    nomme = acteur.role is not Role.ADMINISTRATEUR
    with ctx.transaction() as s:
        requete = (
            select(DemandeSuivi, Personne, Utilisateur, Organisation.nom)
            .join(Personne, Personne.id == DemandeSuivi.personne_id)
            .join(Utilisateur, Utilisateur.id == DemandeSuivi.demandeur_id)
            .join(Organisation, Organisation.id == DemandeSuivi.organisation_id)
            .where(
                DemandeSuivi.territoire_id == acteur.territoire_id,
                DemandeSuivi.etat == EtatDemandeSuivi.A_TRAITER,
            )
            .order_by(DemandeSuivi.demandee_le, DemandeSuivi.id)
            .limit(200)
        )
        vues = tuple(
            DemandeSuiviVue(
                d.id,
                p.id,
                p.ref,
                f"{p.prenom} {p.nom}" if nomme else "",
                f"{u.prenom} {u.nom}",
                organisation,
                ROLES[d.role.value],
                d.demandee_le,
            )
            for d, p, u, organisation in s.execute(requete)
        )
        if nomme:
            noter_lectures(s, ctx.horloge(), acteur, [v.personne_id for v in vues], "Rattachement à un référent")
    return vues


def repondre_demande_suivi(ctx: Contexte, acteur: Acteur, demande_id: int, *, accepter: bool) -> None:
    """Link the one who asked to the person, beside those who follow her already; or decline.

    Raises Introuvable, RegleViolee when it was already answered.
    """
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    exiger(acteur, Action.RATTACHER, Portee(acteur.territoire_id))
    with ctx.transaction() as s:
        demande = s.scalar(
            select(DemandeSuivi).where(
                DemandeSuivi.id == demande_id, DemandeSuivi.territoire_id == acteur.territoire_id
            )
        )
        if demande is None:
            raise Introuvable()
        if demande.etat is not EtatDemandeSuivi.A_TRAITER:
            raise RegleViolee("Cette demande a déjà sa réponse.")
        personne = s.get_one(Personne, demande.personne_id)
        demande.etat = EtatDemandeSuivi.ACCEPTEE if accepter else EtatDemandeSuivi.DECLINEE
        demande.repondue_le, demande.repondue_par_id = quand, acteur.utilisateur_id
        resume = "Rattachement accepté" if accepter else "Rattachement décliné"
        journaliser(s, quand, acteur, "repondre_demande_suivi", personne, resume, referent=demande.demandeur_id)
        if not accepter:
            notifier(
                s,
                quand,
                utilisateur_id=demande.demandeur_id,
                cle=f"suivi-decline-{demande.id}",
                texte="Un rattachement demandé n'est pas possible : appelez votre facilitateur.",
                lien="/referent/personnes",
            )
            return
        inscrire_suivi(s, personne, demande.demandeur_id, jour, demande.role)
        noter_changement(s, quand, personne.id)
        annoncer_suivi(s, quand, personne, demande.demandeur_id, jour)
