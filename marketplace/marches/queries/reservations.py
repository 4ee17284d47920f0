"""Who may hold a reserved marché (R5): looked at each time its titulaire is set."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation
from marketplace.erreurs import RegleViolee
from marketplace.marches.models import RegimeMarche
from marketplace.marches.rules.regime import verifier_titulaire_reserve


def verifier_reservation(s: Session, marche_id: int, titulaire_id: int | None) -> tuple[str, ...]:
    """Warnings about the titulaire of a reserved marché; empty when it is not reserved, or nobody holds it yet.

    Raises RegleViolee next to the titulaire when its share of workers concerned is known and under 50 % (R2113-7).
    """
    regime = s.get(RegimeMarche, marche_id)
    if regime is None or regime.reservation is None or titulaire_id is None:
        return ()
    type_ = s.scalar(select(Organisation.type).where(Organisation.id == titulaire_id))
    if type_ is None:
        return ()
    try:
        return verifier_titulaire_reserve(regime.reservation, type_.value, regime.part_publics)
    except RegleViolee as refus:
        raise RegleViolee(refus.message, champ="titulaire") from None
