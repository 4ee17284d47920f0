"""Feasibility of a clause before it is fixed: how many people are in reach for a trade. A count, never a name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.propositions.classement import Vivier, mettre_a_jour
from marketplace.propositions.services.classer import PROCHES

LIMITE = 2000
"""Beyond so many people in reach, the exact number changes nothing to the decision."""


@dataclass(frozen=True, slots=True)
class VivierDuMetier:
    """People who may be considered from that day: near the trade and the place, nearer after some help, out of reach.

    `proches`: the trade or a near one, and a journey that holds. `hors_de_portee`: the trade fits, the journey or a
    licence is missing. `eligibles`: everybody who may count for a clause and is free that day.
    """

    proches: int
    a_rapprocher: int
    hors_de_portee: int
    eligibles: int


def vivier_du_metier(
    ctx: Contexte,
    s: Session,
    acteur: Acteur,
    *,
    code_rome: str,
    metier: str,
    code_insee: str | None,
    debut: date,
) -> VivierDuMetier:
    """How many people of the territory could do this trade there from that day. Nobody is named, nothing is kept.

    Raises Interdit for a hat that may not size a clause.
    """
    from marketplace.matching import Poste  # scikit-learn: only those who rank pay

    exiger(acteur, Action.GERER_MARCHE, Portee(acteur.territoire_id))
    qui = Vivier(s, acteur.territoire_id, ctx.aujourdhui()).a_partir_du(debut)
    if not qui.candidats:
        return VivierDuMetier(0, 0, 0, 0)
    ranker = mettre_a_jour(ctx, s, acteur.territoire_id)
    poste = Poste(ref="faisabilite", intitule=metier, code_rome=code_rome, code_insee=code_insee, debut=debut)
    rang = ranker.rank(poste, parmi=ranker.masque(qui.candidats), limit=LIMITE)
    proches = sum(ligne.proximite in PROCHES for ligne in rang.lignes)
    voisins = sum(ligne.proximite == "à rapprocher" for ligne in rang.lignes)
    return VivierDuMetier(proches, voisins, len(rang.hors_de_portee), len(qui.candidats))
