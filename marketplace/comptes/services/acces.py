"""Which hat a session wears: one's own, or that of somebody one acts for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.models import Affectation, Organisation, TypeOrganisation, Utilisateur
from marketplace.comptes.queries import en_vigueur
from marketplace.comptes.roles import LIBELLES_SOURCE, Acteur, Role, Source
from marketplace.comptes.rules import role_dans
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.journal.services import journaliser


@dataclass(frozen=True, slots=True)
class PourLeCompte:
    """What the session keeps while acting for somebody: an organisation, or one hat of a référent."""

    nom: str
    source: Source
    organisation_id: int | None = None
    affectation_id: int | None = None


def acteur_de(utilisateur: Utilisateur, affectation: Affectation, organisation: Organisation) -> Acteur:
    """The actor wearing this hat."""
    return Acteur(
        utilisateur_id=utilisateur.id,
        nom=f"{utilisateur.prenom} {utilisateur.nom}",
        role=affectation.role,
        organisation_id=organisation.id,
        territoire_id=affectation.territoire_id,
        organisation_verifiee=organisation.verifiee_le is not None,
        organisation_nom=organisation.nom,
    )


def utilisateur_de_session(ctx: Contexte, session: Mapping[str, Any]) -> int | None:
    """Id of the user the session's token names, whatever the hat; None when it is no longer good."""
    jeton = session.get("jeton")
    if not jeton:
        return None
    with ctx.lecture() as s:
        return s.scalar(select(Utilisateur.id).where(Utilisateur.jeton_session == jeton, *_ouvert(ctx)))


def _ouvert(ctx: Contexte) -> tuple[Any, ...]:
    """SQL conditions of an account that may be used: active, and not of a demonstration outside demonstration mode."""
    actif = (Utilisateur.desactive_le.is_(None),)
    return actif if ctx.config.mode_demo else (*actif, Utilisateur.demonstration.is_(False))


def acteur_de_session(ctx: Contexte, session: Mapping[str, Any]) -> Acteur | None:
    """Who the session's cookie names: user by `jeton`, hat by `affectation`, and the one acted for by `pour`.

    None when the user or the hat is no longer good. A `pour` that no longer holds is left aside.
    """
    jeton, affectation_id = session.get("jeton"), session.get("affectation")
    if not jeton or not affectation_id:
        return None
    jour = ctx.aujourdhui()
    with ctx.lecture() as s:
        ligne = s.execute(
            select(Utilisateur, Affectation, Organisation)
            .join(Affectation, Affectation.utilisateur_id == Utilisateur.id)
            .join(Organisation, Organisation.id == Affectation.organisation_id)
            .where(
                Utilisateur.jeton_session == jeton,
                *_ouvert(ctx),
                Affectation.id == affectation_id,
                en_vigueur(jour),
            )
        ).first()
        if ligne is None:
            return None
        acteur = acteur_de(*ligne)
        pour = session.get("pour")
        if not pour or acteur.role is not Role.FACILITATEUR or not acteur.organisation_verifiee:
            return acteur
        try:
            return _porter(s, acteur, jour, Source(pour["source"]), pour.get("organisation"), pour.get("affectation"))
        except (Introuvable, KeyError, ValueError):
            return acteur


def acteur_du_chapeau(ctx: Contexte, s: Session, affectation_id: int) -> Acteur | None:
    """Who wears this hat today, without a session; None when the account or the hat is no longer good."""
    ligne = s.execute(
        select(Utilisateur, Affectation, Organisation)
        .join(Affectation, Affectation.utilisateur_id == Utilisateur.id)
        .join(Organisation, Organisation.id == Affectation.organisation_id)
        .where(Affectation.id == affectation_id, *_ouvert(ctx), en_vigueur(ctx.aujourdhui()))
    ).first()
    return None if ligne is None else acteur_de(*ligne)


def _porter(
    s: Session,
    acteur: Acteur,
    jour: date,
    source: Source,
    organisation_id: int | None,
    affectation_id: int | None,
) -> Acteur:
    """The facilitateur's actor wearing the hat of the target. Raises Introuvable outside her territory."""
    referent: int | None = None
    if affectation_id is not None:
        hat = s.scalar(
            select(Affectation)
            .join(Utilisateur, Utilisateur.id == Affectation.utilisateur_id)
            .where(
                Affectation.id == affectation_id,
                Affectation.role == Role.REFERENT,
                en_vigueur(jour),
                Utilisateur.desactive_le.is_(None),
            )
        )
        if hat is None:
            raise Introuvable()
        organisation_id, referent, role = hat.organisation_id, hat.utilisateur_id, Role.REFERENT
        if hat.territoire_id != acteur.territoire_id:
            raise Introuvable()
    organisation = None if organisation_id is None else s.get(Organisation, organisation_id)
    if organisation is None or organisation.territoire_id != acteur.territoire_id:
        raise Introuvable()
    if referent is None:
        role = role_dans(organisation.type)
        if role not in {Role.EMPLOYEUR, Role.ACHETEUR}:
            raise Introuvable()
    return replace(
        acteur,
        role=role,
        organisation_id=organisation.id,
        organisation_verifiee=organisation.verifiee_le is not None,
        organisation_nom=organisation.nom,
        pour_le_compte_de=organisation.id,
        pour_referent_id=referent,
        source=source,
    )


def agir_pour(
    ctx: Contexte,
    acteur: Acteur,
    *,
    source: str,
    organisation_ref: str | None = None,
    affectation_id: int | None = None,
) -> PourLeCompte:
    """Start acting for an organisation, or for a référent by one of her hats. Journaled.

    Raises Interdit or Introuvable outside the facilitateur's territory, RegleViolee when the source is missing or
    the organisation does nothing here in its own name.
    """
    exiger(acteur, Action.AGIR_POUR, Portee(acteur.territoire_id))
    if not acteur.organisation_verifiee:
        raise Introuvable()
    if acteur.pour_le_compte_de is not None:
        raise RegleViolee("Revenez d'abord à votre rôle.")
    try:
        origine = Source(source)
    except ValueError:
        raise RegleViolee("Dites d'où vient la demande : papier, courriel ou téléphone.", champ="source") from None
    with ctx.transaction() as s:
        organisation_id = None
        if affectation_id is None:
            organisation = s.scalar(
                select(Organisation).where(
                    Organisation.ref == organisation_ref, Organisation.territoire_id == acteur.territoire_id
                )
            )
            if organisation is None:
                raise Introuvable()
            if organisation.type is TypeOrganisation.PRESCRIPTEUR:
                raise RegleViolee("Choisissez un référent de cette organisation : c'est lui qui suit les personnes.")
            if organisation.type is TypeOrganisation.OPCS:
                raise RegleViolee("Une équipe de facilitateurs n'a pas d'acte d'employeur ou d'acheteur à faire.")
            organisation_id = organisation.id
        porte = _porter(s, acteur, ctx.aujourdhui(), origine, organisation_id, affectation_id)
        nom = porte.organisation_nom
        if porte.pour_referent_id is not None:
            referent = s.get_one(Utilisateur, porte.pour_referent_id)
            nom = f"{referent.prenom} {referent.nom} ({nom})"
        cible = s.get_one(Organisation, porte.organisation_id)
        journaliser(
            s,
            ctx.horloge(),
            porte,
            "agir_pour",
            cible,
            f"{acteur.nom} agit pour le compte de {nom} ({LIBELLES_SOURCE[origine]})",
        )
        return PourLeCompte(nom, origine, None if affectation_id else organisation_id, affectation_id)


def choisir_role(ctx: Contexte, utilisateur_id: int, affectation_id: int) -> None:
    """Check that this hat is the user's, today. Raises Introuvable otherwise. Journaled."""
    with ctx.transaction() as s:
        ligne = s.execute(
            select(Utilisateur, Affectation, Organisation)
            .join(Affectation, Affectation.utilisateur_id == Utilisateur.id)
            .join(Organisation, Organisation.id == Affectation.organisation_id)
            .where(Utilisateur.id == utilisateur_id, Affectation.id == affectation_id, en_vigueur(ctx.aujourdhui()))
        ).first()
        if ligne is None:
            raise Introuvable()
        acteur = acteur_de(*ligne)
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "choisir_role",
            ligne[1],
            f"{acteur.nom} prend un rôle : {acteur.organisation_nom}",
        )
