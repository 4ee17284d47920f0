"""Licence, aids and hours: closed lists, nothing on health or on the family (R107)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from marketplace.erreurs import RegleViolee
from marketplace.personnes.rules.saisie import MODES
from marketplace.valeurs import ajouter_mois

ETATS_PERMIS: Mapping[str, str] = {
    "aucun": "Aucun permis",
    "en_cours": "Permis en cours",
    "obtenu": "Permis obtenu",
}
AIDES: Mapping[str, str] = {
    "permis": "Aide au permis",
    "location": "Location solidaire",
    "garage": "Garage solidaire",
    "pret": "Prêt d'un véhicule",
    "transport": "Aide aux transports en commun",
    "velo": "Aide au vélo",
}
CRENEAUX: Mapping[str, str] = {
    "avant_7h": "Avant 7 h",
    "7h_9h": "De 7 h à 9 h",
    "9h_16h30": "De 9 h à 16 h 30",
    "16h30_19h": "De 16 h 30 à 19 h",
    "apres_19h": "Après 19 h",
    "mercredi": "Le mercredi",
    "samedi": "Le samedi",
    "vacances": "Pendant les vacances scolaires",
}
"""When the person may work: hours only, never the reason. All empty: not said."""

JOURS: Mapping[str, str] = {
    "lundi": "Lundi",
    "mardi": "Mardi",
    "mercredi": "Mercredi",
    "jeudi": "Jeudi",
    "vendredi": "Vendredi",
    "samedi": "Samedi",
    "dimanche": "Dimanche",
}
"""Days she may work. All empty: not said."""

_HEURE = re.compile(r"([01]?\d|2[0-3])[:h]([0-5]\d)?")
PERMIS_PREVU_MAX_MOIS = 24


@dataclass(frozen=True, slots=True)
class MobiliteSaisie:
    """What is typed."""

    permis_etat: str
    permis_le: date | None = None
    vehicule: bool = False
    aides: Sequence[str] = ()
    creneaux: Sequence[str] = ()
    jours: Sequence[str] = ()
    horaires: Mapping[str, str] = field(default_factory=dict)


def lire_horaire(de: str, a: str) -> str:
    """« 6h30 » and « 20:00 » → « 06:30-20:00 », empty when nothing is said. Past midnight is an end of night.

    Raises RegleViolee: one of the two missing, or no hour of the day.
    """
    lues = []
    for texte in (de.strip().lower().replace(" ", ""), a.strip().lower().replace(" ", "")):
        trouve = _HEURE.fullmatch(texte) if texte else None
        if texte and trouve is None:
            raise RegleViolee(f"« {texte} » n'est pas une heure : écrivez par exemple 6h30.", champ="horaires")
        lues.append(f"{int(trouve[1]):02d}:{trouve[2] or '00'}" if trouve else "")
    if not any(lues):
        return ""
    if not all(lues):
        raise RegleViolee("Donnez l'heure de début et l'heure de fin.", champ="horaires")
    if lues[0] == lues[1]:
        raise RegleViolee("Le début et la fin sont la même heure.", champ="horaires")
    return "-".join(lues)


def ecrire_horaire(horaire: str) -> str:
    """« de 6 h 30 à 20 h »."""
    de, _, a = horaire.partition("-")
    return f"de {_ecrire_heure(de)} à {_ecrire_heure(a)}"


def _ecrire_heure(heure: str) -> str:
    heures, _, minutes = heure.partition(":")
    return f"{int(heures)} h" + (f" {minutes}" if minutes != "00" else "")


def controler_mobilite(saisie: MobiliteSaisie, permis: Sequence[str], jour: date) -> None:
    """Raises RegleViolee with the field: a state without its date, a date on the wrong side, an unknown code.

    `permis`: those the file holds; a licence B already written cannot be « aucun » or « en cours ».
    """
    if saisie.permis_etat not in ETATS_PERMIS:
        raise RegleViolee("Dites où en est le permis.", champ="permis_etat")
    if saisie.permis_etat != "obtenu" and "B" in permis:
        raise RegleViolee("La fiche porte déjà le permis B : retirez-le d'abord du profil.", champ="permis_etat")
    if saisie.permis_etat != "aucun" and saisie.permis_le is None:
        phrase = "Depuis quand ?" if saisie.permis_etat == "obtenu" else "Pour quand est-il prévu ?"
        raise RegleViolee(phrase, champ="permis_le")
    if saisie.permis_etat == "obtenu" and saisie.permis_le is not None and saisie.permis_le > jour:
        raise RegleViolee("Un permis obtenu ne l'est pas dans le futur.", champ="permis_le")
    if (
        saisie.permis_etat == "en_cours"
        and saisie.permis_le is not None
        and not ajouter_mois(jour, -PERMIS_PREVU_MAX_MOIS)
        <= saisie.permis_le
        <= ajouter_mois(jour, PERMIS_PREVU_MAX_MOIS)
    ):
        raise RegleViolee("Cette date est trop lointaine : vérifiez l'année.", champ="permis_le")
    if set(saisie.aides) - set(AIDES):
        raise RegleViolee("Choisissez les aides dans la liste.", champ="aides")
    if set(saisie.creneaux) - set(CRENEAUX):
        raise RegleViolee("Choisissez les horaires dans la liste.", champ="creneaux")
    if set(saisie.jours) - set(JOURS):
        raise RegleViolee("Choisissez les jours dans la liste.", champ="jours")
    if set(saisie.horaires) - set(MODES):
        raise RegleViolee("Choisissez les moyens de transport dans la liste.", champ="horaires")
