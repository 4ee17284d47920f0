"""The nightly job of the ledger."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from marketplace.contexte import Contexte
from marketplace.journal.services import reconcilier_alertes
from marketplace.marches.alertes import TYPES, dues
from marketplace.territoire.models import Territoire


def suivre_registre(ctx: Contexte, le: date, *, dry_run: bool = False) -> dict[str, Any]:
    """Open and close the alertes of the ledger, a transaction per territory. What it saw and did."""
    with ctx.lecture() as s:
        territoires = list(s.scalars(select(Territoire.id).order_by(Territoire.id)))
    resume: dict[str, Any] = {"dues": 0, "ouvertes": 0, "maintenues": 0, "fermees": 0}
    for territoire_id in territoires:
        if dry_run:
            with ctx.lecture() as s:
                resume["dues"] += len(dues(s, territoire_id, le))
            continue
        with ctx.transaction() as s:
            trouvees = dues(s, territoire_id, le)
            resume["dues"] += len(trouvees)
            comptes = reconcilier_alertes(s, ctx.horloge(), territoire_id, trouvees, TYPES)
        for nom, nombre in comptes.items():
            resume[nom] += nombre
    return resume
