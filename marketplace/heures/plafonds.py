"""When the préfet lifted the cap of an AI: read by the crediting and by the counters."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.heures.models import LeveePlafond
from marketplace.heures.rules.ligne import Periode


def levees_plafond(s: Session, employeur_ids: Collection[int]) -> dict[int, list[Periode]]:
    """The periods in which the préfet lifted the 480 h, by AI (R75)."""
    levees: dict[int, list[Periode]] = {}
    if not employeur_ids:
        return levees
    for employeur_id, debut, fin in s.execute(
        select(LeveePlafond.employeur_id, LeveePlafond.debut, LeveePlafond.fin)
        .where(LeveePlafond.employeur_id.in_(employeur_ids))
        .order_by(LeveePlafond.debut)
    ):
        levees.setdefault(employeur_id, []).append(Periode(debut, fin))
    return levees
