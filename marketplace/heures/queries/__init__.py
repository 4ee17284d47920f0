"""What pages need to know about contrats, declarations and hours, as frozen values."""

from __future__ import annotations

from marketplace.heures.avancement import Avancement, avancements
from marketplace.heures.queries.contrats import (
    contrat_vu,
    contrats_listes,
    embauche_possible,
    employeurs_possibles,
    marches_ouverts,
)
from marketplace.heures.queries.declaration import declaration_vue
from marketplace.heures.queries.declarations import (
    DeclarationEmployeur,
    a_confirmer,
    declarations_de,
    par_signature,
    personnes_par_mois,
)
from marketplace.heures.queries.employeur import MarcheEmployeur, marches_de, salaries_de
from marketplace.heures.queries.facilitateur import a_valider, declarations_listees, nombre_a_valider
from marketplace.heures.queries.grilles import Grille, Periode, periode
from marketplace.heures.registre import verifier_chaine

__all__ = [
    "Avancement",
    "DeclarationEmployeur",
    "Grille",
    "MarcheEmployeur",
    "Periode",
    "a_confirmer",
    "a_valider",
    "avancements",
    "contrat_vu",
    "contrats_listes",
    "declaration_vue",
    "declarations_de",
    "declarations_listees",
    "embauche_possible",
    "employeurs_possibles",
    "marches_de",
    "marches_ouverts",
    "nombre_a_valider",
    "par_signature",
    "periode",
    "personnes_par_mois",
    "salaries_de",
    "verifier_chaine",
]
