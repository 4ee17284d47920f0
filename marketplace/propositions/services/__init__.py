"""Acts of the marketplace: one public function = one act = one transaction."""

from marketplace.propositions.services.apercu import Apercu, apercu
from marketplace.propositions.services.classer import (
    CarteVue,
    ClassementOffresVu,
    ClassementSansNoms,
    ClassementVu,
    Ordre,
    classer,
    classer_offres,
    classer_offres_pour_l_exploitant,
    classer_pour_l_exploitant,
    classer_sans_noms,
    personnes_proches,
)
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

__all__ = [
    "CANAUX_ACCORD",
    "Apercu",
    "CarteVue",
    "ClassementOffresVu",
    "ClassementSansNoms",
    "ClassementVu",
    "Embauche",
    "Ordre",
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
    "modalites_de",
    "personnes_proches",
    "proposer",
    "repondre",
]
