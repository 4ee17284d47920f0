"""Interventions foreseen on a marché: when people are expected, and for how many hours."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from marketplace.erreurs import RegleViolee
from marketplace.valeurs import CENTIEME, arrondir

HEURES_SEMAINE = Decimal(35)
"""L3121-27 of the Code du travail: the legal week, when nobody says how many hours an intervention takes."""
PERSONNES_MAX = 500


def heures_prevues(debut: date, fin: date, personnes: int) -> Decimal:
    """Hours of an intervention when none is typed: 35 h a week for each person, on the calendar."""
    return arrondir(HEURES_SEMAINE * personnes * ((fin - debut).days + 1) / 7, CENTIEME)


def verifier_intervention(
    debut: date,
    fin: date,
    personnes: int,
    heures: Decimal | None,
    *,
    debut_marche: date | None,
    fin_marche: date | None,
) -> None:
    """Refuse an intervention that does not hold. Raises RegleViolee next to the field."""
    if fin < debut:
        raise RegleViolee("La fin précède le début : vérifiez les dates.", champ="fin")
    if debut_marche is not None and debut < debut_marche:
        raise RegleViolee("L'intervention commence avant le marché.", champ="debut")
    if fin_marche is not None and fin > fin_marche:
        raise RegleViolee("L'intervention finit après le marché.", champ="fin")
    if not 1 <= personnes <= PERSONNES_MAX:
        raise RegleViolee(f"Comptez de 1 à {PERSONNES_MAX} personnes.", champ="personnes")
    if heures is not None and heures <= 0:
        raise RegleViolee("Les heures sont positives, ou laissées vides.", champ="heures")
    jours = (fin - debut).days + 1
    if heures is not None and heures > Decimal(24) * jours * personnes:
        raise RegleViolee("C'est plus de 24 heures par jour et par personne : vérifiez.", champ="heures")
