"""Choosing somebody the list does not put first: free, and said in one coded word (R120)."""

from __future__ import annotations

from marketplace.erreurs import RegleViolee

PREMIERS = 12
"""People the first screen of a ranking shows."""

LOIN = "éloigné"
"""The word of the ranking for those it folds away."""

MOTIFS_CHOIX = {
    "savoir_faire": "Elle sait faire plus que ce que dit sa fiche",
    "projet": "C'est son projet, elle le demande",
    "trajet_resolu": "Le trajet, le permis ou les horaires ont une solution",
    "formation": "Une formation est prévue avant le poste",
    "attente": "Elle attend depuis longtemps",
    "demande_employeur": "L'employeur demande à la rencontrer",
    "autre": "Autre raison",
}
"""Read in totals, and in the log of the rankings (R123). No ranking is ever fitted on it."""


def en_tete(rang: int | None, proximite: str | None) -> bool:
    """Whether a place in a list is among those the list itself suggests."""
    return rang is not None and rang <= PREMIERS and proximite != LOIN


def exiger_motif_choix(motif: str | None, *, suggeree: bool) -> str | None:
    """The coded reason of a choice; None, and nothing asked, when the list suggested it. Raises RegleViolee."""
    if suggeree:
        return None
    if not motif:
        raise RegleViolee("Elle n'est pas parmi les premières de la liste : dites pourquoi elle.", champ="motif_choix")
    if motif not in MOTIFS_CHOIX:
        raise RegleViolee("Choisissez une raison dans la liste.", champ="motif_choix")
    return motif
