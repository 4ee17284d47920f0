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
