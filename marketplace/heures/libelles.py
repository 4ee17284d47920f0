"""French words of contrats and declarations."""

from __future__ import annotations

from marketplace.heures.models import EtatDeclaration, EtatLigne, Modalite

MODALITES = {
    Modalite.EMBAUCHE_DIRECTE: "Embauche directe",
    Modalite.MAD_ETTI: "Intérim d'insertion (ETTI)",
    Modalite.MAD_AI: "Association intermédiaire (AI)",
    Modalite.MAD_GEIQ: "Groupement d'employeurs (GEIQ)",
    Modalite.MAD_EATT: "Intérim adapté (EATT)",
    Modalite.MAD_EA_ESAT: "Mise à disposition par une EA ou un ESAT",
    Modalite.ETT: "Intérim",
    Modalite.SOUS_TRAITANCE: "Sous-traitance",
    Modalite.COTRAITANCE: "Cotraitance",
    Modalite.MARCHE_RESERVE: "Marché réservé",
}

ETATS_EMPLOYEUR = {
    EtatDeclaration.A_FAIRE: "À déclarer",
    EtatDeclaration.BROUILLON: "Commencée",
    EtatDeclaration.DECLAREE: "Signée, en attente de validation",
    EtatDeclaration.CONFIRMEE: "Signée, en attente de validation",
    EtatDeclaration.CONTESTEE: "Signée, contestée par le titulaire",
    EtatDeclaration.NON_CONTESTEE: "Signée, en attente de validation",
    EtatDeclaration.VALIDEE: "Validée",
    EtatDeclaration.A_CORRIGER: "À corriger",
}

ETATS_FACILITATEUR = {
    EtatDeclaration.A_FAIRE: "Pas encore déclarée",
    EtatDeclaration.BROUILLON: "Commencée par l'employeur",
    EtatDeclaration.DECLAREE: "À valider",
    EtatDeclaration.CONFIRMEE: "À valider, confirmée par le titulaire",
    EtatDeclaration.CONTESTEE: "Contestée par le titulaire",
    EtatDeclaration.NON_CONTESTEE: "À valider, sans réponse du titulaire",
    EtatDeclaration.VALIDEE: "Validée",
    EtatDeclaration.A_CORRIGER: "Correction demandée",
}

ETATS_LIGNE = {
    EtatLigne.COMPTEE: "Comptée",
    EtatLigne.ATTENTE_ELIGIBILITE: "En attente de la réponse du facilitateur",
    EtatLigne.ATTENTE_PIECE: "En attente d'une pièce",
    EtatLigne.ECARTEE: "Non comptée",
}
