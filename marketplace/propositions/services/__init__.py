"""Acts of the marketplace: one public function = one act = one transaction."""

from marketplace.propositions.services.apercu import Apercu, apercu
from marketplace.propositions.services.classer import classer, classer_sans_noms
from marketplace.propositions.services.classer_offres import (
    classer_offres,
    classer_offres_pour_l_exploitant,
    classer_pour_l_exploitant,
    personnes_proches,
)
from marketplace.propositions.services.lire import lire_fiche, lire_liste
from marketplace.propositions.services.plan import ConseilVu, PlanVu, plan_de_la_semaine, suggerer
from marketplace.propositions.services.proposer import (
    CANAUX_ACCORD,
    annuler,
    decliner_souhait,
    demander_rencontre,
    proposer,
)
from marketplace.propositions.services.repondre import (
    Embauche,
    clore_offre,
    embaucher,
    modalites_de,
    repondre,
)
from marketplace.propositions.vues import (
    CarteVue,
    ClassementOffresVu,
    ClassementSansNoms,
    ClassementVu,
    Ordre,
)

__all__ = [
    "CANAUX_ACCORD",
    "Apercu",
    "CarteVue",
    "ClassementOffresVu",
    "ClassementSansNoms",
    "ClassementVu",
    "ConseilVu",
    "Embauche",
    "Ordre",
    "PlanVu",
    "annuler",
    "apercu",
    "classer",
    "classer_offres",
    "classer_offres_pour_l_exploitant",
    "classer_pour_l_exploitant",
    "classer_sans_noms",
    "clore_offre",
    "decliner_souhait",
    "demander_rencontre",
    "embaucher",
    "lire_fiche",
    "lire_liste",
    "modalites_de",
    "personnes_proches",
    "plan_de_la_semaine",
    "proposer",
    "repondre",
    "suggerer",
]
