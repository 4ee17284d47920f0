"""Who is told about hours: the users who wear an employer's hat, by mail without any personal detail (N21)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Affectation, Utilisateur
from marketplace.comptes.roles import Role
from marketplace.contexte import Contexte
from marketplace.journal.services import poster


def adresses_employeurs(s: Session, employeurs: Iterable[int], jour: date) -> list[tuple[int, int, str]]:
    """(organisation, user, address) of everyone who declares for these organisations on `jour`."""
    requete = (
        select(Affectation.organisation_id, Utilisateur.id, Utilisateur.courriel)
        .join(Utilisateur, Utilisateur.id == Affectation.utilisateur_id)
        .where(
            Affectation.organisation_id.in_(set(employeurs)),
            Affectation.role == Role.EMPLOYEUR,
            Affectation.depuis <= jour,
            or_(Affectation.jusqu_au.is_(None), Affectation.jusqu_au >= jour),
            Utilisateur.desactive_le.is_(None),
        )
        .order_by(Affectation.organisation_id, Utilisateur.id)
    )
    return [(o, u, c) for o, u, c in s.execute(requete)]


def prevenir_employeurs(
    s: Session, ctx: Contexte, employeurs: Iterable[int], *, cle: str, sujet: str, corps: str, lien: str
) -> int:
    """One mail to each of their users; `cle` keeps a second call silent. How many were written."""
    adresse = f"{ctx.config.adresse_publique}{lien}"
    return sum(
        poster(
            s,
            ctx.horloge(),
            cle=f"{cle}:{organisation_id}:{utilisateur_id}",
            destinataire=courriel,
            sujet=sujet,
            corps=f"{corps}\n\n{adresse}\n",
        )
        for organisation_id, utilisateur_id, courriel in adresses_employeurs(s, employeurs, ctx.aujourdhui())
    )
