"""What the préfet may lift: the 480 h of an AI in companies (R75, L5132-9)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from marketplace.erreurs import RegleViolee
from marketplace.heures.rules.ligne import Periode
from marketplace.heures.rules.phrases import jour_en_texte
from marketplace.valeurs import ajouter_mois

LEVEE_MOIS_MAX = 36
"""Three years at most, then renewed by another act."""


def verifier_levee(debut: date, fin: date, motif: str, autres: Sequence[Periode]) -> None:
    """Refuse a lifting that is too long, overlaps another or names no act. Raises RegleViolee with its field."""
    if fin < debut:
        raise RegleViolee("La levée finit avant de commencer : vérifiez les dates.", champ="fin")
    limite = ajouter_mois(debut, LEVEE_MOIS_MAX) - timedelta(days=1)
    if fin > limite:
        raise RegleViolee(
            f"Le préfet lève le plafond pour trois ans au plus, ici jusqu'au {jour_en_texte(limite)}.", champ="fin"
        )
    if not motif.strip():
        raise RegleViolee("Écrivez la décision du préfet : sa date, son numéro.", champ="motif")
    for autre in autres:
        if debut <= (autre.fin or date.max) and autre.debut <= fin:
            raise RegleViolee(
                f"Le plafond est déjà levé à partir du {jour_en_texte(autre.debut)} : choisissez d'autres jours.",
                champ="debut",
            )


def plafond_leve(debut: date, fin: date, levees: Sequence[Periode]) -> bool:
    """True when every day of [debut, fin] is inside one lifting: a month begun under the cap stays under it."""
    return any(levee.contient(debut) and levee.contient(fin) for levee in levees)
