"""The alertes about people that are due on a day: answers that wait, files that may be one person's."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation
from marketplace.contexte import PARIS
from marketplace.journal.models import Gravite
from marketplace.journal.services import AlerteDue
from marketplace.personnes.models import EtatValidation, Validation
from marketplace.personnes.queries.doublons import doublons

VALIDATION_ATTENDUE = "validation_attendue"
FICHES_JUMELLES = "fiches_jumelles"
TYPES = (VALIDATION_ATTENDUE, FICHES_JUMELLES)

JOURS_ORANGE = 3
JOURS_ROUGE = 7
"""Days an employer waits for an answer before it alerts, then presses. Convention of the product."""


def dues(s: Session, territoire_id: int, jour: date) -> list[AlerteDue]:
    """Every alerte about people due in a territory. No name in them: alertes are also sent by mail (N21)."""
    return [*_validations(s, territoire_id, jour), *_jumelles(s, territoire_id, jour)]


def _validations(s: Session, territoire_id: int, jour: date) -> list[AlerteDue]:
    requete = (
        select(Validation, Organisation.nom)
        .outerjoin(Organisation, Organisation.id == Validation.demandeur_id)
        .where(Validation.territoire_id == territoire_id, Validation.etat == EtatValidation.A_TRAITER)
        .order_by(Validation.demandee_le)
    )
    alertes = []
    for validation, demandeur in s.execute(requete):
        depuis = validation.demandee_le.astimezone(PARIS).date()
        attente = (jour - depuis) // timedelta(days=1)
        imminent = validation.debut_prevu is not None and validation.debut_prevu <= jour + timedelta(days=1)
        if attente < JOURS_ORANGE and not imminent:
            continue
        alertes.append(
            AlerteDue(
                cle=f"{VALIDATION_ATTENDUE}:{validation.ref}",
                territoire_id=territoire_id,
                type=VALIDATION_ATTENDUE,
                objet_type=Validation.__tablename__,
                objet_id=validation.id,
                objet_ref=validation.ref,
                gravite=Gravite.ROUGE if attente >= JOURS_ROUGE or imminent else Gravite.ORANGE,
                message=f"{demandeur or 'Une structure'} attend une réponse de validation depuis {attente} jours",
                action="Répondre",
                lien=f"/facilitateur/personnes/a-valider/{validation.ref}",
                proprietaire_id=None,
            )
        )
    return alertes


def _jumelles(s: Session, territoire_id: int, jour: date) -> list[AlerteDue]:
    return [
        AlerteDue(
            cle=f"{FICHES_JUMELLES}:{groupe[0].ref}",
            territoire_id=territoire_id,
            type=FICHES_JUMELLES,
            objet_type="personne",
            objet_id=groupe[0].id,
            objet_ref=groupe[0].ref,
            gravite=Gravite.INFO,
            message=f"{len(groupe)} fiches sont peut-être celles d'une même personne",
            action="Comparer les fiches",
            lien="/facilitateur/personnes/doublons",
            proprietaire_id=None,
        )
        for groupe in doublons(s, territoire_id, jour)
    ]
