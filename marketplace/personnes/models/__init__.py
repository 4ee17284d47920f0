"""People and what they agreed to have written. No NIR, no health; protected attributes never leave for ranking."""

from __future__ import annotations

from marketplace.personnes.models.eligibilite import AvisMotive, EtatValidation, Statut, Validation
from marketplace.personnes.models.mobilite import EtatPermis, MobilitePersonne
from marketplace.personnes.models.parcours import CritereParcours, Dispositif, PassIAE, SuitePrevue, SuspensionPass
from marketplace.personnes.models.personne import (
    ChangementVivier,
    CompetencePersonne,
    Experience,
    OuiNonAVerifier,
    Personne,
    Suivi,
)
from marketplace.personnes.models.preuve import DemandePreuve, Remise, VoiePreuve

__all__ = [
    "AvisMotive",
    "ChangementVivier",
    "CompetencePersonne",
    "CritereParcours",
    "DemandePreuve",
    "Dispositif",
    "EtatPermis",
    "EtatValidation",
    "Experience",
    "MobilitePersonne",
    "OuiNonAVerifier",
    "PassIAE",
    "Personne",
    "Remise",
    "Statut",
    "SuitePrevue",
    "Suivi",
    "SuspensionPass",
    "Validation",
    "VoiePreuve",
]
