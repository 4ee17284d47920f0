"""Missions of an ETTI or an AI: when a new one continues the contrat, and the hours that count towards a path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from marketplace.erreurs import RegleViolee
from marketplace.heures.rules.ligne import CompteurAI, Periode, ReglagesCredit
from marketplace.heures.rules.modalites import Modalite
from marketplace.heures.rules.phrases import heures_en_texte, jour_en_texte
from marketplace.valeurs import ajouter_mois

MODALITES_A_MISSIONS = frozenset({Modalite.MAD_ETTI, Modalite.MAD_AI, Modalite.MAD_EATT, Modalite.ETT})
"""Ways of lending staff by missions: under them a contrat is the unbroken series of missions at one user firm."""


def continue_la_serie(derniere_fin: date, debut: date, ecart_jours: int) -> bool:
    """True when a mission starts soon enough after the last one to be of the same contrat.

    `ecart_jours` whole days may pass between the two: with 0, the next one starts the day after.
    """
    return debut <= derniere_fin + timedelta(days=ecart_jours + 1)


def verifier_mission(debut: date, fin: date, serie: Sequence[Periode], debut_contrat: date) -> None:
    """Refuse a mission that cannot stand beside those of the series. Raises RegleViolee with its field."""
    if fin < debut:
        raise RegleViolee("La mission finit avant de commencer : vérifiez les dates.", champ="fin")
    if debut < debut_contrat:
        raise RegleViolee(
            f"Cette mission commence avant le contrat, qui débute le {jour_en_texte(debut_contrat)}.", champ="debut"
        )
    for autre in serie:
        if debut <= (autre.fin or date.max) and autre.debut <= fin:
            raise RegleViolee(
                f"Une mission court déjà du {jour_en_texte(autre.debut)} "
                + (f"au {jour_en_texte(autre.fin)}." if autre.fin else "sans date de fin."),
                champ="debut",
            )


@dataclass(frozen=True, slots=True)
class Compteur:
    """Hours done against a number that matters, with the sentence that says it. `depasse` is about caps only."""

    libelle: str
    heures: Decimal
    repere: Decimal
    atteint: bool
    depasse: bool
    phrase: str


def compteur_entreprise(
    compteur: CompteurAI | None, jour: date, reglages: ReglagesCredit, levees: Sequence[Periode] = ()
) -> Compteur:
    """Where somebody lent by an AI stands against the 480 h in companies (R75, L5132-9), on `jour`.

    `levees`: when the préfet lifted the cap of that AI.
    """
    plafond = reglages.plafond_ai
    courant = compteur.au(jour, reglages) if compteur is not None else CompteurAI(jour, Decimal("0.00"))
    reste = max(Decimal(0), plafond - courant.heures)
    fin = ajouter_mois(courant.premiere_mise_a_disposition, reglages.periode_ai_mois) - timedelta(days=1)
    faites = f"{heures_en_texte(courant.heures)} sur {heures_en_texte(plafond)} en entreprise"
    en_cours = next((levee for levee in levees if levee.contient(jour)), None)
    if en_cours is not None and en_cours.fin is not None:
        phrase = f"{faites} : le préfet a levé le plafond jusqu'au {jour_en_texte(en_cours.fin)}."
        return Compteur("Plafond en entreprise", courant.heures, plafond, atteint=False, depasse=False, phrase=phrase)
    if compteur is None or courant.heures == 0:
        phrase = f"Aucune heure en entreprise pour l'instant, sur {heures_en_texte(plafond)} possibles."
    elif reste == 0:
        suite = (
            "les heures suivantes ne comptent pas"
            if reglages.ai_refuse
            else "les heures suivantes comptent, avec un avertissement"
        )
        phrase = f"{faites} : le plafond est atteint jusqu'au {jour_en_texte(fin)}, {suite}."
    else:
        phrase = f"{faites} : il reste {heures_en_texte(reste)} d'ici au {jour_en_texte(fin)}."
    return Compteur("Plafond en entreprise", courant.heures, plafond, reste == 0, courant.heures > plafond, phrase)


def compteur_parcours(heures: Decimal, repere: Decimal) -> Compteur:
    """Hours of the path in the structure against its target: 150 h in an AI, 300 h in an ETTI."""
    atteint = heures >= repere
    if atteint:
        phrase = f"{heures_en_texte(heures)} de parcours : le repère de {heures_en_texte(repere)} est atteint."
    else:
        phrase = (
            f"{heures_en_texte(heures)} de parcours sur {heures_en_texte(repere)} : "
            f"il manque {heures_en_texte(repere - heures)}."
        )
    return Compteur("Heures de parcours", heures, repere, atteint, depasse=False, phrase=phrase)
