"""A quick look at a clause, in plain numbers: can it raise an alerte today? The full computation follows if it can.

Nightly follow-up looks at every clause of a territory; most of them are on their way. Saying so must cost little,
and must never hide one that lags: whenever the answer is not plain, it is « yes, look ».
"""

from __future__ import annotations

from datetime import date

from marketplace.heures.rules.avancement import ReglagesAvancement

MARGE = 2
"""Points of percentage, and percent of the required pace, kept aside for the roundings of the full computation."""


def surement_calme(
    *,
    objectif: int,
    validees: int,
    recentes: int,
    meilleurs: float,
    nombre_mois: int,
    debut: date,
    fin: date,
    mesure: date,
    jour: date,
    reglages: ReglagesAvancement,
) -> bool:
    """True only when `avancer` would surely say « dans les temps » or « en avance » of a marché without stops.

    Hours are hundredths; `meilleurs` is at most the mean of the three best months of the marché, out of the
    `nombre_mois` known by `mesure`, the last day that had to be declared; `recentes` is what `validees` holds after
    it. Anything unusual (nothing validated, target reached, marché not begun at `mesure`, less than a month left)
    answers False.
    """
    jours = (fin - debut).days + 1
    ecoules = (mesure - debut).days + 1
    restants = (fin - mesure).days
    if validees <= 0 or validees >= objectif or ecoules <= 0 or restants < 31 or (fin - jour).days < 31:
        return False
    ecart = 100 * ecoules / jours - 100 * validees / objectif
    if ecart > float(reglages.points_orange) - MARGE:
        return False
    if nombre_mois < 3:
        return True
    besoin = (objectif - validees + recentes) / restants * 30.4375
    return besoin * (100 + MARGE) <= float(reglages.effort_soutenable) * meilleurs * 100
