"""Changes of a contract after its notification: R12, R20, R21, reconductions and transfers of the target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from marketplace.erreurs import RegleViolee
from marketplace.valeurs import arrondir, somme


class EffetHeures(StrEnum):
    """What an avenant says of the hours."""

    MUET = "muet"
    PRORATA = "prorata"
    FIXE = "fixe"


@dataclass(frozen=True)
class Avenant:
    """An avenant, with its date and its document (R12). Amounts in € HT; `heures` only when it fixes them."""

    signe_le: date
    document: str
    effet: EffetHeures
    montant_avant: Decimal | None = None
    montant_apres: Decimal | None = None
    heures: Decimal | None = None


@dataclass(frozen=True)
class Revision:
    """Old and new targets, both kept, and the alert to raise, empty when there is none."""

    avant: Decimal
    apres: Decimal
    alerte: str = ""


def verifier_avenant(avenant: Avenant, aujourdhui: date) -> None:
    """Refuse an avenant without document, dated in the future, or without what its effect needs (R12)."""
    if avenant.signe_le > aujourdhui:
        raise RegleViolee("Un avenant porte la date de sa signature, pas une date à venir.", champ="signe_le")
    if not avenant.document.strip():
        raise RegleViolee("Indiquez le document : la clause appartient au contrat.", champ="document")
    if avenant.effet == EffetHeures.PRORATA and (not avenant.montant_avant or avenant.montant_apres is None):
        raise RegleViolee("Donnez le montant avant et après l'avenant.", champ="montant_apres")
    if avenant.effet == EffetHeures.FIXE and (avenant.heures is None or avenant.heures < 0):
        raise RegleViolee("Donnez le nouvel objectif d'heures.", champ="heures")
    if min(avenant.montant_avant or Decimal(0), avenant.montant_apres or Decimal(0)) < 0:
        raise RegleViolee("Un montant ne peut pas être négatif.", champ="montant_apres")


def reviser(
    objectif: Decimal,
    avenant: Avenant,
    *,
    arrondi_pas: Decimal = Decimal(1),
    arrondi_mode: str = "demi_superieur",
) -> Revision:
    """Target after an avenant (R20, T5).

    Silent about hours: unchanged, with an alert when the amount moves. Pro rata: old × new amount ÷ old amount.
    Raises RegleViolee when a pro rata lacks its amounts or a fixed target lacks its hours.
    """
    if avenant.effet == EffetHeures.FIXE:
        if avenant.heures is None:
            raise RegleViolee("Donnez le nouvel objectif d'heures.", champ="heures")
        return Revision(objectif, avenant.heures)
    if avenant.effet == EffetHeures.PRORATA:
        if not avenant.montant_avant or avenant.montant_apres is None:
            raise RegleViolee("Donnez le montant avant et après l'avenant.", champ="montant_apres")
        exact = objectif * avenant.montant_apres / avenant.montant_avant
        return Revision(objectif, arrondir(exact, arrondi_pas, arrondi_mode))
    change = avenant.montant_avant != avenant.montant_apres
    alerte = "Le montant change et l'avenant ne dit rien des heures : l'objectif reste le même." if change else ""
    return Revision(objectif, objectif, alerte)


@dataclass(frozen=True)
class Reconduction:
    """A period of a renewable contract: its hours count from the day it is renewed, and once."""

    heures: Decimal
    reconduite_le: date | None


def objectif_reconductions(initiale: Decimal, reconductions: Sequence[Reconduction], le: date) -> Decimal:
    """Target of the first period and of those renewed by that day."""
    return initiale + somme(r.heures for r in reconductions if r.reconduite_le is not None and r.reconduite_le <= le)


def objectif_transfere(objectif: Decimal, validees: Decimal) -> Decimal:
    """What passes to the new titulaire when a contract is transferred: the rest; hours done stay where they are."""
    return max(Decimal(0), objectif - validees)
