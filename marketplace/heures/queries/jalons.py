"""What the ledger's own pages ask of the hours of one marché: a first hire, the hours of inhabitants of a QPV."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.heures.models import Contrat, DecisionLigne, Declaration, EtatDeclaration, EtatLigne, LigneHeures


def a_embauche(s: Session, marche_id: int) -> bool:
    """Whether somebody was hired on this marché."""
    return s.scalar(select(Contrat.id).where(Contrat.marche_id == marche_id).limit(1)) is not None


def heures_qpv(s: Session, marche_id: int) -> Decimal:
    """Validated hours of people who lived in a QPV when they were hired: the second counter (R18).

    Real hours, worked or trained: what the charter asks a share of is what was worked.
    """
    total = s.scalar(
        select(func.sum(DecisionLigne.creditees))
        .join(LigneHeures, LigneHeures.id == DecisionLigne.ligne_id)
        .join(Declaration, Declaration.id == LigneHeures.declaration_id)
        .join(Contrat, Contrat.id == LigneHeures.contrat_id)
        .where(
            LigneHeures.marche_id == marche_id,
            Contrat.qpv == "oui",
            DecisionLigne.en_vigueur.is_(True),
            DecisionLigne.etat == EtatLigne.COMPTEE,
            Declaration.etat == EtatDeclaration.VALIDEE,
        )
    )
    return Decimal("0.00") if total is None else Decimal(total)
