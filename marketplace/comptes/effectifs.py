"""Sizes of firms, as reports count them."""

from __future__ import annotations

from collections.abc import Mapping

EFFECTIFS: Mapping[str, str] = {
    "moins_de_10": "Moins de 10 salariés",
    "10_a_49": "De 10 à 49 salariés",
    "50_a_249": "De 50 à 249 salariés",
    "250_et_plus": "250 salariés et plus",
}
"""Size of a firm, for reports (R99)."""
