"""The alertes of the marketplace that are due on a day: offres nobody is proposed for, answers and wishes that wait."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation
from marketplace.contexte import PARIS
from marketplace.journal.models import Gravite
from marketplace.journal.services import AlerteDue
from marketplace.marches.models import Marche
from marketplace.offres.models import EtatOffre, Offre
from marketplace.propositions import rules
from marketplace.propositions.models import EtatSouhait, Proposition, SouhaitRencontre
from marketplace.propositions.signalements.models import Signalement
from marketplace.territoire.reglages import reglages_au

OFFRE_SANS_PROPOSITION = "offre_sans_proposition"
PROPOSITION_SANS_REPONSE = "proposition_sans_reponse"
SOUHAIT_SANS_REPONSE = "souhait_sans_reponse"
TYPES = (OFFRE_SANS_PROPOSITION, PROPOSITION_SANS_REPONSE, SOUHAIT_SANS_REPONSE)

JOURS_SOUHAIT = 7
"""Days an employer waits for a word on a person it wishes to meet before the facilitateur is told."""


def dues(s: Session, territoire_id: int, jour: date) -> list[AlerteDue]:
    """Every alerte of this room due in a territory. Four queries."""
    return [
        *_offres_sans_proposition(s, territoire_id, jour),
        *_propositions_sans_reponse(s, territoire_id, jour),
        *_souhaits_sans_reponse(s, territoire_id, jour),
    ]


def _offres_sans_proposition(s: Session, territoire_id: int, jour: date) -> list[AlerteDue]:
    """Open for N days without anybody proposed; examples of the directory count only when they feed a clause."""
    delai = reglages_au(s, territoire_id, jour).offre_sans_proposition_jours
    lues = s.execute(
        select(Offre, Organisation.nom, Marche.facilitateur_id)
        .join(Organisation, Organisation.id == Offre.organisation_id)
        .outerjoin(Marche, Marche.id == Offre.marche_id)
        .where(
            Offre.territoire_id == territoire_id,
            Offre.etat == EtatOffre.PUBLIEE,
            or_(Offre.exemple.is_(False), Offre.marche_id.is_not(None)),
            ~exists().where(Proposition.offre_id == Offre.id),
            # a post of the national platform takes nobody here: telling of somebody to its structure is the answer
            ~exists().where(Signalement.offre_id == Offre.id),
        )
        .order_by(Offre.id)
    )
    resultat = []
    for offre, organisation, facilitateur_id in lues:
        if offre.publiee_le is None or (jour - offre.publiee_le.astimezone(PARIS).date()).days < delai:
            continue
        age = (jour - offre.publiee_le.astimezone(PARIS).date()).days
        resultat.append(
            AlerteDue(
                cle=f"{OFFRE_SANS_PROPOSITION}:{offre.id}",
                territoire_id=territoire_id,
                type=OFFRE_SANS_PROPOSITION,
                objet_type="offre",
                objet_id=offre.id,
                objet_ref=offre.ref,
                gravite=Gravite.ORANGE,
                message=f"« {offre.intitule} », {organisation} : personne n'est proposé depuis {age} jours.",
                action="Voir qui pourrait venir",
                lien=f"/facilitateur/offres/{offre.ref}",
                proprietaire_id=facilitateur_id,
            )
        )
    return resultat


def _propositions_sans_reponse(s: Session, territoire_id: int, jour: date) -> list[AlerteDue]:
    lues = s.execute(
        select(Proposition, Offre, Organisation.nom, Marche.facilitateur_id)
        .join(Offre, Offre.id == Proposition.offre_id)
        .join(Organisation, Organisation.id == Offre.organisation_id)
        .outerjoin(Marche, Marche.id == Offre.marche_id)
        .where(
            Proposition.territoire_id == territoire_id,
            Proposition.etat.in_(list(rules.A_REPONDRE)),
            Proposition.echeance_le < jour,
        )
        .order_by(Proposition.id)
    )
    return [
        AlerteDue(
            cle=f"{PROPOSITION_SANS_REPONSE}:{p.id}:{p.echeance_le}",
            territoire_id=territoire_id,
            type=PROPOSITION_SANS_REPONSE,
            objet_type="proposition",
            objet_id=p.id,
            objet_ref=p.ref,
            gravite=Gravite.ORANGE,
            message=f"{organisation} n'a pas répondu pour « {offre.intitule} », attendu le {p.echeance_le:%d/%m/%Y}.",
            action="Appeler l'employeur",
            lien=f"/facilitateur/propositions/{p.ref}",
            proprietaire_id=facilitateur_id,
        )
        for p, offre, organisation, facilitateur_id in lues
    ]


def _souhaits_sans_reponse(s: Session, territoire_id: int, jour: date) -> list[AlerteDue]:
    lues = s.execute(
        select(SouhaitRencontre, Offre)
        .join(Offre, Offre.id == SouhaitRencontre.offre_id)
        .where(Offre.territoire_id == territoire_id, SouhaitRencontre.etat == EtatSouhait.OUVERT)
        .order_by(SouhaitRencontre.id)
    )
    return [
        AlerteDue(
            cle=f"{SOUHAIT_SANS_REPONSE}:{souhait.id}",
            territoire_id=territoire_id,
            type=SOUHAIT_SANS_REPONSE,
            objet_type="souhait_rencontre",
            objet_id=souhait.id,
            objet_ref=offre.ref,
            gravite=Gravite.ORANGE,
            message=f"« {offre.intitule} » : l'employeur attend une réponse à sa demande de rencontre.",
            action="Appeler le référent",
            lien="/facilitateur/propositions",
        )
        for souhait, offre in lues
        if souhait.demande_le.astimezone(PARIS).date() < jour - timedelta(days=JOURS_SOUHAIT)
    ]
