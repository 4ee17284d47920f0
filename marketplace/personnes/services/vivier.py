"""What every act on a person leaves behind for the ranking engines of the other processes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.personnes.models import ChangementVivier


def noter_changement(s: Session, quand: datetime, personne_id: int) -> None:
    """Add this person to the sequence of changes that every ranking engine applies before it ranks."""
    s.add(ChangementVivier(personne_id=personne_id, quand=quand))
