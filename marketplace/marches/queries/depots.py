"""What the buyer deposited on a marché, for its page and the facilitateur's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.marches.models import DecisionPenalite, DepotAcheteur, GenreDepot


@dataclass(frozen=True, slots=True)
class DepotVu:
    """One deposit. `pris_en_compte_le` is empty while it waits for the facilitateur."""

    id: int
    genre: GenreDepot
    jour: date
    montant: Decimal | None
    titulaire: str
    siret: str | None
    numero: int | None
    heures: Decimal | None
    decision: DecisionPenalite | None
    motif: str
    auteur: str
    cree_le: datetime
    pris_en_compte_le: datetime | None

    @property
    def attend(self) -> bool:
        """Whether the facilitateur has still to act."""
        return self.pris_en_compte_le is None


def depots_du_marche(s: Session, marche_id: int) -> tuple[DepotVu, ...]:
    """Every deposit of a marché, those that wait first, then the latest."""
    vus = [
        DepotVu(
            d.id,
            d.genre,
            d.jour,
            d.montant,
            d.titulaire,
            d.siret,
            d.numero,
            d.heures,
            d.decision,
            d.motif,
            d.auteur_nom,
            d.cree_le,
            d.pris_en_compte_le,
        )
        for d in s.scalars(
            select(DepotAcheteur).where(DepotAcheteur.marche_id == marche_id).order_by(DepotAcheteur.id.desc())
        )
    ]
    return tuple(sorted(vus, key=lambda d: not d.attend))
