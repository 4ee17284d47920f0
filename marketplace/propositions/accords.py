"""Whether a person agreed to a proposition: it opens her statuses to a facilitateur, not before (CASF L133-5)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.personnes.models import Personne
from marketplace.propositions.models import Proposition


def a_donne_un_accord(s: Session, territoire_id: int, personne_ref: str) -> bool:
    """Whether a proposition of this person exists: none is made without her agreement."""
    requete = (
        select(Proposition.id)
        .join(Personne, Personne.id == Proposition.personne_id)
        .where(Personne.ref == personne_ref, Personne.territoire_id == territoire_id)
        .limit(1)
    )
    return s.scalar(requete) is not None
