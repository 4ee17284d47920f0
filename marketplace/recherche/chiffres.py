"""The figures of a territory that anyone may read: no lateness, nobody's name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import STRUCTURES_INSERTION, Organisation
from marketplace.offres.models import EtatOffre, Offre
from marketplace.recherche.marches import marches_vivants


@dataclass(frozen=True, slots=True)
class MarcheRecent:
    """A marché lately entered, as the public sees it."""

    ref: str
    intitule: str
    acheteur: str
    heures: Decimal | None


@dataclass(frozen=True, slots=True)
class ChiffresPublics:
    """What the public home says of a territory."""

    marches: int
    heures: Decimal
    offres: int
    places: int
    structures: int
    recents: tuple[MarcheRecent, ...]


def chiffres_publics(s: Session, territoire_id: int, jour: date, recents: int = 5) -> ChiffresPublics:
    """Live marchés and their planned hours, openings, structures that can carry hours; the newest marchés."""
    vivants = marches_vivants(s, territoire_id, jour, recents)
    nombre, places = s.execute(
        select(func.count(), func.coalesce(func.sum(Offre.places), 0)).where(
            Offre.territoire_id == territoire_id, Offre.etat == EtatOffre.PUBLIEE
        )
    ).one()
    structures = s.scalar(
        select(func.count())
        .select_from(Organisation)
        .where(Organisation.territoire_id == territoire_id, Organisation.type.in_(STRUCTURES_INSERTION))
    )
    return ChiffresPublics(
        marches=vivants.nombre,
        heures=vivants.heures_prevues,
        offres=nombre,
        places=int(places),
        structures=structures or 0,
        recents=tuple(MarcheRecent(m.ref, m.intitule, m.acheteur, m.heures_prevues) for m in vivants.recents),
    )
