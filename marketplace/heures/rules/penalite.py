"""Penalty as a simulation: what it would be, what is missing before anybody may ask for it (R58 to R60,
R63).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from marketplace.erreurs import RegleViolee
from marketplace.heures.rules.phrases import jour_en_texte
from marketplace.valeurs import CENTIEME, arrondir, somme

ZERO = Decimal(0)


class MotifNeutralisation(StrEnum):
    """D7: why the buyer takes hours out of the target (R59)."""

    ACTIVITE_PARTIELLE = "activite_partielle"
    LICENCIEMENT_ECONOMIQUE = "licenciement_economique"
    PROCEDURE_COLLECTIVE = "procedure_collective"
    PAS_DE_CANDIDAT = "pas_de_candidat"
    ARRET_DE_CHANTIER = "arret_de_chantier"
    FORCE_MAJEURE = "force_majeure"


@dataclass(frozen=True)
class Neutralisation:
    """Hours neutralised by a dated decision of the buyer."""

    motif: MotifNeutralisation
    heures: Decimal
    decidee_le: date


@dataclass(frozen=True)
class ClausePenalite:
    """What the contract says. `montant_horaire` and `plafond` in €; no amount means no penalty at all."""

    montant_horaire: Decimal | None = None
    plafond: Decimal | None = None
    preavis_jours: int = 15
    article: str = ""


@dataclass(frozen=True)
class Simulation:
    """A proposal, never a decision. Hours and €; `obstacles` are sentences: any one of them forbids
    asking.
    """

    heures_manquantes: Decimal
    heures_neutralisees: Decimal
    heures_retenues: Decimal
    montant_avant_plafond: Decimal
    montant: Decimal
    obstacles: tuple[str, ...]

    @property
    def proposable(self) -> bool:
        """True when the conditions of R58 are met and there is something to ask."""
        return not self.obstacles and self.montant > 0


def simuler(
    objectif: Decimal,
    validees: Decimal,
    clause: ClausePenalite,
    aujourdhui: date,
    *,
    neutralisations: tuple[Neutralisation, ...] = (),
    mise_en_demeure_le: date | None = None,
) -> Simulation:
    """max(0, target - validated - neutralised) × unit amount, within the cap (R58, T19).

    Raises RegleViolee for negative hours or amounts.
    """
    neutralisees = somme(n.heures for n in neutralisations)
    if min(objectif, validees, neutralisees, clause.montant_horaire or ZERO, clause.plafond or ZERO) < 0:
        raise RegleViolee("Les heures et les montants ne peuvent pas être négatifs.")
    manquantes = max(ZERO, objectif - validees)
    retenues = max(ZERO, manquantes - neutralisees)
    brut = arrondir(retenues * (clause.montant_horaire or ZERO), CENTIEME)
    montant = brut if clause.plafond is None else min(brut, clause.plafond)
    obstacles: list[str] = []
    if clause.montant_horaire is None:
        obstacles.append("Le contrat ne prévoit pas de pénalité horaire.")
    if mise_en_demeure_le is None:
        obstacles.append("Aucune mise en demeure n'a été envoyée au titulaire.")
    else:
        effet = mise_en_demeure_le + timedelta(days=clause.preavis_jours)
        if aujourdhui <= effet:
            obstacles.append(f"Le titulaire a jusqu'au {jour_en_texte(effet)} pour répondre à la mise en demeure.")
    return Simulation(manquantes, min(neutralisees, manquantes), retenues, brut, montant, tuple(obstacles))


@dataclass(frozen=True)
class RechercheCandidats:
    """What the product itself can prove of the titulaire's search (R63)."""

    publiee_le: date | None
    demandes_au_facilitateur: int
    propositions_recues: int
    propositions_repondues: int


def manques_de_la_recherche(
    recherche: RechercheCandidats, aujourdhui: date, publication_jours: int = 15
) -> tuple[str, ...]:
    """What lacks before « pas de candidat » may neutralise hours; empty when the search is proven (R63)."""
    manques: list[str] = []
    if recherche.publiee_le is None or (aujourdhui - recherche.publiee_le).days < publication_jours:
        manques.append(f"L'offre doit être restée publiée au moins {publication_jours} jours.")
    if recherche.demandes_au_facilitateur < 1:
        manques.append("Le titulaire doit avoir demandé l'aide du facilitateur au moins une fois.")
    if recherche.propositions_repondues < recherche.propositions_recues:
        manques.append("Le titulaire doit avoir répondu à toutes les propositions reçues.")
    return tuple(manques)
