"""Contrats, declarations and the append-only ledger of hours. Totals are computed, never stored."""

from __future__ import annotations

from marketplace.heures.models.contrat import Contrat
from marketplace.heures.models.declaration import Declaration
from marketplace.heures.models.ligne import DecisionLigne, LigneHeures
from marketplace.heures.models.reprise import LigneReprise, Reprise
from marketplace.heures.models.situation import Moment, PointDeSuivi
from marketplace.heures.rules.declaration import EtatDeclaration
from marketplace.heures.rules.ligne import EtatLigne
from marketplace.heures.rules.modalites import Modalite

__all__ = [
    "Contrat",
    "DecisionLigne",
    "Declaration",
    "EtatDeclaration",
    "EtatLigne",
    "LigneHeures",
    "LigneReprise",
    "Modalite",
    "Moment",
    "PointDeSuivi",
    "Reprise",
]
