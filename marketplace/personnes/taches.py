"""Jobs on people. Idempotent for a date; each returns a summary."""

from __future__ import annotations

from datetime import date
from typing import Any

from marketplace.contexte import Contexte
from marketplace.journal.services import reconcilier_alertes
from marketplace.personnes import alertes
from marketplace.territoire.queries import territoires


def suivre_personnes(ctx: Contexte, le: date, *, dry_run: bool = False) -> dict[str, Any]:
    """Each night: answers that wait and files that may be one person's open their alertes, or close them.

    Returns {"dues", "ouvertes", "maintenues", "fermees"}.
    """
    bilan = {"dues": 0, "ouvertes": 0, "maintenues": 0, "fermees": 0}
    with ctx.lecture() as s:
        numeros = [t.id for t in territoires(s)]
    for territoire_id in numeros:
        with ctx.transaction() as s:
            dues = alertes.dues(s, territoire_id, le)
            bilan["dues"] += len(dues)
            if not dry_run:
                comptes = reconcilier_alertes(s, ctx.horloge(), territoire_id, dues, alertes.TYPES)
                for nom, nombre in comptes.items():
                    bilan[nom] += nombre
    return bilan
