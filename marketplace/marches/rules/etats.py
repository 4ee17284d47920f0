"""The life of a marché (D9, and `domaine-herault` §3.4): which move is allowed, and what it asks for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

from marketplace.erreurs import RegleViolee


class EtatMarche(StrEnum):
    """Life of a marché (D9)."""

    A_ETUDIER = "a_etudier"
    ETUDIE = "etudie"
    PROGRAMME = "programme"
    EN_CONSULTATION = "en_consultation"
    INFRUCTUEUX = "infructueux"
    SANS_SUITE = "sans_suite"
    NOTIFIE = "notifie"
    EN_COURS = "en_cours"
    SUSPENDU = "suspendu"
    TRANSFERE = "transfere"
    RESILIE = "resilie"
    TERMINE = "termine"
    SOLDE = "solde"


E = EtatMarche

LIBELLES = {
    E.A_ETUDIER: "à étudier",
    E.ETUDIE: "étudié",
    E.PROGRAMME: "programmé",
    E.EN_CONSULTATION: "en consultation",
    E.INFRUCTUEUX: "infructueux",
    E.SANS_SUITE: "sans suite",
    E.NOTIFIE: "notifié",
    E.EN_COURS: "en cours",
    E.SUSPENDU: "suspendu",
    E.TRANSFERE: "transféré",
    E.RESILIE: "résilié",
    E.TERMINE: "terminé",
    E.SOLDE: "soldé",
}

AVANT_NOTIFICATION = frozenset({E.A_ETUDIER, E.ETUDIE, E.PROGRAMME, E.EN_CONSULTATION, E.INFRUCTUEUX, E.SANS_SUITE})
"""The clause is still the buyer's to change; after, it belongs to the contract (R12)."""

TRANSITIONS: dict[EtatMarche, tuple[EtatMarche, ...]] = {
    E.A_ETUDIER: (E.ETUDIE, E.PROGRAMME, E.SANS_SUITE),
    E.ETUDIE: (E.PROGRAMME, E.A_ETUDIER, E.SANS_SUITE),
    E.PROGRAMME: (E.EN_CONSULTATION, E.ETUDIE, E.SANS_SUITE),
    E.EN_CONSULTATION: (E.NOTIFIE, E.INFRUCTUEUX, E.SANS_SUITE),
    E.INFRUCTUEUX: (E.EN_CONSULTATION, E.PROGRAMME, E.SANS_SUITE),
    E.SANS_SUITE: (E.A_ETUDIER,),
    E.NOTIFIE: (E.EN_COURS, E.SUSPENDU, E.RESILIE, E.TRANSFERE),
    E.EN_COURS: (E.SUSPENDU, E.TERMINE, E.RESILIE, E.TRANSFERE),
    E.SUSPENDU: (E.EN_COURS, E.TERMINE, E.RESILIE, E.TRANSFERE),
    E.TRANSFERE: (E.SOLDE,),
    E.RESILIE: (E.SOLDE,),
    E.TERMINE: (E.SOLDE, E.EN_COURS),
    E.SOLDE: (),
}

MOTIF_OBLIGATOIRE = frozenset({E.ETUDIE, E.INFRUCTUEUX, E.SANS_SUITE, E.SUSPENDU, E.TRANSFERE, E.RESILIE})
"""A marché does not leave « à étudier » without a decision and its reason (N11); an end out of the ordinary
says why."""


PAR_UN_AUTRE_ACTE = frozenset({E.TRANSFERE})
"""States that another act gives: a transfer needs the new titulaire, so that the rest of the target passes on."""


def transitions_possibles(etat: EtatMarche) -> tuple[EtatMarche, ...]:
    """Where a marché in this state may go, most usual first."""
    return TRANSITIONS[etat]


def choix_etat(etat: EtatMarche) -> tuple[EtatMarche, ...]:
    """The moves one chooses by hand on the page of a marché."""
    return tuple(vers for vers in TRANSITIONS[etat] if vers not in PAR_UN_AUTRE_ACTE)


def verifier_etude(vers: EtatMarche, clausable: bool | None) -> None:
    """A need studied and found without a clause is not programmed as if it had one (N11). Raises RegleViolee."""
    if vers is E.PROGRAMME and clausable is False:
        raise RegleViolee(
            "Ce besoin a été jugé non clausable : remettez-le d'abord « à étudier ».",
            champ="etat",
        )


def verifier_transition(
    de: EtatMarche,
    vers: EtatMarche,
    *,
    motif: str,
    titulaire: bool,
    heures_prevues: Decimal | None,
    lien_objet: str,
) -> None:
    """Whether a marché may go from one state to another. Raises RegleViolee saying what is missing.

    A clause goes to consultation with its link to the object of the contract written down (R1).
    """
    if vers not in TRANSITIONS[de]:
        raise RegleViolee(f"Un marché « {LIBELLES[de]} » ne passe pas à « {LIBELLES[vers]} ».", champ="etat")
    if vers in MOTIF_OBLIGATOIRE and not motif.strip():
        raise RegleViolee("Dites pourquoi, en une ligne.", champ="motif")
    if vers is E.NOTIFIE and not titulaire:
        raise RegleViolee("Un marché notifié a un titulaire : écrivez son nom.", champ="titulaire")
    if vers is E.EN_CONSULTATION and heures_prevues and not lien_objet.strip():
        raise RegleViolee(
            "Écrivez d'abord le lien de la clause avec l'objet du marché : le code l'exige (L2112-2).",
            champ="etat",
        )


def verifier_dates(notification: date | None, debut: date | None, fin: date | None) -> None:
    """Notification, then start, then end. Raises RegleViolee next to the later date."""
    if debut is not None and fin is not None and fin < debut:
        raise RegleViolee("La fin précède le début : vérifiez les dates.", champ="date_fin")
    if notification is not None and fin is not None and fin < notification:
        raise RegleViolee("La fin précède la notification : vérifiez les dates.", champ="date_fin")
    if notification is not None and debut is not None and debut < notification:
        raise RegleViolee("Le début précède la notification : vérifiez les dates.", champ="date_debut")
