"""The table of jobs: what runs, when, and whether missed periods run one by one or together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from marketplace.comptes.recapitulatif import recapituler_la_journee, recapituler_la_semaine
from marketplace.comptes.taches import effacer_acces
from marketplace.contexte import Contexte
from marketplace.depots import effacer_depots
from marketplace.heures.photographies import photographier
from marketplace.heures.services.questionnaires import preparer_questionnaires
from marketplace.heures.services.situations import demander_situations
from marketplace.heures.taches import (
    constater_silences,
    effacer_acces_declaration,
    ouvrir_declarations,
    relancer_declarations,
    suivre_clauses,
)
from marketplace.journal.envoi import envoyer_courriels
from marketplace.journal.menage import faire_le_menage
from marketplace.marches.taches import suivre_registre
from marketplace.personnes.taches import suivre_personnes
from marketplace.propositions.conservation import purger_personnes
from marketplace.propositions.decisions.taches import apprendre_chaque_mois
from marketplace.propositions.equite.taches import mesurer_equite
from marketplace.propositions.signalements.taches import reconnaitre_embauches
from marketplace.propositions.taches import (
    annoncer_offres,
    fermer_offres,
    relancer_offres,
    suivre_place,
    suivre_propositions,
)
from marketplace.recherche.taches import entretenir_recherche
from marketplace.scheduler.periodes import Rythme


class FonctionTache(Protocol):
    """A job: idempotent for its date; returns what it saw, did and refused."""

    def __call__(self, ctx: Contexte, le: date, *, dry_run: bool = False) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Tache:
    """One job. `regroupe`: missed periods are made up by one run of the latest; otherwise one by one, in order."""

    nom: str
    libelle: str
    rythme: Rythme
    heure: int
    regroupe: bool
    fonction: FonctionTache


TACHES: tuple[Tache, ...] = (
    # Before the follow-up, which tells what is late: after a stop, both are made up in this order.
    Tache("declarations", "Ouvrir les déclarations du mois écoulé", Rythme.MENSUEL, 1, False, ouvrir_declarations),
    Tache("suivi", "Suivre chaque clause, ouvrir et fermer ses alertes", Rythme.QUOTIDIEN, 2, True, suivre_clauses),
    Tache("registre", "Premières semaines, démarrages et fins des marchés", Rythme.QUOTIDIEN, 2, True, suivre_registre),
    Tache("photographies", "Photographier chaque clause à la fin du mois", Rythme.MENSUEL, 1, False, photographier),
    Tache("silences", "Constater le silence des titulaires", Rythme.QUOTIDIEN, 5, True, constater_silences),
    Tache("relances", "Relancer les déclarations en retard", Rythme.QUOTIDIEN, 6, True, relancer_declarations),
    Tache(
        "pieces", "Effacer pièces et liens de déclaration périmés", Rythme.QUOTIDIEN, 4, True, effacer_acces_declaration
    ),
    Tache("place", "Suivre offres, réponses et demandes de rencontre", Rythme.QUOTIDIEN, 3, True, suivre_place),
    Tache("fermetures", "Fermer les offres que personne ne confirme", Rythme.QUOTIDIEN, 4, True, fermer_offres),
    Tache("annonces", "Annoncer les nouvelles offres aux référents", Rythme.QUOTIDIEN, 5, True, annoncer_offres),
    Tache("reponses", "Rappeler les réponses attendues", Rythme.QUOTIDIEN, 6, True, suivre_propositions),
    Tache(
        "signalements",
        "Reconnaître les embauches des personnes signalées",
        Rythme.QUOTIDIEN,
        3,
        True,
        reconnaitre_embauches,
    ),
    Tache("actualite", "Demander si les offres sont d'actualité", Rythme.HEBDOMADAIRE, 7, True, relancer_offres),
    Tache(
        "personnes",
        "Suivre les personnes à valider et les fiches en double",
        Rythme.QUOTIDIEN,
        3,
        True,
        suivre_personnes,
    ),
    Tache("situations", "Demander où en sont les salariés", Rythme.QUOTIDIEN, 5, True, demander_situations),
    Tache(
        "questionnaires",
        "Préparer les questionnaires de fin de contrat",
        Rythme.QUOTIDIEN,
        5,
        True,
        preparer_questionnaires,
    ),
    Tache("conservation", "Effacer les fiches arrivées à leur terme", Rythme.HEBDOMADAIRE, 4, True, purger_personnes),
    Tache(
        "recherche",
        "Balayer les notes de changement de la recherche",
        Rythme.HEBDOMADAIRE,
        4,
        True,
        entretenir_recherche,
    ),
    Tache("equite", "Mesurer l'équité des classements", Rythme.MENSUEL, 3, True, mesurer_equite),
    Tache(
        "apprentissage",
        "Apprendre des décisions, sans que cela compte",
        Rythme.MENSUEL,
        4,
        True,
        apprendre_chaque_mois,
    ),
    Tache("menage", "Effacer ce qui a passé sa durée", Rythme.HEBDOMADAIRE, 4, True, faire_le_menage),
    Tache("acces", "Effacer les liens et les compteurs périmés", Rythme.QUOTIDIEN, 4, True, effacer_acces),
    Tache("depots", "Effacer les fichiers déposés et oubliés", Rythme.QUOTIDIEN, 5, True, effacer_depots),
    # After the jobs of the night, which leave the messages; before the sending.
    Tache("journee", "Récapituler les messages du jour", Rythme.QUOTIDIEN, 7, True, recapituler_la_journee),
    Tache("semaine", "Récapituler les messages de la semaine", Rythme.HEBDOMADAIRE, 7, True, recapituler_la_semaine),
    Tache("courriels", "Envoyer les courriels en attente", Rythme.CINQ_MINUTES, 0, True, envoyer_courriels),
)


def tache(nom: str) -> Tache | None:
    """The job of this name."""
    return next((t for t in TACHES if t.nom == nom), None)
