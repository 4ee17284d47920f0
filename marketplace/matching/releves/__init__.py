"""Real journeys of a territory: routed car rows and timetables, read line by line, then kept as small tables."""

from __future__ import annotations

from marketplace.matching.releves.horaires import lire_gtfs
from marketplace.matching.releves.lecture import Lu, Probleme
from marketplace.matching.releves.routes import lire_reperes
from marketplace.matching.releves.table import Releve, TableTrajets

__all__ = ["Lu", "Probleme", "Releve", "TableTrajets", "lire_gtfs", "lire_reperes"]
