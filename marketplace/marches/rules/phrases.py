"""How a sizing is said in words."""

from __future__ import annotations

from decimal import Decimal

from marketplace.marches.rules.dimensionnement import Calibrage


def _nombre(valeur: Decimal) -> str:
    texte = f"{valeur.normalize():,f}"
    return texte.replace(",", "\u202f").replace(".", ",")


def formule_en_texte(c: Calibrage) -> str:
    """« 1 000 000 € × 50 % × 5 % ÷ 30 € » (R13)."""
    parts = (
        f"{_nombre(c.montant_ht)}\u00a0€",
        f"{_nombre(c.part_main_oeuvre * 100)}\u00a0%",
        f"{_nombre(c.taux_effort * 100)}\u00a0%",
    )
    return f"{' × '.join(parts)} ÷ {_nombre(c.cout_horaire)}\u00a0€"
