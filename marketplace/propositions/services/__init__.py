"""Acts of the marketplace: one public function = one act = one transaction."""

from marketplace.propositions.services.apercu import Apercu, apercu, apercus
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
    LIGNES_MAX,
    LigneAProposer,
    LignesRefusees,
    annuler,
    proposer,
    proposer_plusieurs,
)
from marketplace.propositions.services.repondre import (
    Embauche,
    clore_offre,
    embaucher,
    embaucher_directement,
    modalites_de,
    repondre,
)
from marketplace.propositions.services.souhaits import decliner_souhait, demander_rencontre
from marketplace.propositions.vues import (
    CarteVue,
    ClassementOffresVu,
    ClassementSansNoms,
    ClassementVu,
    Ordre,
)

__all__ = [
    "CANAUX_ACCORD",
    "LIGNES_MAX",
    "Apercu",
    "CarteVue",
    "ClassementOffresVu",
    "ClassementSansNoms",
    "ClassementVu",
    "ConseilVu",
    "Embauche",
    "LigneAProposer",
    "LignesRefusees",
    "Ordre",
    "PlanVu",
    "annuler",
    "apercu",
    "apercus",
    "classer",
    "classer_offres",
    "classer_offres_pour_l_exploitant",
    "classer_pour_l_exploitant",
    "classer_sans_noms",
    "clore_offre",
    "decliner_souhait",
    "demander_rencontre",
    "embaucher",
    "embaucher_directement",
    "lire_fiche",
    "lire_liste",
    "modalites_de",
    "personnes_proches",
    "plan_de_la_semaine",
    "proposer",
    "proposer_plusieurs",
    "repondre",
    "suggerer",
]
