"""Acts of a takeover: look at a workbook, take it over, undo it."""

from __future__ import annotations

from marketplace.reprise.services.annulation import JOURS_ANNULATION, annuler_reprise
from marketplace.reprise.services.reprendre import examiner, reprendre

__all__ = ["JOURS_ANNULATION", "annuler_reprise", "examiner", "reprendre"]
