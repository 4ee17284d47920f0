"""The ledger of clauses: opération → marché → clause with its versions, and what is planned and done around it."""

from __future__ import annotations

from marketplace.marches.models.clause import Arret, Clause, Intervenant, RoleIntervenant
from marketplace.marches.models.consigne import ConsigneDeclaration
from marketplace.marches.models.decp import EtatPiste, MarcheDecp, VersionDecp
from marketplace.marches.models.depot import DepotAcheteur
from marketplace.marches.models.document import DocumentProduit, GenreDocument, ModeleDocument
from marketplace.marches.models.marche import ETATS_OUVERTS_AUX_HEURES, ETATS_VIVANTS, Marche, Operation
from marketplace.marches.models.objets import (
    Avenant,
    Composante,
    CompteurNpnru,
    EtapeFaite,
    Etude,
    FormeMarche,
    InterventionPrevue,
    Transfert,
)
from marketplace.marches.models.regime import RegimeMarche
from marketplace.marches.rules.depots import DecisionPenalite, GenreDepot
from marketplace.marches.rules.etats import EtatMarche
from marketplace.marches.rules.formes import CauseTransfert, Forme, GenreComposante
from marketplace.marches.rules.npnru import VoletNpnru
from marketplace.marches.rules.regime import Derogation, NatureMarche, Reservation, TypeAcheteur

__all__ = [
    "ETATS_OUVERTS_AUX_HEURES",
    "ETATS_VIVANTS",
    "Arret",
    "Avenant",
    "CauseTransfert",
    "Clause",
    "Composante",
    "CompteurNpnru",
    "ConsigneDeclaration",
    "DecisionPenalite",
    "DepotAcheteur",
    "Derogation",
    "DocumentProduit",
    "EtapeFaite",
    "EtatMarche",
    "EtatPiste",
    "Etude",
    "Forme",
    "FormeMarche",
    "GenreComposante",
    "GenreDepot",
    "GenreDocument",
    "Intervenant",
    "InterventionPrevue",
    "Marche",
    "MarcheDecp",
    "ModeleDocument",
    "NatureMarche",
    "Operation",
    "RegimeMarche",
    "Reservation",
    "RoleIntervenant",
    "Transfert",
    "TypeAcheteur",
    "VersionDecp",
    "VoletNpnru",
]
