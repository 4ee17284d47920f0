"""How many marchés of a list each value of a filter would leave."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func
from sqlalchemy.orm import Session

from marketplace.marches.models import Marche
from marketplace.marches.queries.liste import Acheteur, FiltresMarches, lignes_filtrees


@dataclass(frozen=True, slots=True)
class CompteFacette:
    """One value of a filter: what the address carries, what is read, how many marchés."""

    code: str
    libelle: str
    nombre: int


def comptes_du_registre(s: Session, territoire_id: int, f: FiltresMarches) -> dict[str, tuple[CompteFacette, ...]]:
    """By state, sector and buyer, each counted as if its own filter were not set. Three queries."""
    return {
        "etat": _compter(s, territoire_id, replace(f, etats=()), Marche.etat, Marche.etat),
        "secteur": _compter(s, territoire_id, replace(f, secteur=""), Marche.secteur, Marche.secteur),
        "acheteur": _compter(s, territoire_id, replace(f, acheteur_ref=""), Acheteur.ref, Acheteur.nom),
    }


def _compter(s: Session, territoire_id: int, f: FiltresMarches, code: Any, libelle: Any) -> tuple[CompteFacette, ...]:
    requete = (
        lignes_filtrees(territoire_id, f)
        .with_only_columns(code, libelle, func.count(Marche.id), maintain_column_froms=True)
        .group_by(*dict.fromkeys((code, libelle)))
    )
    lues = [CompteFacette(str(c), str(li), n) for c, li, n in s.execute(requete)]
    return tuple(sorted(lues, key=lambda v: (-v.nombre, v.libelle)))
