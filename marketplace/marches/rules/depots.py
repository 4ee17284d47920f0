"""What a buyer may deposit on its marché, and what each deposit must say (R12, R58).

A deposit informs the facilitateur; it changes nothing by itself. A penalty is the titulaire's, never a person's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from marketplace.erreurs import RegleViolee
from marketplace.marches.rules.etats import AVANT_NOTIFICATION, EtatMarche
from marketplace.valeurs import lire_siret

CENTIME = Decimal("0.01")
MONTANT_MAX = Decimal(10_000_000_000)
PLUS_ANCIEN = date(2000, 1, 1)


class GenreDepot(StrEnum):
    """What the deposit is about."""

    ATTRIBUTION = "attribution"
    AVENANT = "avenant"
    PENALITE = "penalite"


class DecisionPenalite(StrEnum):
    """What the buyer decided of a penalty."""

    MAINTENUE = "maintenue"
    REDUITE = "reduite"
    LEVEE = "levee"


LIBELLES_DEPOT = {
    GenreDepot.ATTRIBUTION: "Attribution",
    GenreDepot.AVENANT: "Avenant",
    GenreDepot.PENALITE: "Décision sur une pénalité",
}
LIBELLES_DECISION = {
    DecisionPenalite.MAINTENUE: "Maintenue",
    DecisionPenalite.REDUITE: "Réduite",
    DecisionPenalite.LEVEE: "Levée",
}


@dataclass(frozen=True, slots=True)
class SaisieDepot:
    """What was typed. `montant`: of the contract, after the avenant, or of the penalty once decided, euros without tax.

    `heures`: the target an avenant sets; none when it says nothing of hours.
    """

    genre: GenreDepot
    jour: date
    montant: Decimal | None = None
    titulaire: str = ""
    siret: str = ""
    numero: int | None = None
    heures: Decimal | None = None
    decision: DecisionPenalite | None = None
    motif: str = ""


def genres_possibles(etat: EtatMarche) -> tuple[GenreDepot, ...]:
    """What can be deposited in that state, the likeliest first: avenants and penalties need a contract."""
    if etat is EtatMarche.SANS_SUITE:
        return ()
    if etat in AVANT_NOTIFICATION:
        return (GenreDepot.ATTRIBUTION,)
    return (GenreDepot.AVENANT, GenreDepot.PENALITE, GenreDepot.ATTRIBUTION)


def verifier_depot(saisie: SaisieDepot, etat: EtatMarche, notifie_le: date | None, aujourdhui: date) -> SaisieDepot:
    """The deposit, cleaned: SIRET in 14 digits, cents, only the fields of its kind.

    Raises RegleViolee, next to its field: kind impossible in that state, date to come or before the notification,
    amount out of range, SIRET that fails its key, a penalty without a coherent decision or without a reason.
    """
    if saisie.genre not in genres_possibles(etat):
        raise RegleViolee("Ce marché n'est pas encore notifié : déposez d'abord l'attribution.")
    if saisie.jour > aujourdhui:
        raise RegleViolee("Cette date est à venir : vérifiez-la.", champ="jour")
    if saisie.jour < PLUS_ANCIEN:
        raise RegleViolee("Cette date est trop ancienne : vérifiez l'année.", champ="jour")
    montant = _montant(saisie.montant)
    motif = " ".join(saisie.motif.split())
    if saisie.genre is GenreDepot.ATTRIBUTION:
        return _attribution(saisie, montant)
    if notifie_le is not None and saisie.jour < notifie_le:
        raise RegleViolee(f"Cette date précède la notification ({notifie_le:%d/%m/%Y}).", champ="jour")
    if saisie.genre is GenreDepot.AVENANT:
        return _avenant(saisie, montant, motif)
    return _penalite(saisie, montant, motif)


def _montant(montant: Decimal | None) -> Decimal | None:
    if montant is None:
        return None
    if montant < 0:
        raise RegleViolee("Un montant ne peut pas être négatif.", champ="montant")
    if montant >= MONTANT_MAX:
        raise RegleViolee("Ce montant est trop grand : vérifiez-le.", champ="montant")
    if montant != montant.quantize(CENTIME):
        raise RegleViolee("Deux chiffres après la virgule au plus.", champ="montant")
    return montant.quantize(CENTIME)


def _attribution(saisie: SaisieDepot, montant: Decimal | None) -> SaisieDepot:
    titulaire = " ".join(saisie.titulaire.split())
    if not titulaire:
        raise RegleViolee("Écrivez le nom du titulaire.", champ="titulaire")
    siret = lire_siret(saisie.siret, champ="siret")
    if not montant:
        raise RegleViolee("Écrivez le montant hors taxes du marché.", champ="montant")
    return SaisieDepot(saisie.genre, saisie.jour, montant, titulaire=titulaire, siret=siret)


def _avenant(saisie: SaisieDepot, montant: Decimal | None, motif: str) -> SaisieDepot:
    if saisie.numero is None or not 1 <= saisie.numero <= 999:
        raise RegleViolee("Le numéro de l'avenant est un nombre, à partir de 1.", champ="numero")
    if saisie.heures is not None and saisie.heures < 0:
        raise RegleViolee("Un nombre d'heures ne peut pas être négatif.", champ="heures")
    if montant is None and saisie.heures is None and not motif:
        raise RegleViolee("Dites ce que l'avenant change : un montant, des heures ou quelques mots.", champ="motif")
    return SaisieDepot(saisie.genre, saisie.jour, montant, numero=saisie.numero, heures=saisie.heures, motif=motif)


def _penalite(saisie: SaisieDepot, montant: Decimal | None, motif: str) -> SaisieDepot:
    if saisie.decision is None:
        raise RegleViolee("Dites si la pénalité est maintenue, réduite ou levée.", champ="decision")
    levee = saisie.decision is DecisionPenalite.LEVEE
    if levee and montant:
        raise RegleViolee("Une pénalité levée ne garde aucun montant : laissez ce champ vide.", champ="montant")
    if not levee and not montant:
        raise RegleViolee("Écrivez le montant retenu après votre décision.", champ="montant")
    if not motif:
        raise RegleViolee("Dites pourquoi, en une phrase.", champ="motif")
    return SaisieDepot(saisie.genre, saisie.jour, montant or Decimal("0.00"), decision=saisie.decision, motif=motif)
