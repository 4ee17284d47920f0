"""What leaves a person's file when she is erased. The act stands above: it closes her propositions too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from marketplace.journal.models import Notification
from marketplace.personnes.models import (
    AvisMotive,
    BasePersonne,
    CompetencePersonne,
    CritereParcours,
    DemandePreuve,
    DemandeSuivi,
    EtatValidation,
    Experience,
    MobilitePersonne,
    OuiNonAVerifier,
    PassIAE,
    Personne,
    Statut,
    SuitePrevue,
    Suivi,
    SuspensionPass,
    Validation,
)
from marketplace.personnes.rules.identite import naissance_arrondie
from marketplace.personnes.services.vivier import noter_changement

NOM_EFFACE = "Personne effacée"


def effacer_fiche(s: Session, quand: datetime, personne: Personne, *, annees_travaillees: Sequence[date] = ()) -> None:
    """Erase who she is, inside the caller's transaction: names, ways to reach her, journey, statuses, suivis.

    `annees_travaillees`: first days worked of each year with hours. When there are any, the figures already
    reported keep what they are counted by (sex, birth year, commune, QPV), without a name (R108, N20). The
    photographs on her contrats and validations stay.
    """
    jour = quand.date()
    personne.prenom, personne.nom, personne.cle = "", NOM_EFFACE, ""
    personne.empreinte = None
    personne.telephone = personne.courriel = personne.qpv_source = ""
    personne.modes, personne.permis, personne.caces, personne.limites = [], [], [], []
    personne.disponible_le = None
    personne.date_naissance = naissance_arrondie(personne.date_naissance, annees_travaillees)
    if not annees_travaillees:
        personne.date_naissance = personne.sexe = personne.code_insee = personne.qpv_le = None
        personne.qpv = OuiNonAVerifier.A_VERIFIER
    # What hangs on a status or a PASS goes first.
    statuts = select(Statut.id).where(Statut.personne_id == personne.id)
    passes = select(PassIAE.id).where(PassIAE.personne_id == personne.id)
    s.execute(delete(AvisMotive).where(AvisMotive.statut_id.in_(statuts)))
    s.execute(delete(SuspensionPass).where(SuspensionPass.pass_id.in_(passes)))
    siennes = (
        Experience,
        CompetencePersonne,
        Statut,
        DemandePreuve,
        CritereParcours,
        PassIAE,
        SuitePrevue,
        MobilitePersonne,
        BasePersonne,
        DemandeSuivi,
    )
    for table in siennes:
        s.execute(delete(table).where(table.personne_id == personne.id))
    for suivi in s.scalars(select(Suivi).where(Suivi.personne_id == personne.id)):
        if suivi.jusqu_au is None or suivi.jusqu_au > jour:
            suivi.jusqu_au = max(jour, suivi.depuis)
    for validation in s.scalars(select(Validation).where(Validation.personne_id == personne.id)):
        validation.note = ""
        if validation.etat is EtatValidation.A_TRAITER:
            validation.etat = EtatValidation.ANNULEE
    # Messages inside the product may name her.
    s.execute(delete(Notification).where(Notification.lien.contains(f"/{personne.ref}", autoescape=True)))
    personne.retiree_le = personne.retiree_le or quand
    personne.anonymisee_le = quand
    noter_changement(s, quand, personne.id)
