"""The control of hours afterwards: a draw that anyone can do again from its seed, and what a finding leads to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum

from marketplace.erreurs import RegleViolee

METHODE = "sha256-1"
TAILLE_MAX = 200


class ResultatControle(StrEnum):
    """What was found for one line."""

    CONFORME = "conforme"
    ECART = "ecart"
    NON_JUSTIFIEE = "non_justifiee"


LIBELLES_RESULTAT = {
    ResultatControle.CONFORME: "Conforme",
    ResultatControle.ECART: "Heures différentes",
    ResultatControle.NON_JUSTIFIEE: "Heures non justifiées",
}


def rang_de_tirage(graine: str, ligne_id: int) -> str:
    """The number a line gets in a draw: SHA-256 of « seed:line », in hexadecimal. Any computer finds the same."""
    return hashlib.sha256(f"{graine}:{ligne_id}".encode()).hexdigest()


def tirer(graine: str, lignes: Iterable[int], taille: int) -> tuple[int, ...]:
    """The `taille` lines whose number is the smallest, in that order: it depends neither on the order of `lignes`
    nor on the version of anything.

    Raises RegleViolee: nothing to draw from, size out of bounds, empty seed.
    """
    connues = set(lignes)
    if not graine.strip():
        raise RegleViolee("Donnez une graine : elle permet de refaire le tirage.", champ="graine")
    if not 1 <= taille <= TAILLE_MAX:
        raise RegleViolee(f"Tirez entre 1 et {TAILLE_MAX} lignes.", champ="taille")
    if not connues:
        raise RegleViolee("Aucune ligne validée sur ces mois : choisissez d'autres mois.", champ="debut")
    return tuple(sorted(connues, key=lambda ligne: (rang_de_tirage(graine, ligne), ligne))[:taille])


def heures_apres_controle(
    resultat: ResultatControle, declarees: Decimal, constatees: Decimal | None
) -> tuple[Decimal, bool]:
    """Hours that stand after a finding, and whether a correction line must say so.

    Raises RegleViolee when « heures différentes » comes without a number, or with the declared one.
    """
    if resultat is ResultatControle.CONFORME:
        return declarees, False
    if resultat is ResultatControle.NON_JUSTIFIEE:
        return Decimal("0.00"), declarees > 0
    if constatees is None:
        raise RegleViolee("Indiquez les heures trouvées.", champ="constatees")
    if constatees < 0:
        raise RegleViolee("Un nombre d'heures ne peut pas être négatif : vérifiez votre saisie.", champ="constatees")
    if constatees == declarees:
        raise RegleViolee("Ces heures sont celles déclarées : choisissez « Conforme ».", champ="constatees")
    return constatees, True
