"""Acts on accounts: signing in, wearing a hat, inviting, leaving."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from marketplace.comptes.models import Affectation, Organisation, Utilisateur
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte


def acteur_de_session(ctx: Contexte, session: Mapping[str, Any]) -> Acteur | None:
    """Who the session's cookie names: user by `jeton`, hat by `affectation`; None when it is no longer good."""
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
                Utilisateur.desactive_le.is_(None),
                Affectation.id == affectation_id,
                Affectation.depuis <= jour,
                (Affectation.jusqu_au.is_(None)) | (Affectation.jusqu_au >= jour),
            )
        ).first()
    if ligne is None:
        return None
    utilisateur, affectation, organisation = ligne
    return Acteur(
        utilisateur_id=utilisateur.id,
        nom=f"{utilisateur.prenom} {utilisateur.nom}",
        role=affectation.role,
        organisation_id=organisation.id,
        territoire_id=affectation.territoire_id,
        organisation_verifiee=organisation.verifiee_le is not None,
        organisation_nom=organisation.nom,
    )
