"""The ledger of clauses: opération → marché → clause with its versions, and what is planned and done around it."""

from __future__ import annotations

from marketplace.marches.models.clause import Arret, Clause, Intervenant, RoleIntervenant
from marketplace.marches.models.decp import EtatPiste, MarcheDecp, VersionDecp
from marketplace.marches.models.marche import ETATS_OUVERTS_AUX_HEURES, ETATS_VIVANTS, Marche, Operation
from marketplace.marches.models.regime import RegimeMarche
from marketplace.marches.rules.etats import EtatMarche
from marketplace.marches.rules.regime import Derogation, NatureMarche, Reservation, TypeAcheteur

__all__ = [
    "ETATS_OUVERTS_AUX_HEURES",
    "ETATS_VIVANTS",
    "Arret",
    "Clause",
    "Derogation",
    "EtatMarche",
    "EtatPiste",
    "Intervenant",
    "Marche",
    "MarcheDecp",
    "NatureMarche",
    "Operation",
    "RegimeMarche",
    "Reservation",
    "RoleIntervenant",
    "TypeAcheteur",
    "VersionDecp",
]
