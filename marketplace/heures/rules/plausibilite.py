"""Hours that are unlikely or impossible (R42): said before anybody looks at them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from marketplace.heures.rules.ligne import Ligne, ReglagesCredit
from marketplace.heures.rules.phrases import heures_en_texte


def jours_ouvres(debut: date, fin: date) -> tuple[date, ...]:
    """Mondays to Fridays of the period, or every day when it holds none (a weekend shift)."""
    jours = tuple(debut + timedelta(days=n) for n in range((fin - debut).days + 1))
    return tuple(jour for jour in jours if jour.weekday() < 5) or jours


def anomalies(ligne: Ligne, autres_heures_du_mois: Decimal, reglages: ReglagesCredit) -> tuple[str, ...]:
    """Sentences about hours that are unlikely but possible (R42): flagged, credited, looked at first.

    `autres_heures_du_mois`: hours of the same person the same month on every other line.
    """
    total = ligne.travaillees + ligne.formation
    jours = len(jours_ouvres(ligne.debut, ligne.fin))
    constats: list[str] = []
    if total / jours > reglages.heures_jour_max:
        constats.append(
            f"Plus de {heures_en_texte(reglages.heures_jour_max)} par jour en moyenne : vérifiez les heures."
        )
    semaines = Decimal((ligne.fin - ligne.debut).days + 1) / 7
    if semaines >= 1 and total / semaines > reglages.heures_semaine_max:
        constats.append(
            f"Plus de {heures_en_texte(reglages.heures_semaine_max)} par semaine en moyenne : vérifiez les heures."
        )
    if total + autres_heures_du_mois > reglages.heures_mois_max:
        constats.append(
            f"{heures_en_texte(total + autres_heures_du_mois)} dans le mois pour cette personne, "
            f"tous employeurs confondus : vérifiez qu'une heure n'est pas déclarée deux fois."
        )
    return tuple(constats)


def impossible(ligne: Ligne) -> bool:
    """True when the line holds more hours than the period has (25 h in a day): set aside, never credited."""
    return ligne.travaillees + ligne.formation > 24 * ((ligne.fin - ligne.debut).days + 1)
