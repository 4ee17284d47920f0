"""Those who may follow people in a territory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Affectation, Organisation, Utilisateur
from marketplace.comptes.roles import Role


@dataclass(frozen=True, slots=True)
class ReferentPossible:
    """A référent, or a facilitateur with her own vivier."""

    utilisateur_id: int
    libelle: str


def referents_du_territoire(s: Session, territoire_id: int, jour: date) -> tuple[ReferentPossible, ...]:
    """Active référents of verified organisations, then facilitateurs, by name."""
    requete = (
        select(Utilisateur.id, Utilisateur.prenom, Utilisateur.nom, Organisation.nom)
        .join(Affectation, Affectation.utilisateur_id == Utilisateur.id)
        .join(Organisation, Organisation.id == Affectation.organisation_id)
        .where(
            Affectation.territoire_id == territoire_id,
            Affectation.role.in_([Role.REFERENT, Role.FACILITATEUR]),
            Affectation.depuis <= jour,
            or_(Affectation.jusqu_au.is_(None), Affectation.jusqu_au >= jour),
            Utilisateur.desactive_le.is_(None),
            Organisation.verifiee_le.is_not(None),
        )
        .order_by(Affectation.role.desc(), Utilisateur.nom, Utilisateur.prenom, Utilisateur.id)
    )
    vus: dict[int, ReferentPossible] = {}
    for numero, prenom, nom, organisation in s.execute(requete):
        vus.setdefault(numero, ReferentPossible(numero, f"{prenom} {nom} ({organisation})"))
    return tuple(vus.values())
