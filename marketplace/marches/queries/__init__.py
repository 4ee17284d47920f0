"""What pages ask of the clause ledger, as frozen values."""

from marketplace.marches.queries.alertes import (
    Alertes,
    AlertesDuJour,
    AlerteVue,
    alertes_du_jour,
    alertes_du_marche,
    alertes_ouvertes,
)
from marketplace.marches.queries.depots import DepotVu, depots_du_marche
from marketplace.marches.queries.dossier import Dossier, composante_vue, dossier_marche, interventions_du_marche
from marketplace.marches.queries.fiche import (
    ArretVu,
    ClauseVue,
    EvenementVu,
    FicheMarche,
    IntervenantVu,
    clause_en_vigueur,
    clauses_en_vigueur,
    fiche_marche,
    journal_du_marche,
    periodes_arret,
)
from marketplace.marches.queries.liste import (
    PAR_PAGE,
    FiltresMarches,
    LigneMarche,
    PageMarches,
    marches_de_l_organisation,
    marches_du_territoire,
)
from marketplace.marches.queries.objectifs import Intervention, interventions_prevues, objectif_sql, objectifs
from marketplace.marches.queries.operations import (
    FicheOperation,
    LigneOperation,
    fiche_operation,
    operations_du_territoire,
    suggestions_operations,
)
from marketplace.marches.queries.relances import RelanceVue, libelle_relance, relances_de, relances_dues
from marketplace.marches.queries.rotation import rotation_du_marche
from marketplace.marches.queries.tableau import Echeance, Portefeuille, portefeuille, semaine_a_venir

__all__ = [
    "PAR_PAGE",
    "AlerteVue",
    "Alertes",
    "AlertesDuJour",
    "ArretVu",
    "ClauseVue",
    "DepotVu",
    "Dossier",
    "Echeance",
    "EvenementVu",
    "FicheMarche",
    "FicheOperation",
    "FiltresMarches",
    "IntervenantVu",
    "Intervention",
    "LigneMarche",
    "LigneOperation",
    "PageMarches",
    "Portefeuille",
    "RelanceVue",
    "alertes_du_jour",
    "alertes_du_marche",
    "alertes_ouvertes",
    "clause_en_vigueur",
    "clauses_en_vigueur",
    "composante_vue",
    "depots_du_marche",
    "dossier_marche",
    "fiche_marche",
    "fiche_operation",
    "interventions_du_marche",
    "interventions_prevues",
    "journal_du_marche",
    "libelle_relance",
    "marches_de_l_organisation",
    "marches_du_territoire",
    "objectif_sql",
    "objectifs",
    "operations_du_territoire",
    "periodes_arret",
    "portefeuille",
    "relances_de",
    "relances_dues",
    "rotation_du_marche",
    "semaine_a_venir",
    "suggestions_operations",
]
