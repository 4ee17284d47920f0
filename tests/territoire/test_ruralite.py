"""Rural or urban: how many live there, and how many around."""

from __future__ import annotations

from typing import Any

from marketplace.contexte import Contexte
from marketplace.territoire.models import Commune
from marketplace.territoire.ruralite import communes_rurales
from tests.fabrique import Fabrique

POINTS: tuple[tuple[str, int | None, float | None, float | None], ...] = (
    ("34901", 900, 43.70, 3.30),  # alone
    ("34902", 900, 43.40, 3.60),  # a small commune at the gates of a town
    ("34903", 4_900, 43.41, 3.61),
    ("34904", 6_000, 43.90, 3.00),  # a town on its own
    ("34905", 3_000, 43.55, 3.10),  # a bourg
    ("34906", None, None, None),
)


def test_une_commune_est_rurale_si_peu_de_monde_y_vit_et_autour(ctx: Contexte, fabrique: Fabrique) -> None:
    fabrique.territoire()
    with ctx.transaction() as s:
        for code, population, lat, lon in POINTS:
            champs: dict[str, Any] = {"nom": code, "cle": code, "code_departement": "34", "codes_postaux": ""}
            s.add(Commune(code_insee=code, population=population, lat=lat, lon=lon, **champs))
    with ctx.lecture() as s:
        rurales = communes_rurales(s, {code for code, *_ in POINTS} | {"34172", "99999"})
        assert communes_rurales(s, ()) == frozenset()
    assert rurales == {"34901", "34902", "34905", "34906"} - {"34902"}
