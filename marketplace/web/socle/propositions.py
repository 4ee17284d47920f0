"""What the pages of several audiences share about rankings and propositions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from wtforms import DateTimeLocalField, HiddenField

from marketplace.contexte import PARIS
from marketplace.propositions.services import Ordre
from marketplace.web.socle.formulaires import Formulaire

CANAUX = {
    "entretien": "De vive voix, en entretien",
    "telephone": "Par téléphone",
    "courriel": "Par courriel ou message",
    "courrier": "Par courrier",
}

ORDRES = {
    Ordre.PERTINENCE: "Les plus proches du poste d'abord",
    Ordre.ALPHABETIQUE: "Par ordre alphabétique",
    Ordre.DERNIER_CONTACT: "Vues il y a le plus longtemps d'abord",
    Ordre.HASARD: "Au hasard (le même toute la journée)",
}

ECARTS = {
    "non_eligible": "sans éligibilité prouvée",
    "en_poste": "déjà en contrat à cette date",
    "permis": "sans le permis demandé",
    "caces": "sans le CACES demandé",
    "nuit": "ne souhaitant pas la nuit",
    "weekend": "ne souhaitant pas le week-end",
    "horaires": "ne pouvant pas prendre le poste à cette heure",
    "heures": "à d'autres horaires hebdomadaires",
    "disponibilite": "disponibles trop tard",
    "trajet": "à plus loin que leur trajet accepté",
}
"""Why people are not in the list, counted; each of them can be found by her own page (R120)."""


def lire_ordre(texte: str) -> Ordre:
    """The order asked for in the address; the nearest first when it says nothing known."""
    return Ordre(texte) if texte in set(Ordre) else Ordre.PERTINENCE


def lire_page(texte: str) -> int:
    """A page number of the address, 1 when it is none."""
    return max(1, int(texte)) if texte.isdigit() and len(texte) < 7 else 1


def a_paris(naif: datetime | None) -> datetime | None:
    """What a date and time field holds, as an instant: people type Paris time."""
    return None if naif is None else naif.replace(tzinfo=PARIS)


class ChampMoment(DateTimeLocalField):
    """A day and an hour."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M"], **kwargs)


class FormulaireVersion(Formulaire):
    """An act that only needs to know which version was read."""

    version = HiddenField()


def version_de(form: Any) -> int:
    """The version the page was made from; 0, which none has, when the field was tampered with."""
    return int(form.version.data) if str(form.version.data).isdigit() else 0
