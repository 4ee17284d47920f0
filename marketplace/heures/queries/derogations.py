"""When the préfet lifted the cap of an AI, as the page of a facilitateur shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation
from marketplace.heures.models import LeveePlafond


@dataclass(frozen=True, slots=True)
class LeveeVue:
    """One lifting, and whether it holds today."""

    id: int
    debut: date
    fin: date
    motif: str
    en_cours: bool


def levees_de_l_organisation(s: Session, territoire_id: int, ref: str, jour: date) -> tuple[LeveeVue, ...]:
    """The liftings of an AI, the latest first."""
    requete = (
        select(LeveePlafond)
        .join(Organisation, Organisation.id == LeveePlafond.employeur_id)
        .where(Organisation.ref == ref, LeveePlafond.territoire_id == territoire_id)
        .order_by(LeveePlafond.debut.desc())
    )
    return tuple(LeveeVue(x.id, x.debut, x.fin, x.motif, x.debut <= jour <= x.fin) for x in s.scalars(requete))
