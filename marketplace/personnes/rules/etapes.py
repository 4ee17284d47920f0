"""What to do next for a person: one step, the first that matters. Shown as the first line of her page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

SANS_NOUVELLES_JOURS = 30
"""Days without a contact after which a person waits. Convention of the product."""


class Etape(StrEnum):
    """The steps, in the order they are looked at."""

    RETIREE = "retiree"
    INFORMER = "informer"
    METIER = "metier"
    CONFIRMER = "confirmer"
    TRAJET = "trajet"
    STATUT = "statut"
    NOUVELLES = "nouvelles"
    PROPOSER = "proposer"


TEXTES = {
    Etape.RETIREE: "Ne souhaite plus rien recevoir : aucune liste ne la montre.",
    Etape.INFORMER: "Expliquez d'abord le classement et les droits, avant toute proposition.",
    Etape.METIER: "Notez un premier métier, même court.",
    Etape.CONFIRMER: "Confirmez ensemble ce que ses métiers veulent dire.",
    Etape.TRAJET: "Notez sa commune et ses moyens de transport.",
    Etape.STATUT: "Il manque un justificatif pour que ses heures comptent.",
    Etape.NOUVELLES: "Prenez de ses nouvelles.",
    Etape.PROPOSER: "Tout est prêt : proposez une offre.",
}


@dataclass(frozen=True)
class Situation:
    """The facts the next step depends on."""

    retiree: bool
    informee: bool
    metiers: int
    metiers_a_confirmer: int
    commune: bool
    modes: bool
    eligible: bool
    dernier_contact: date | None


def prochaine_etape(situation: Situation, aujourdhui: date) -> Etape:
    """The first step that matters today."""
    contact = situation.dernier_contact
    questions = (
        (Etape.RETIREE, situation.retiree),
        (Etape.INFORMER, not situation.informee),
        (Etape.METIER, not situation.metiers),
        (Etape.CONFIRMER, situation.metiers_a_confirmer == situation.metiers),
        (Etape.TRAJET, not (situation.commune and situation.modes)),
        (Etape.STATUT, not situation.eligible),
        (Etape.NOUVELLES, contact is None or (aujourdhui - contact).days > SANS_NOUVELLES_JOURS),
    )
    return next((etape for etape, vrai in questions if vrai), Etape.PROPOSER)
