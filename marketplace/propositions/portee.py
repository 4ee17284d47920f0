"""The reach of a proposition: its territory, the organisation of the offre, those who follow the person today."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from marketplace.comptes.droits import Portee
from marketplace.offres.models import Offre
from marketplace.personnes.models import Personne
from marketplace.personnes.portee import portee_personne
from marketplace.propositions.models import Proposition


def portee_proposition(s: Session, proposition: Proposition, jour: date) -> Portee:
    """Who a proposition belongs to on `jour`."""
    offre = s.get_one(Offre, proposition.offre_id)
    personne = s.get_one(Personne, proposition.personne_id)
    return Portee(
        proposition.territoire_id,
        frozenset({offre.organisation_id}),
        portee_personne(s, personne, jour).referents,
    )
