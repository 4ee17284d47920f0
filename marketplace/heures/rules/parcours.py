"""A path shared between facilitateurs: for what, how long, and what keeps it open (N3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from marketplace.erreurs import RegleViolee

FINALITES: Mapping[str, str] = {
    "marche_voisin": "Un poste sur un marché de l'autre territoire",
    "demenagement": "La personne change de territoire",
    "heures_communes": "Un parcours sur les marchés des deux territoires",
    "comite": "Un comité de suivi commun",
}

DUREE_MAX = timedelta(days=365)
"""A share is renewed, never left open. Convention of the product."""


def controler_partage(finalite: str, accord_le: date | None, jusqu_au: date | None, jour: date) -> tuple[date, date]:
    """(day of her agreement, last day), checked. Raises RegleViolee at the field that is wrong."""
    if finalite not in FINALITES:
        raise RegleViolee("Choisissez pourquoi dans la liste.", champ="finalite")
    if accord_le is None:
        raise RegleViolee("Dites quel jour la personne a donné son accord.", champ="accord_le")
    if accord_le > jour:
        raise RegleViolee("Cette date est dans le futur.", champ="accord_le")
    if jusqu_au is None:
        raise RegleViolee("Dites jusqu'à quel jour : un partage a toujours une fin.", champ="jusqu_au")
    if jusqu_au < jour:
        raise RegleViolee("Cette date est passée : choisissez une date à venir.", champ="jusqu_au")
    if jusqu_au > jour + DUREE_MAX:
        raise RegleViolee("Un an au plus : le partage se renouvelle.", champ="jusqu_au")
    return accord_le, jusqu_au
