"""The upkeep of finding."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import delete, func, select

from marketplace.contexte import Contexte
from marketplace.recherche.models import ChangementRecherche

GARDEES = 20_000
"""Notes kept: a process that has not looked for longer than that reads everything again."""


def entretenir_recherche(ctx: Contexte, le: date, *, dry_run: bool = False) -> dict[str, Any]:
    """Sweep the oldest notes of what changed; the last ones stay. Returns {"notes_balayees"}."""
    with ctx.transaction() as s:
        dernier = s.scalar(select(func.max(ChangementRecherche.id))) or 0
        vieilles = ChangementRecherche.id <= dernier - GARDEES
        nombre = s.scalar(select(func.count()).select_from(ChangementRecherche).where(vieilles)) or 0
        if nombre and not dry_run:
            s.execute(delete(ChangementRecherche).where(vieilles))
    return {"notes_balayees": nombre}
