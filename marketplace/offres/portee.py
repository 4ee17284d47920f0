"""The reach of an offre: its territory and the organisation that posted it."""

from __future__ import annotations

from marketplace.comptes.droits import Portee
from marketplace.offres.models import Offre


def portee_offre(offre: Offre) -> Portee:
    """Who an offre belongs to."""
    return Portee(offre.territoire_id, frozenset({offre.organisation_id}))
