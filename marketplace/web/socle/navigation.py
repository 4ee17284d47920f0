"""The menu of each hat: same place, same word; what a role may not see is absent."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from flask import current_app, request, url_for

from marketplace.comptes.roles import Acteur, Role


@dataclass(frozen=True, slots=True)
class Entree:
    """One link of the menu."""

    libelle: str
    adresse: str
    active: bool


MENUS: dict[Role | None, tuple[tuple[str, str], ...]] = {
    None: (
        ("Marchés", "public_catalogue.marches"),
        ("Offres", "public_catalogue.offres"),
        ("Structures", "public_catalogue.structures"),
        ("La clause sociale, pour moi ?", "public_pages.clause_sociale"),
        ("Calculette", "public_calculette.calculette"),
    ),
    Role.FACILITATEUR: (
        ("Aujourd'hui", "facilitateur_accueil.aujourdhui"),
        ("Marchés", "facilitateur_marches.liste"),
        ("Heures", "facilitateur_heures.a_valider"),
        ("Personnes", "facilitateur_personnes.liste"),
        ("Offres", "facilitateur_offres.liste"),
        ("Organisations", "facilitateur_organisations.liste"),
        ("Bilan", "facilitateur_bilans.annee"),
    ),
    Role.EMPLOYEUR: (
        ("Accueil", "employeur_accueil.accueil"),
        ("Déclarer", "employeur_declarations.liste"),
        ("Offres", "employeur_offres.liste"),
        ("Personnes proposées", "employeur_propositions.liste"),
        ("Mes salariés", "employeur_contrats.liste"),
        ("Mes marchés", "employeur_marches.liste"),
    ),
    Role.REFERENT: (
        ("Accueil", "referent_accueil.accueil"),
        ("Personnes", "referent_personnes.liste"),
        ("Offres", "referent_offres.liste"),
        ("Propositions", "referent_propositions.liste"),
    ),
    Role.ACHETEUR: (
        ("Mes marchés", "acheteur_marches.liste"),
        ("Bilan", "acheteur_bilans.annee"),
        ("Calculette", "public_calculette.calculette"),
        ("Quelle modalité ?", "public_assistant.assistant"),
        ("Lire un avis", "facilitateur_avis.saisir"),
        ("Structures", "public_catalogue.structures"),
    ),
    Role.ADMINISTRATEUR: (
        ("Membres", "admin_membres.liste"),
        ("Organisations", "admin_organisations.liste"),
        ("Réglages", "admin_reglages.liste"),
        ("Classement", "admin_classement.accueil"),
        ("Modèles", "admin_modeles.liste"),
        ("Trajets", "admin_trajets.liste"),
        ("Tâches", "admin_taches.liste"),
        ("Journal", "admin_journal.liste"),
    ),
}


# Blueprints whose pages do not belong to one entry of the menu.
GROUPES_DIVERS = frozenset({"public_pages"})


PAR_LIEN = (("Déclarer", "employeur_declarations.liste"),)
"""All that somebody who came by the link of a mail may open."""


def menu(acteur: Acteur | None) -> list[Entree]:
    """The links of this hat; a page not registered in this application is left out."""
    ici = request.endpoint or ""
    points = MENUS[acteur.role if acteur else None]
    if acteur is not None and acteur.par_lien is not None:
        points = PAR_LIEN
    groupes = Counter(point.partition(".")[0] for _, point in points)

    def active(point: str) -> bool:
        """The page itself, or one of its group; where several links share a group, its page of one object."""
        groupe = point.partition(".")[0]
        seul = groupes[groupe] == 1 and groupe not in GROUPES_DIVERS
        return ici.partition(".")[0] == groupe if seul else bool(ici) and point in {ici, ici + "s"}

    return [
        Entree(libelle, url_for(point), active(point))
        for libelle, point in points
        if point in current_app.view_functions
    ]


def url_pour(point: str, **valeurs: Any) -> str:
    """Address of a page of another audience; the public home when this application does not serve it."""
    if point not in current_app.view_functions:
        return url_for("public_pages.accueil")
    return url_for(point, **valeurs)


def accueil_du_role(role: Role) -> str:
    """Endpoint of the first page of a hat."""
    return MENUS[role][0][1]
