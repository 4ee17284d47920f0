"""The second counter of urban renewal operations: hours for inhabitants of a QPV (R18)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class VoletNpnru(StrEnum):
    """What the charter asks a share of (R18): works and their engineering, or day-to-day upkeep."""

    TRAVAUX = "travaux"
    INGENIERIE = "ingenierie"
    GESTION_URBAINE = "gestion_urbaine"


LIBELLES_VOLET = {
    VoletNpnru.TRAVAUX: "travaux",
    VoletNpnru.INGENIERIE: "ingénierie du projet",
    VoletNpnru.GESTION_URBAINE: "gestion urbaine de proximité",
}


@dataclass(frozen=True, slots=True)
class PointNpnru:
    """Where the second counter stands: hours of inhabitants of a QPV beside those of everybody."""

    objectif: Decimal
    validees_qpv: Decimal
    reste: Decimal
    pourcentage: Decimal


def point_npnru(objectif: Decimal, validees_qpv: Decimal) -> PointNpnru:
    """The second counter: an hour of someone who lives elsewhere counts for the marché, never here (R18)."""
    part = validees_qpv * 100 / objectif if objectif else Decimal(100)
    return PointNpnru(objectif, validees_qpv, max(Decimal(0), objectif - validees_qpv), part.quantize(Decimal("0.1")))
