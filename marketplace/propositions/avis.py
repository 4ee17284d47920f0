"""Who is told of what happens to a proposition: inside the product with a name, by mail without any (N21)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Affectation, Utilisateur
from marketplace.comptes.roles import Role
from marketplace.contexte import Contexte
from marketplace.journal.messages import Famille, avertir
from marketplace.personnes.models import Suivi
from marketplace.personnes.portee import suivi_en_cours


@dataclass(frozen=True, slots=True)
class Destinataire:
    """Somebody to tell, under the hat that the notice concerns: the first part of every address of the product."""

    utilisateur_id: int
    courriel: str
    audience: Role


def _actifs(s: Session, jour: date, role: Role, *conditions: object) -> list[Destinataire]:
    requete = (
        select(Utilisateur.id, Utilisateur.courriel)
        .join(Affectation, Affectation.utilisateur_id == Utilisateur.id)
        .where(
            Utilisateur.desactive_le.is_(None),
            Affectation.depuis <= jour,
            or_(Affectation.jusqu_au.is_(None), Affectation.jusqu_au >= jour),
            Affectation.role == role,
            *conditions,  # type: ignore[arg-type]
        )
        .distinct()
        .order_by(Utilisateur.id)
    )
    return [Destinataire(i, courriel, role) for i, courriel in s.execute(requete)]


def facilitateurs(s: Session, territoire_id: int, jour: date) -> list[Destinataire]:
    """The facilitateurs of a territory."""
    return _actifs(s, jour, Role.FACILITATEUR, Affectation.territoire_id == territoire_id)


def employeurs(s: Session, organisation_id: int, territoire_id: int, jour: date) -> list[Destinataire]:
    """The employer's users of an organisation; without any, the facilitateurs who act for it."""
    siens = _actifs(s, jour, Role.EMPLOYEUR, Affectation.organisation_id == organisation_id)
    return siens or facilitateurs(s, territoire_id, jour)


def referents(s: Session, personne_id: int, territoire_id: int, jour: date) -> list[Destinataire]:
    """Those who follow a person today; nobody does: the facilitateurs."""
    suivi = select(Suivi.referent_id).where(Suivi.personne_id == personne_id, suivi_en_cours(jour))
    siens = _actifs(s, jour, Role.REFERENT, Utilisateur.id.in_(suivi))
    return siens or facilitateurs(s, territoire_id, jour)


def referents_actifs(s: Session, utilisateurs: Iterable[int], jour: date) -> list[Destinataire]:
    """Those of these users who wear a référent's hat on `jour`."""
    return _actifs(s, jour, Role.REFERENT, Utilisateur.id.in_(list(utilisateurs)))


def prevenir(
    s: Session,
    ctx: Contexte,
    destinataires: Iterable[Destinataire],
    *,
    cle: str,
    texte: str,
    chemin: str,
    sujet: str | None = None,
    corps: str = "",
    famille: Famille = Famille.PROPOSITIONS,
    attendu: bool = False,
) -> int:
    """Leave a notice to each, and a mail at once to who wants so or is waited for; once per `cle`. How many were new.

    `chemin` follows the audience of each (« /propositions/PR-000001 »). `corps` holds no personal detail: the
    link leads to the rest.
    """
    return sum(
        avertir(
            s,
            ctx,
            utilisateur_id=d.utilisateur_id,
            courriel=d.courriel,
            cle=cle,
            texte=texte,
            lien=f"/{d.audience}{chemin}",
            famille=famille,
            sujet=sujet,
            corps=corps,
            attendu=attendu,
        )
        for d in destinataires
    )
