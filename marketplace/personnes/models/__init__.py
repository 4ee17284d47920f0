"""People and what they agreed to have written. No NIR, no health; protected attributes never leave for ranking."""

from __future__ import annotations

from marketplace.personnes.models.eligibilite import AvisMotive, EtatValidation, Statut, Validation
from marketplace.personnes.models.mobilite import EtatPermis, MobilitePersonne
from marketplace.personnes.models.parcours import CritereParcours, Dispositif, PassIAE, SuitePrevue, SuspensionPass
from marketplace.personnes.models.personne import (
    BasePersonne,
    ChangementVivier,
    CompetencePersonne,
    DemandeSuivi,
    EtatDemandeSuivi,
    Experience,
    OuiNonAVerifier,
    Personne,
    RoleSuivi,
    Suivi,
)
from marketplace.personnes.models.preuve import DemandePreuve, Remise, VoiePreuve

__all__ = [
    "AvisMotive",
    "BasePersonne",
    "ChangementVivier",
    "CompetencePersonne",
    "CritereParcours",
    "DemandePreuve",
    "DemandeSuivi",
    "Dispositif",
    "EtatDemandeSuivi",
    "EtatPermis",
    "EtatValidation",
    "Experience",
    "MobilitePersonne",
    "OuiNonAVerifier",
    "PassIAE",
    "Personne",
    "Remise",
    "RoleSuivi",
    "Statut",
    "SuitePrevue",
    "Suivi",
    "SuspensionPass",
    "Validation",
    "VoiePreuve",
]
