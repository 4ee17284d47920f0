"""Plain French for each line: what matches, what lacks. Never a commune, an employer or a date of birth."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache

from marketplace.matching.texte import formes
from marketplace.matching.trajets import NOM_MODE
from marketplace.matching.valeurs import Heures, Poste, Profil

LIENS = {3: "même métier", 2: "métier proche", 1: "métier voisin"}
MEME_METIER = 3
AIDES = {
    "trajet": "Aide à la mobilité : prêt de véhicule, covoiturage, navette ou abonnement",
    "permis": "Aide au financement du permis",
    "caces": "Formation CACES",
    "heures": "Voir l'aménagement du temps de travail avec l'employeur",
}


def nom_metier(libelle: str) -> str:
    """The short name of a trade, masculine form first: « Maçon »."""
    return formes(libelle)[0]


def duree(mois: int | None) -> str | None:
    """A rounded length: « 8 mois », « 2 ans »."""
    if not mois or mois < 1:
        return None
    if mois < 12:
        return f"{mois} mois"
    ans = round(mois / 12)
    return "1 an" if ans == 1 else f"{ans} ans"


@lru_cache(maxsize=1_000)
def heures_fr(heures: Heures) -> str:
    """Hours as written in French: « 35 h », « 17,5 h »."""
    valeur = Decimal(str(heures)).normalize()
    return f"{valeur:f}".replace(".", ",") + " h"


def liste(mots: list[str]) -> str:
    """« B », « B et C »."""
    return mots[0] if len(mots) == 1 else ", ".join(mots[:-1]) + " et " + mots[-1]


def texte_metier(libelle: str, lien: int, mois: int | None, demande: str) -> str:
    """« 2 ans d'expérience : Maçon (métier proche de Coffreur) »."""
    longueur = duree(mois)
    debut = f"{longueur} d'expérience" if longueur else "Expérience"
    de = "" if lien == MEME_METIER else f" de {nom_metier(demande)}"
    return f"{debut} : {nom_metier(libelle)} ({LIENS[lien]}{de})"


def texte_trajet(minutes: int, mode: str, limite: int) -> str:
    """Minutes and mode, said to be an estimate, against what the person accepts."""
    return f"{minutes} min {NOM_MODE[mode]} (estimation), pour {limite} min acceptées"


def texte_disponibilite(disponible: date | None, debut: date | None) -> tuple[str, str] | None:
    """(text, sign) or None when nothing was said of either."""
    if debut is None:
        return None
    if disponible is None or disponible <= debut:
        return "Disponible dès le début", "plus"
    jours = (disponible - debut).days
    return f"Disponible {jours} jour{'s' if jours > 1 else ''} après le début", "moins"


def manque_exigence(motif: str, poste: Poste, profil: Profil, minutes: int | None, mode: str | None) -> str:
    """What lacks, in words: « permis B », « 12 min de trop »."""
    if motif == "permis":
        absents = sorted(p for p in poste.permis if p not in profil.permis)
        return f"Permis {liste(absents or sorted(poste.permis))} demandé"
    if motif == "caces":
        absents = sorted(c for c in poste.caces if c not in profil.caces)
        return f"CACES {liste(absents or sorted(poste.caces))} demandé"
    if motif == "heures":
        voulues = heures_fr(poste.heures_hebdo or 0)
        souhaits = f"{heures_fr(profil.heures_min)} à {heures_fr(profil.heures_max)} souhaitées"
        return f"{voulues} par semaine demandées, {souhaits}"
    if motif == "trajet":
        if minutes is None or mode is None:
            return "Aucun trajet possible avec ses moyens de transport"
        trop = minutes - profil.trajet_max_minutes
        detail = f"{minutes} min {NOM_MODE[mode]} (estimation), {profil.trajet_max_minutes} acceptées"
        return f"{trop} min de trajet de trop : {detail}"
    return {
        "nuit": "Travail de nuit non souhaité",
        "weekend": "Travail le week-end non souhaité",
        "horaires": "Heure de prise de poste non souhaitée",
        "disponibilite": "Disponible trop tard",
    }[motif]
