"""What hangs on a contrat, read with the contrat, the person and the name of the firm."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import Select, select

from marketplace.comptes.models import Organisation
from marketplace.heures.models import Contrat, PointDeSuivi, QuestionnaireFin
from marketplace.personnes.models import Personne

Fait = TypeVar("Fait", PointDeSuivi, QuestionnaireFin)


def avec_la_personne(fait: type[Fait]) -> Select[Fait, Contrat, Personne, str]:
    """(the row, its contrat, the person, the firm); people made anonymous are left out."""
    return (
        select(fait, Contrat, Personne, Organisation.nom)
        .join(Contrat, Contrat.id == fait.contrat_id)
        .join(Personne, Personne.id == Contrat.personne_id)
        .join(Organisation, Organisation.id == Contrat.employeur_id)
        .where(Personne.anonymisee_le.is_(None))
    )
