"""The acts on opérations, marchés and clauses. One public function, one act, one transaction."""

from marketplace.marches.services.alertes import reporter_alerte
from marketplace.marches.services.clauses import fixer_clause
from marketplace.marches.services.etats import changer_etat, noter_arret, reprendre_apres_arret
from marketplace.marches.services.intervenants import ajouter_intervenant, retirer_intervenant
from marketplace.marches.services.marches import creer_marche, modifier_marche, supprimer_marche
from marketplace.marches.services.operations import creer_operation, modifier_operation
from marketplace.marches.services.relances import noter_relance, terminer_relance
from marketplace.marches.services.saisie import SaisieClause, SaisieMarche

__all__ = [
    "SaisieClause",
    "SaisieMarche",
    "ajouter_intervenant",
    "changer_etat",
    "creer_marche",
    "creer_operation",
    "fixer_clause",
    "modifier_marche",
    "modifier_operation",
    "noter_arret",
    "noter_relance",
    "reporter_alerte",
    "reprendre_apres_arret",
    "retirer_intervenant",
    "supprimer_marche",
    "terminer_relance",
]
