"""Acts of an administrator on members: invite, end a hat, deactivate, reset a second factor."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.models import Affectation, Organisation, TypeJeton, TypeOrganisation, Utilisateur
from marketplace.comptes.queries import en_vigueur
from marketplace.comptes.roles import LIBELLES, Acteur, Role, systeme
from marketplace.comptes.services.connexion import normaliser_courriel, nouveau_jeton, oublier_echecs
from marketplace.comptes.services.renouvellement import emettre
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.journal.services import journaliser, poster

_COURRIEL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")

# Which hats may be worn in which organisations.
_TYPES_DU_ROLE = {
    Role.FACILITATEUR: frozenset({TypeOrganisation.OPCS}),
    Role.ADMINISTRATEUR: frozenset({TypeOrganisation.OPCS, TypeOrganisation.ACHETEUR}),
    Role.REFERENT: frozenset(set(TypeOrganisation) - {TypeOrganisation.ACHETEUR}),
    Role.ACHETEUR: frozenset({TypeOrganisation.ACHETEUR}),
    Role.EMPLOYEUR: frozenset(
        set(TypeOrganisation) - {TypeOrganisation.ACHETEUR, TypeOrganisation.PRESCRIPTEUR, TypeOrganisation.OPCS}
    ),
}


def organisation_du_territoire(s: Session, territoire_id: int, ref: str) -> Organisation:
    """Raises Introuvable outside the territory."""
    trouvee = s.scalar(select(Organisation).where(Organisation.ref == ref, Organisation.territoire_id == territoire_id))
    if trouvee is None:
        raise Introuvable()
    return trouvee


def inviter(
    ctx: Contexte,
    acteur: Acteur,
    *,
    courriel: str,
    prenom: str,
    nom: str,
    role: Role,
    organisation_ref: str,
) -> str | None:
    """Give somebody a hat, and the link that opens the account; None when the account already has a password.

    Raises Interdit; RegleViolee: unreadable address, role that the organisation cannot have, hat already held.
    """
    exiger(acteur, Action.ADMINISTRER, Portee(acteur.territoire_id))
    adresse = normaliser_courriel(courriel)
    if not _COURRIEL.fullmatch(adresse):
        raise RegleViolee(
            "Cette adresse est illisible : écrivez par exemple prenom.nom@structure.fr.", champ="courriel"
        )
    if not prenom.strip() or not nom.strip():
        raise RegleViolee("Donnez le prénom et le nom.", champ="nom" if prenom.strip() else "prenom")
    with ctx.transaction() as s:
        organisation = organisation_du_territoire(s, acteur.territoire_id, organisation_ref)
        if organisation.type not in _TYPES_DU_ROLE[role]:
            raise RegleViolee(
                f"Une personne de {organisation.nom} ne peut pas être {LIBELLES[role].lower()} : "
                "choisissez un autre rôle ou une autre organisation.",
                champ="role",
            )
        utilisateur = s.scalar(select(Utilisateur).where(Utilisateur.courriel == adresse))
        if utilisateur is None:
            utilisateur = Utilisateur(
                courriel=adresse,
                prenom=prenom.strip(),
                nom=nom.strip(),
                jeton_session=nouveau_jeton(),
                cree_le=ctx.horloge(),
            )
            s.add(utilisateur)
            s.flush()
        if utilisateur.desactive_le is not None:
            raise RegleViolee("Ce compte est désactivé : réactivez-le d'abord.", champ="courriel")
        deja = s.scalar(
            select(Affectation.id).where(
                Affectation.utilisateur_id == utilisateur.id,
                Affectation.organisation_id == organisation.id,
                Affectation.role == role,
                en_vigueur(ctx.aujourdhui()),
            )
        )
        if deja is not None:
            raise RegleViolee("Cette personne a déjà ce rôle dans cette organisation.", champ="courriel")
        affectation = Affectation(
            utilisateur_id=utilisateur.id,
            role=role,
            organisation_id=organisation.id,
            territoire_id=acteur.territoire_id,
            depuis=ctx.aujourdhui(),
        )
        s.add(affectation)
        s.flush()
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "inviter",
            utilisateur,
            f"{acteur.nom} donne un rôle à {utilisateur.prenom} {utilisateur.nom} : "
            f"{LIBELLES[role].lower()}, {organisation.nom}",
            role=str(role),
            organisation=organisation.ref,
        )
        if utilisateur.mot_de_passe is not None:
            return None
        return _poster_invitation(s, ctx, utilisateur)


def _poster_invitation(s: Session, ctx: Contexte, utilisateur: Utilisateur) -> str:
    lien = emettre(s, ctx, utilisateur, TypeJeton.INVITATION)
    poster(
        s,
        ctx.horloge(),
        cle=f"invitation:{utilisateur.id}:{ctx.horloge().isoformat()}",
        destinataire=utilisateur.courriel,
        sujet="Votre accès à La Place des clauses",
        corps=(
            "Bonjour,\n\nUn accès à La Place des clauses est ouvert pour vous.\n"
            f"Ce lien sert une fois, pendant sept jours, pour choisir votre mot de passe :\n{lien}\n"
        ),
    )
    return lien


def creer_utilisateur(
    ctx: Contexte,
    territoire_id: int,
    *,
    courriel: str,
    prenom: str,
    nom: str,
    role: Role,
    organisation_ref: str,
) -> str | None:
    """The same act from the command line, by the operator."""
    return inviter(
        ctx,
        systeme(territoire_id),
        courriel=courriel,
        prenom=prenom,
        nom=nom,
        role=role,
        organisation_ref=organisation_ref,
    )


def _membre(s: Session, acteur: Acteur, utilisateur_id: int) -> Utilisateur:
    """A user who holds or held a hat in the administrator's territory. Raises Introuvable otherwise."""
    membre = s.scalar(
        select(Utilisateur)
        .join(Affectation, Affectation.utilisateur_id == Utilisateur.id)
        .where(Utilisateur.id == utilisateur_id, Affectation.territoire_id == acteur.territoire_id)
        .limit(1)
    )
    if membre is None:
        raise Introuvable()
    return membre


def _pas_ailleurs(s: Session, ctx: Contexte, acteur: Acteur, membre: Utilisateur) -> None:
    ailleurs = s.scalar(
        select(Affectation.id)
        .where(
            Affectation.utilisateur_id == membre.id,
            Affectation.territoire_id != acteur.territoire_id,
            en_vigueur(ctx.aujourdhui()),
        )
        .limit(1)
    )
    if ailleurs is not None:
        raise RegleViolee("Cette personne a un rôle sur un autre territoire : mettez plutôt fin à son rôle ici.")


def renvoyer_invitation(ctx: Contexte, acteur: Acteur, utilisateur_id: int) -> str:
    """A new invitation link for who has no password yet. Raises Interdit, Introuvable, RegleViolee."""
    exiger(acteur, Action.ADMINISTRER, Portee(acteur.territoire_id))
    with ctx.transaction() as s:
        membre = _membre(s, acteur, utilisateur_id)
        if membre.mot_de_passe is not None or membre.desactive_le is not None:
            raise RegleViolee("Cette personne a déjà ouvert son compte.")
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "inviter",
            membre,
            f"{acteur.nom} renvoie son invitation à {membre.prenom} {membre.nom}",
        )
        return _poster_invitation(s, ctx, membre)


def desactiver(ctx: Contexte, acteur: Acteur, utilisateur_id: int) -> None:
    """Close an account: signed out at once, nothing opens it any more. What it wrote stays.

    Raises Interdit, Introuvable; RegleViolee for oneself or for somebody who also works elsewhere.
    """
    exiger(acteur, Action.ADMINISTRER, Portee(acteur.territoire_id))
    if utilisateur_id == acteur.utilisateur_id:
        raise RegleViolee("Vous ne pouvez pas désactiver votre propre compte : demandez à un autre administrateur.")
    with ctx.transaction() as s:
        membre = _membre(s, acteur, utilisateur_id)
        _pas_ailleurs(s, ctx, acteur, membre)
        if membre.desactive_le is None:
            membre.desactive_le = ctx.horloge()
            membre.jeton_session = nouveau_jeton()
            journaliser(
                s,
                ctx.horloge(),
                acteur,
                "desactiver",
                membre,
                f"{acteur.nom} désactive le compte de {membre.prenom} {membre.nom}",
            )


def reactiver(ctx: Contexte, acteur: Acteur, utilisateur_id: int) -> None:
    """Open a closed account again. Raises Interdit, Introuvable, RegleViolee."""
    exiger(acteur, Action.ADMINISTRER, Portee(acteur.territoire_id))
    with ctx.transaction() as s:
        membre = _membre(s, acteur, utilisateur_id)
        _pas_ailleurs(s, ctx, acteur, membre)
        if membre.desactive_le is not None:
            membre.desactive_le = None
            journaliser(
                s,
                ctx.horloge(),
                acteur,
                "reactiver",
                membre,
                f"{acteur.nom} réactive le compte de {membre.prenom} {membre.nom}",
            )


def terminer_affectation(ctx: Contexte, acteur: Acteur, affectation_id: int) -> None:
    """End a hat now. Raises Interdit, Introuvable; RegleViolee for the hat the administrator is wearing."""
    exiger(acteur, Action.ADMINISTRER, Portee(acteur.territoire_id))
    jour = ctx.aujourdhui()
    with ctx.transaction() as s:
        hat = s.scalar(
            select(Affectation).where(
                Affectation.id == affectation_id, Affectation.territoire_id == acteur.territoire_id, en_vigueur(jour)
            )
        )
        if hat is None:
            raise Introuvable()
        if hat.utilisateur_id == acteur.utilisateur_id and hat.role is Role.ADMINISTRATEUR:
            raise RegleViolee("Vous portez ce rôle : demandez à un autre administrateur.")
        membre = s.get_one(Utilisateur, hat.utilisateur_id)
        organisation = s.get_one(Organisation, hat.organisation_id)
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "terminer_role",
            membre,
            f"{acteur.nom} met fin au rôle de {membre.prenom} {membre.nom} : "
            f"{LIBELLES[hat.role].lower()}, {organisation.nom}",
        )
        if hat.depuis == jour:
            s.delete(hat)
        else:
            hat.jusqu_au = jour - timedelta(days=1)


def reinitialiser_second_facteur(ctx: Contexte, acteur: Acteur, utilisateur_id: int) -> None:
    """Forget a lost authenticator and lift a wait: a new one is set up at the next sign-in. Signs out everywhere.

    Raises Interdit, Introuvable, RegleViolee.
    """
    exiger(acteur, Action.ADMINISTRER, Portee(acteur.territoire_id))
    if utilisateur_id == acteur.utilisateur_id:
        raise RegleViolee("Changez votre propre second facteur depuis « Mon compte ».")
    with ctx.transaction() as s:
        membre = _membre(s, acteur, utilisateur_id)
        _pas_ailleurs(s, ctx, acteur, membre)
        if membre.demonstration:
            raise RegleViolee("Le second facteur d'un compte de démonstration ne change pas.")
        membre.totp_secret, membre.totp_dernier_pas = None, None
        membre.jeton_session = nouveau_jeton()
        oublier_echecs(s, membre)
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "second_facteur",
            membre,
            f"{acteur.nom} réinitialise le second facteur de {membre.prenom} {membre.nom}",
        )
