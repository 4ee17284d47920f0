"""How a sizing is said in words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from marketplace.marches.rules.dimensionnement import Calibrage
from marketplace.valeurs import NOMS_DES_MOIS


def nombre_en_texte(valeur: Decimal) -> str:
    """« 1 000 000 », « 1,2 »: as French writes it."""
    texte = f"{valeur.normalize():,f}"
    return texte.replace(",", "\u202f").replace(".", ",")


def formule_en_texte(c: Calibrage) -> str:
    """« 1 000 000 € × 50 % × 5 % ÷ 30 € » (R13)."""
    parts = (
        f"{nombre_en_texte(c.montant_ht)}\u00a0€",
        f"{nombre_en_texte(c.part_main_oeuvre * 100)}\u00a0%",
        f"{nombre_en_texte(c.taux_effort * 100)}\u00a0%",
    )
    return f"{' × '.join(parts)} ÷ {nombre_en_texte(c.cout_horaire)}\u00a0€"


def jour_en_texte(jour: date) -> str:
    """« 1er mars 2026 »: as a contract writes it."""
    return f"{'1er' if jour.day == 1 else jour.day} {NOMS_DES_MOIS[jour.month - 1]} {jour.year}"
