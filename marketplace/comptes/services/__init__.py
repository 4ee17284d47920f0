"""Acts on accounts: signing in, wearing a hat, inviting, leaving."""

from marketplace.comptes.services.acces import (
    PourLeCompte,
    acteur_de_session,
    agir_pour,
    choisir_role,
    utilisateur_de_session,
)
from marketplace.comptes.services.connexion import (
    Etape,
    Identifie,
    accepter_code,
    connecter,
    enroler,
    entrer_en_demonstration,
    fermer_sessions,
    ouvrir,
)
from marketplace.comptes.services.membres import (
    creer_utilisateur,
    desactiver,
    inviter,
    reactiver,
    reinitialiser_second_facteur,
    renvoyer_invitation,
    terminer_affectation,
)
from marketplace.comptes.services.organisations import (
    ajouter_organisation,
    creer_organisation,
    modifier_organisation,
    tenir_annuaire,
    verifier_organisation,
)
from marketplace.comptes.services.renouvellement import (
    changer_mot_de_passe,
    demander_nouveau_mot_de_passe,
    poser_mot_de_passe,
    titulaire_du_jeton,
)
from marketplace.comptes.services.territoire import poser_reglage
from marketplace.territoire.services import creer_territoire

__all__ = [
    "Etape",
    "Identifie",
    "PourLeCompte",
    "accepter_code",
    "acteur_de_session",
    "agir_pour",
    "ajouter_organisation",
    "changer_mot_de_passe",
    "choisir_role",
    "connecter",
    "creer_organisation",
    "creer_territoire",
    "creer_utilisateur",
    "demander_nouveau_mot_de_passe",
    "desactiver",
    "enroler",
    "entrer_en_demonstration",
    "fermer_sessions",
    "inviter",
    "modifier_organisation",
    "ouvrir",
    "poser_mot_de_passe",
    "poser_reglage",
    "reactiver",
    "reinitialiser_second_facteur",
    "renvoyer_invitation",
    "tenir_annuaire",
    "terminer_affectation",
    "titulaire_du_jeton",
    "utilisateur_de_session",
    "verifier_organisation",
]
