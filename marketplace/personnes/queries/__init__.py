"""What pages and higher rooms ask about people, as frozen values."""

from marketplace.personnes.queries.classement import (
    ExperienceLue,
    ProfilLu,
    changements_depuis,
    ids_eligibles,
    profils_de_classement,
)
from marketplace.personnes.queries.eligibilite import (
    decider,
    fenetre_de_la_personne,
    regles_du_territoire,
    regles_eligibilite,
    regles_fenetre,
)
from marketplace.personnes.queries.fiches import FichePersonne, fiche, referents
from marketplace.personnes.queries.listes import (
    EtatDuSuivi,
    FiltresPersonnes,
    LignePersonne,
    ListePersonnes,
    etat_du_suivi,
    ids_suivies,
    liste_personnes,
)
from marketplace.personnes.queries.referents import ReferentPossible, referents_du_territoire
from marketplace.personnes.queries.situation import EligibiliteVue, eligibilite_vue
from marketplace.personnes.queries.traces import historique, lectures_de
from marketplace.personnes.queries.validations import (
    MarcheOuvert,
    PreuveAttendue,
    ValidationATraiter,
    ValidationEmployeur,
    marches_ouverts,
    nombre_a_traiter,
    validations_a_traiter,
    validations_de_l_employeur,
)

__all__ = [
    "EligibiliteVue",
    "EtatDuSuivi",
    "ExperienceLue",
    "FichePersonne",
    "FiltresPersonnes",
    "LignePersonne",
    "ListePersonnes",
    "MarcheOuvert",
    "PreuveAttendue",
    "ProfilLu",
    "ReferentPossible",
    "ValidationATraiter",
    "ValidationEmployeur",
    "changements_depuis",
    "decider",
    "eligibilite_vue",
    "etat_du_suivi",
    "fenetre_de_la_personne",
    "fiche",
    "historique",
    "ids_eligibles",
    "ids_suivies",
    "lectures_de",
    "liste_personnes",
    "marches_ouverts",
    "nombre_a_traiter",
    "profils_de_classement",
    "referents",
    "referents_du_territoire",
    "regles_du_territoire",
    "regles_eligibilite",
    "regles_fenetre",
    "validations_a_traiter",
    "validations_de_l_employeur",
]
