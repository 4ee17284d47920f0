"""Who is who without a national number: the keyed hash that finds duplicates, and what a birth date may
be.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import date

from marketplace.erreurs import RegleViolee
from marketplace.valeurs import ajouter_mois, cle

AGE_MINIMAL = 14
AGE_MAXIMAL = 100


def empreinte(cle_secrete: str, prenom: str, nom: str, naissance: date | None) -> str | None:
    """Keyed hash of the folded name and the birth date; None without a birth date.

    First and last names are sorted together, so that a swap of the two fields is still found. Without the
    key of the installation the hash cannot be turned back into a name.
    """
    if naissance is None:
        return None
    mots = sorted(cle(f"{prenom} {nom}").split())
    message = f"{' '.join(mots)}|{naissance.isoformat()}".encode()
    return hmac.new(cle_secrete.encode(), b"personne|" + message, hashlib.sha256).hexdigest()


def verifier_naissance(naissance: date | None, aujourdhui: date) -> None:
    """Raises RegleViolee when the birth date lies in the future or gives an age out of [14 ; 100]."""
    if naissance is None:
        return
    if naissance > aujourdhui:
        raise RegleViolee(
            "Cette date de naissance est dans le futur : vérifiez le jour, le mois et l'année.",
            champ="date_naissance",
        )
    if naissance > ajouter_mois(aujourdhui, -12 * AGE_MINIMAL):
        raise RegleViolee(f"Cette date donne moins de {AGE_MINIMAL} ans : vérifiez l'année.", champ="date_naissance")
    if naissance < ajouter_mois(aujourdhui, -12 * AGE_MAXIMAL):
        raise RegleViolee(f"Cette date donne plus de {AGE_MAXIMAL} ans : vérifiez l'année.", champ="date_naissance")


def naissance_arrondie(naissance: date | None, references: Iterable[date]) -> date | None:
    """The first or the last day of the birth year: all that an erased file keeps for figures by age (N20).

    Of the two, the one that leaves the age in full years on more of the reference days (those from which the
    reports counted it); the first day at equal merit.
    """
    if naissance is None:
        return None
    jours = list(references)
    bornes = (date(naissance.year, 1, 1), date(naissance.year, 12, 31))
    return max(bornes, key=lambda borne: sum(_age(borne, j) == _age(naissance, j) for j in jours))


def _age(naissance: date, jour: date) -> int:
    return jour.year - naissance.year - ((jour.month, jour.day) < (naissance.month, naissance.day))
