"""Passwords set through a one-time link, or changed by their owner."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace.comptes import mots_de_passe
from marketplace.comptes.models import Jeton, TypeJeton, Utilisateur
from marketplace.comptes.rules import verifier_mot_de_passe
from marketplace.comptes.services.connexion import (
    journaliser_compte,
    normaliser_courriel,
    nouveau_jeton,
    oublier_echecs,
)
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.journal.services import poster

DUREES = {TypeJeton.INVITATION: timedelta(days=7), TypeJeton.MOT_DE_PASSE: timedelta(hours=2)}
PERIME = "Ce lien a déjà servi ou n'est plus valable : demandez-en un nouveau."


def _empreinte(clair: str) -> str:
    return hashlib.sha256(clair.encode()).hexdigest()


def emettre(s: Session, ctx: Contexte, utilisateur: Utilisateur, type_: TypeJeton) -> str:
    """A new one-time link for this user; those of the same kind sent before stop being good."""
    maintenant = ctx.horloge()
    s.execute(
        update(Jeton)
        .where(Jeton.utilisateur_id == utilisateur.id, Jeton.type == type_, Jeton.utilise_le.is_(None))
        .values(utilise_le=maintenant)
    )
    clair = secrets.token_urlsafe(32)
    s.add(
        Jeton(
            empreinte=_empreinte(clair),
            type=type_,
            utilisateur_id=utilisateur.id,
            cree_le=maintenant,
            expire_le=maintenant + DUREES[type_],
        )
    )
    return f"{ctx.config.adresse_publique}/mot-de-passe/{clair}"


def titulaire_du_jeton(ctx: Contexte, clair: str) -> TypeJeton:
    """The kind of a link that is still good. Raises RegleViolee when it is not."""
    with ctx.lecture() as s:
        jeton = s.scalar(
            select(Jeton)
            .join(Utilisateur, Utilisateur.id == Jeton.utilisateur_id)
            .where(
                Jeton.empreinte == _empreinte(clair),
                Jeton.utilise_le.is_(None),
                Jeton.expire_le > ctx.horloge(),
                Utilisateur.desactive_le.is_(None),
            )
        )
        if jeton is None:
            raise RegleViolee(PERIME)
        return jeton.type


def poser_mot_de_passe(ctx: Contexte, clair: str, mot_de_passe: str) -> None:
    """Set a password through a one-time link, which is spent; every open session of the user closes.

    Raises RegleViolee: link spent or too old, password too weak (the link then stays good).
    """
    maintenant = ctx.horloge()
    with ctx.transaction() as s:
        utilisateur_id = s.scalar(
            update(Jeton)
            .where(Jeton.empreinte == _empreinte(clair), Jeton.utilise_le.is_(None), Jeton.expire_le > maintenant)
            .values(utilise_le=maintenant)
            .returning(Jeton.utilisateur_id)
        )
        utilisateur = None if utilisateur_id is None else s.get(Utilisateur, utilisateur_id)
        if utilisateur is None or utilisateur.desactive_le is not None:
            raise RegleViolee(PERIME)
        _poser(s, utilisateur, mot_de_passe)
        journaliser_compte(s, ctx, utilisateur, "mot_de_passe", "choisit un mot de passe")


def _poser(s: Session, utilisateur: Utilisateur, mot_de_passe: str) -> None:
    verifier_mot_de_passe(mot_de_passe, (utilisateur.prenom, utilisateur.nom, utilisateur.courriel.partition("@")[0]))
    utilisateur.mot_de_passe = mots_de_passe.hacher(mot_de_passe)
    utilisateur.jeton_session = nouveau_jeton()
    oublier_echecs(s, utilisateur)


def demander_nouveau_mot_de_passe(ctx: Contexte, courriel: str) -> None:
    """Mail a one-time link if the account exists; says nothing either way."""
    with ctx.transaction() as s:
        utilisateur = s.scalar(
            select(Utilisateur).where(
                Utilisateur.courriel == normaliser_courriel(courriel),
                Utilisateur.desactive_le.is_(None),
                Utilisateur.demonstration.is_(False),
            )
        )
        if utilisateur is None:
            return
        lien = emettre(s, ctx, utilisateur, TypeJeton.MOT_DE_PASSE)
        poster(
            s,
            ctx.horloge(),
            cle=f"mot-de-passe:{_empreinte(lien)[:32]}",
            destinataire=utilisateur.courriel,
            sujet="Choisir un nouveau mot de passe",
            corps=(
                "Bonjour,\n\nVous avez demandé un nouveau mot de passe pour La Place des clauses.\n"
                f"Ce lien sert une fois, pendant deux heures :\n{lien}\n\n"
                "Vous n'avez rien demandé ? Ne faites rien : votre mot de passe ne change pas.\n"
            ),
        )
        journaliser_compte(s, ctx, utilisateur, "mot_de_passe_oublie", "demande un nouveau mot de passe")


def changer_mot_de_passe(ctx: Contexte, utilisateur_id: int, ancien: str, nouveau: str) -> str:
    """Change one's own password; every other session closes. The new session token.

    Raises RegleViolee: old password wrong, new one too weak, demonstration account (shared by all visitors).
    """
    with ctx.transaction() as s:
        utilisateur = s.get(Utilisateur, utilisateur_id)
        if utilisateur is None:
            raise Introuvable()
        if utilisateur.demonstration:
            raise RegleViolee("Le mot de passe d'un compte de démonstration ne change pas.", champ="mot_de_passe")
        if not mots_de_passe.verifier(utilisateur.mot_de_passe, ancien):
            raise RegleViolee("Ce n'est pas votre mot de passe actuel : retapez-le.", champ="ancien")
        _poser(s, utilisateur, nouveau)
        journaliser_compte(s, ctx, utilisateur, "mot_de_passe", "change son mot de passe")
        return utilisateur.jeton_session
