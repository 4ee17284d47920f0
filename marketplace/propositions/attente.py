"""What waits for a facilitateur, across rooms, in figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.comptes.roles import Acteur
from marketplace.heures.suivi_marche import heures_a_valider
from marketplace.marches.queries.pistes import nombre_de_pistes
from marketplace.personnes.queries import nombre_a_traiter
from marketplace.propositions.models import EtatProposition, Proposition
from marketplace.propositions.queries import compter_a_repondre


@dataclass(frozen=True, slots=True)
class AttenteFacilitateur:
    """Counts of what waits. `propositions_en_retard` are those whose answer was due before today."""

    declarations: int
    employeurs: int
    validations: int
    propositions: int
    propositions_en_retard: int
    pistes: int


def attente_du_facilitateur(s: Session, acteur: Acteur, jour: date) -> AttenteFacilitateur:
    """What waits in the territory of this facilitateur on that day. Five queries."""
    heures = heures_a_valider(s, acteur.territoire_id)
    en_retard = s.scalar(
        select(func.count()).where(
            Proposition.territoire_id == acteur.territoire_id,
            Proposition.etat.in_((EtatProposition.PROPOSEE, EtatProposition.ETUDE)),
            Proposition.echeance_le < jour,
        )
    )
    return AttenteFacilitateur(
        heures.declarations,
        heures.employeurs,
        nombre_a_traiter(s, acteur.territoire_id),
        compter_a_repondre(s, acteur, jour),
        en_retard or 0,
        nombre_de_pistes(s, acteur.territoire_id),
    )
