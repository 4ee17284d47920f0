"""« Toujours d'actualité ? » from the mail: a signed address answers for one offre only, without a password.

Opening it changes nothing (mail readers open links by themselves): one button on the page does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.adresses_signees import lire, signer
from marketplace.comptes.models import Affectation
from marketplace.comptes.queries import en_vigueur
from marketplace.comptes.roles import Acteur, Role
from marketplace.comptes.services.acces import acteur_du_chapeau
from marketplace.contexte import PARIS, Contexte
from marketplace.erreurs import RegleViolee
from marketplace.offres.models import EtatOffre, Offre
from marketplace.offres.rules import FERMETURE_JOURS

OBJET = "actualite"
LIEN_FERME = "Ce lien n'est plus valable. Prenez celui du dernier courriel, ou ouvrez vos offres."


@dataclass(frozen=True, slots=True)
class QuestionDActualite:
    """What the page of the link shows. `acteur`: who the mail was sent to, for the act that follows."""

    acteur: Acteur
    ref: str
    intitule: str
    organisation: str
    publiee_le: date | None
    ouverte: bool


def jeton_d_actualite(cle_secrete: str, offre_id: int, utilisateur_id: int, envoye_le: date) -> str:
    """The last part of the address sent to this user for this offre that day."""
    return signer(cle_secrete, OBJET, offre_id, utilisateur_id, envoye_le.toordinal())


def lire_question(ctx: Contexte, jeton: str) -> QuestionDActualite:
    """Whom the link was sent to, and for which offre.

    Raises RegleViolee when it was tampered with, is too old, or its holder no longer works there.
    """
    lus = lire(ctx.config.cle_secrete, OBJET, jeton, 3)
    if lus is None:
        raise RegleViolee(LIEN_FERME)
    offre_id, utilisateur_id, ordinal = lus
    envoye_le = date.fromordinal(ordinal)
    jour = ctx.aujourdhui()
    if jour > envoye_le + timedelta(days=FERMETURE_JOURS):
        raise RegleViolee(LIEN_FERME)
    with ctx.lecture() as s:
        return _question(ctx, s, offre_id, utilisateur_id)


def _question(ctx: Contexte, s: Session, offre_id: int, utilisateur_id: int) -> QuestionDActualite:
    ligne = s.execute(
        select(Offre, Affectation.id)
        .join(Affectation, Affectation.organisation_id == Offre.organisation_id)
        .where(
            Offre.id == offre_id,
            Affectation.utilisateur_id == utilisateur_id,
            Affectation.role == Role.EMPLOYEUR,
            en_vigueur(ctx.aujourdhui()),
        )
    ).first()
    acteur = None if ligne is None else acteur_du_chapeau(ctx, s, ligne[1])
    if ligne is None or acteur is None:
        raise RegleViolee(LIEN_FERME)
    offre = ligne[0]
    return QuestionDActualite(
        acteur=acteur,
        ref=offre.ref,
        intitule=offre.intitule,
        organisation=acteur.organisation_nom,
        publiee_le=None if offre.publiee_le is None else offre.publiee_le.astimezone(PARIS).date(),
        ouverte=offre.etat is EtatOffre.PUBLIEE,
    )
