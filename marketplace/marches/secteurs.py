"""Sectors of activity of a marché: the words of the yearly report, then those of the needs."""

from __future__ import annotations

SECTEURS = (
    "Bâtiment",
    "Travaux publics",
    "Travaux publics numériques",
    "Propreté",
    "Espaces verts",
    "Restauration",
    "Gardiennage",
    "Déchets",
    "Transport",
    "Conciergerie",
    "Gestion documentaire",
    "Prestations intellectuelles",
    "Autres services",
)

_PAR_CPV = (
    ("4523", "Travaux publics"),
    ("4524", "Travaux publics"),
    ("4511", "Travaux publics"),
    ("3241", "Travaux publics numériques"),
    ("642", "Travaux publics numériques"),
    ("45", "Bâtiment"),
    ("50", "Bâtiment"),
    ("909", "Propreté"),
    ("773", "Espaces verts"),
    ("55", "Restauration"),
    ("15", "Restauration"),
    ("797", "Gardiennage"),
    ("905", "Déchets"),
    ("60", "Transport"),
    ("63", "Transport"),
    ("98341", "Conciergerie"),
    ("7999", "Gestion documentaire"),
    ("71", "Prestations intellectuelles"),
    ("79", "Prestations intellectuelles"),
)
"""Start of a CPV code → sector; the longest start wins."""


def secteur_du_cpv(cpv: str | None) -> str:
    """The sector that a CPV code suggests; « Autres services » when it suggests none."""
    trouves = [(len(debut), secteur) for debut, secteur in _PAR_CPV if (cpv or "").startswith(debut)]
    return max(trouves)[1] if trouves else "Autres services"
