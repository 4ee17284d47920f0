"""The alertes about people that are due on a day: answers that wait, files that may be one person's."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation
from marketplace.contexte import PARIS
from marketplace.journal.models import Gravite
from marketplace.journal.services import AlerteDue
from marketplace.personnes.models import EtatValidation, PassIAE, Personne, SuitePrevue, Validation
from marketplace.personnes.queries.doublons import doublons
from marketplace.territoire.reglages import reglages_au

VALIDATION_ATTENDUE = "validation_attendue"
FICHES_JUMELLES = "fiches_jumelles"
FIN_DE_PARCOURS = "fin_de_parcours"
TYPES = (VALIDATION_ATTENDUE, FICHES_JUMELLES, FIN_DE_PARCOURS)

JOURS_ORANGE = 3
JOURS_ROUGE = 7
"""Days an employer waits for an answer before it alerts, then presses. Convention of the product."""


def dues(s: Session, territoire_id: int, jour: date) -> list[AlerteDue]:
    """Every alerte about people due in a territory. No name in them: alertes are also sent by mail (N21)."""
    return [*_validations(s, territoire_id, jour), *_jumelles(s, territoire_id, jour), *_pass(s, territoire_id, jour)]


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


def _pass(s: Session, territoire_id: int, jour: date) -> list[AlerteDue]:
    """Last readings of the PASS that end soon without a next step, for people already validated (N22)."""
    avant = jour + timedelta(days=reglages_au(s, territoire_id, jour).fins_sous_jours)
    requete = (
        select(Personne.id, Personne.ref, PassIAE.fin)
        .join(PassIAE, PassIAE.personne_id == Personne.id)
        .where(
            Personne.territoire_id == territoire_id,
            Personne.anonymisee_le.is_(None),
            Personne.id.in_(select(Validation.personne_id)),
        )
        .order_by(PassIAE.releve_le, PassIAE.id)
    )
    derniers = {ligne.id: (ligne.ref, ligne.fin) for ligne in s.execute(requete)}
    proches = {numero: (ref, fin) for numero, (ref, fin) in derniers.items() if jour <= fin <= avant}
    decidees = {
        (x.personne_id, x.echeance)
        for x in s.scalars(select(SuitePrevue).where(SuitePrevue.objet == "pass", SuitePrevue.personne_id.in_(proches)))
    }
    return [
        AlerteDue(
            cle=f"{FIN_DE_PARCOURS}:{ref}:{fin.isoformat()}",
            territoire_id=territoire_id,
            type=FIN_DE_PARCOURS,
            objet_type=Personne.__tablename__,
            objet_id=numero,
            objet_ref=ref,
            gravite=Gravite.ORANGE,
            message=f"Un parcours d'insertion finit dans {(fin - jour).days} jours, sans suite prévue",
            action="Préparer la suite",
            lien="/facilitateur/personnes/fins",
        )
        for numero, (ref, fin) in sorted(proches.items())
        if (numero, fin) not in decidees
    ]
