"""Acts on people: one public function = one act = one transaction."""

from marketplace.personnes.services.annonces import (
    PERIME,
    DemandePublique,
    annoncer_preuve,
    lire_demande,
    lire_fichier_de_preuve,
)
from marketplace.personnes.services.competences import confirmer_competences, noter_bases, poser_competences
from marketplace.personnes.services.demandes_suivi import (
    DemandeSuiviVue,
    demander_suivi,
    lire_demandes_suivi,
    repondre_demande_suivi,
)
from marketplace.personnes.services.imports import BilanImport, examiner_fichier, importer_fichier
from marketplace.personnes.services.information import CANAUX, informer, informer_plusieurs, informer_tous, remettre
from marketplace.personnes.services.lectures import lire_fiche, lire_liste, lire_noms, lire_validations
from marketplace.personnes.services.mobilite import noter_mobilite
from marketplace.personnes.services.parcours import noter_pass, noter_suspension, poser_criteres, retirer_suspension
from marketplace.personnes.services.preuves import (
    ARemettre,
    JustificatifAttendu,
    demander_preuve,
    lire_justificatifs_attendus,
    lire_remise,
)
from marketplace.personnes.services.profil import (
    DoublonPossible,
    Information,
    confirmer_metiers,
    enregistrer_personne,
    modifier_personne,
    noter_contact,
)
from marketplace.personnes.services.reponses import (
    Choix,
    PreuveVue,
    ReponsesEnLot,
    ReponseVoulue,
    repondre_en_lot,
    repondre_validation,
)
from marketplace.personnes.services.statuts import ajouter_statut, noter_qpv, retirer_statut
from marketplace.personnes.services.suivi import cesser_suivi, fin_de_suivi, suivre, transferer
from marketplace.personnes.services.validations import annuler_validation, demander_validation, inscrire_validation

__all__ = [
    "CANAUX",
    "PERIME",
    "ARemettre",
    "BilanImport",
    "Choix",
    "DemandePublique",
    "DemandeSuiviVue",
    "DoublonPossible",
    "Information",
    "JustificatifAttendu",
    "PreuveVue",
    "ReponseVoulue",
    "ReponsesEnLot",
    "ajouter_statut",
    "annoncer_preuve",
    "annuler_validation",
    "cesser_suivi",
    "confirmer_competences",
    "confirmer_metiers",
    "demander_preuve",
    "demander_suivi",
    "demander_validation",
    "enregistrer_personne",
    "examiner_fichier",
    "fin_de_suivi",
    "importer_fichier",
    "informer",
    "informer_plusieurs",
    "informer_tous",
    "inscrire_validation",
    "lire_demande",
    "lire_demandes_suivi",
    "lire_fiche",
    "lire_fichier_de_preuve",
    "lire_justificatifs_attendus",
    "lire_liste",
    "lire_noms",
    "lire_remise",
    "lire_validations",
    "modifier_personne",
    "noter_bases",
    "noter_contact",
    "noter_mobilite",
    "noter_pass",
    "noter_qpv",
    "noter_suspension",
    "poser_competences",
    "poser_criteres",
    "remettre",
    "repondre_demande_suivi",
    "repondre_en_lot",
    "repondre_validation",
    "retirer_statut",
    "retirer_suspension",
    "suivre",
    "transferer",
]
