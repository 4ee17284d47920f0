"""Those a firm named to declare for it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.heures.acces import delegation_en_vigueur
from marketplace.heures.models import Contrat, Delegation
from marketplace.marches.models import Marche


@dataclass(frozen=True, slots=True)
class DelegueVu:
    """One delegate; no marché means all of them."""

    id: int
    nom: str
    fonction: str
    courriel: str
    depuis: date
    jusqu_au: date | None
    marches: tuple[str, ...]


def delegues_de(s: Session, organisation_id: int, jour: date) -> tuple[DelegueVu, ...]:
    """The delegates of a firm on that day, by name."""
    par_adresse: defaultdict[str, list[tuple[Delegation, str | None]]] = defaultdict(list)
    for delegation, marche in s.execute(
        select(Delegation, Marche.intitule)
        .outerjoin(Marche, Marche.id == Delegation.marche_id)
        .where(Delegation.organisation_id == organisation_id, delegation_en_vigueur(jour))
        .order_by(Delegation.nom, Delegation.id)
    ):
        par_adresse[delegation.courriel].append((delegation, marche))
    return tuple(
        DelegueVu(
            id=siennes[0][0].id,
            nom=siennes[0][0].nom,
            fonction=siennes[0][0].fonction,
            courriel=adresse,
            depuis=siennes[0][0].depuis,
            jusqu_au=siennes[0][0].jusqu_au,
            marches=tuple(m for _, m in siennes if m is not None),
        )
        for adresse, siennes in par_adresse.items()
    )


def marches_delegables(s: Session, organisation_id: int) -> tuple[tuple[str, str], ...]:
    """(reference, title) of the marchés the firm declares hours for."""
    lignes = s.execute(
        select(Marche.ref, Marche.intitule)
        .join(Contrat, Contrat.marche_id == Marche.id)
        .where(Contrat.employeur_id == organisation_id)
        .distinct()
        .order_by(Marche.intitule)
    )
    return tuple((ref, intitule) for ref, intitule in lignes)
