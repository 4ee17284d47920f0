"""The acts on opérations, marchés and clauses. One public function, one act, one transaction."""

from marketplace.marches.services.alertes import reporter_alerte
from marketplace.marches.services.avenants import SaisieAvenant, retirer_avenant, signer_avenant
from marketplace.marches.services.clauses import fixer_clause
from marketplace.marches.services.composantes import (
    SaisieComposante,
    ajouter_composante,
    modifier_composante,
    retirer_composante,
)
from marketplace.marches.services.depots import deposer, prendre_en_compte, retirer_depot
from marketplace.marches.services.etapes import (
    SaisieIntervention,
    cocher_etape,
    decocher_etape,
    ordonner_demarrage,
    prevoir_intervention,
    retirer_intervention,
)
from marketplace.marches.services.etats import changer_etat, noter_arret, reprendre_apres_arret, retirer_arret
from marketplace.marches.services.formes import fixer_compteur_npnru, fixer_forme
from marketplace.marches.services.intervenants import ajouter_intervenant, retirer_intervenant
from marketplace.marches.services.lots import SaisieOperation, avancer_les_lots, creer_operation_avec_lots
from marketplace.marches.services.marches import creer_marche, modifier_marche, supprimer_marche
from marketplace.marches.services.operations import creer_operation, modifier_operation
from marketplace.marches.services.relances import noter_relance, terminer_relance
from marketplace.marches.services.saisie import SaisieClause, SaisieMarche
from marketplace.marches.services.transferts import SaisieTransfert, transferer_marche

__all__ = [
    "SaisieAvenant",
    "SaisieClause",
    "SaisieComposante",
    "SaisieIntervention",
    "SaisieMarche",
    "SaisieOperation",
    "SaisieTransfert",
    "ajouter_composante",
    "ajouter_intervenant",
    "avancer_les_lots",
    "changer_etat",
    "cocher_etape",
    "creer_marche",
    "creer_operation",
    "creer_operation_avec_lots",
    "decocher_etape",
    "deposer",
    "fixer_clause",
    "fixer_compteur_npnru",
    "fixer_forme",
    "modifier_composante",
    "modifier_marche",
    "modifier_operation",
    "noter_arret",
    "noter_relance",
    "ordonner_demarrage",
    "prendre_en_compte",
    "prevoir_intervention",
    "reporter_alerte",
    "reprendre_apres_arret",
    "retirer_arret",
    "retirer_avenant",
    "retirer_composante",
    "retirer_depot",
    "retirer_intervenant",
    "retirer_intervention",
    "signer_avenant",
    "supprimer_marche",
    "terminer_relance",
    "transferer_marche",
]
