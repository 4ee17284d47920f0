"""People who may be the same: same keyed hash. For the facilitateur, who alone may bring two files together."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.personnes.models import Personne
from marketplace.personnes.queries.fiches import referents
from marketplace.territoire.queries import noms_des_communes


@dataclass(frozen=True, slots=True)
class FicheJumelle:
    """One of the files that bear the same name and birth date."""

    id: int
    ref: str
    nom_complet: str
    date_naissance: date | None
    commune: str
    telephone: str
    referents: str
    cree_le: datetime


def doublons(s: Session, territoire_id: int, jour: date) -> tuple[tuple[FicheJumelle, ...], ...]:
    """Groups of files that may be one person's, the oldest file first in each. Constant number of queries."""
    vivantes = (Personne.territoire_id == territoire_id, Personne.anonymisee_le.is_(None))
    repetees = (
        select(Personne.empreinte)
        .where(*vivantes, Personne.empreinte.is_not(None))
        .group_by(Personne.empreinte)
        .having(func.count() > 1)
    )
    personnes = list(
        s.scalars(
            select(Personne).where(*vivantes, Personne.empreinte.in_(repetees)).order_by(Personne.cree_le, Personne.id)
        )
    )
    suivis = referents(s, [p.id for p in personnes], jour)
    communes = noms_des_communes(s, {p.code_insee for p in personnes if p.code_insee})
    groupes: dict[str, list[FicheJumelle]] = defaultdict(list)
    for p in personnes:
        groupes[p.empreinte or ""].append(
            FicheJumelle(
                p.id,
                p.ref,
                f"{p.prenom} {p.nom}",
                p.date_naissance,
                communes.get(p.code_insee or "", ""),
                p.telephone,
                ", ".join(f"{r.nom} ({r.organisation})" for r in suivis.get(p.id, ())),
                p.cree_le,
            )
        )
    return tuple(tuple(groupe) for groupe in groupes.values())
