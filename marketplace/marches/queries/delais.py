"""The delays of the first weeks after the award, as a territory has them on one day."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from marketplace.marches.rules.etapes import DelaisDemarrage
from marketplace.territoire.reglages import reglages_au


def delais_demarrage(s: Session, territoire_id: int, jour: date) -> DelaisDemarrage:
    """Days after the notification for the call, the modality and the first hire. One query."""
    r = reglages_au(s, territoire_id, jour)
    return DelaisDemarrage(r.contact_jours, r.modalite_jours, r.embauche_jours)
