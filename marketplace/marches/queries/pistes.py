"""Published marchés that wait to be qualified."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.marches.models import EtatPiste, MarcheDecp
from marketplace.metiers.models import Cpv

PAR_PAGE = 25


@dataclass(frozen=True, slots=True)
class PisteVue:
    """A published marché with a social clause."""

    id: int
    identifiant: str
    objet: str
    acheteur: str
    montant: Decimal | None
    notifie_le: date
    duree_mois: int | None
    cpv: str | None
    cpv_libelle: str | None
    titulaires: tuple[str, ...]
    considerations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PagePistes:
    """One page of pistes."""

    lignes: tuple[PisteVue, ...]
    total: int
    page: int
    pages: int


def nombre_de_pistes(s: Session, territoire_id: int) -> int:
    """How many wait."""
    return (
        s.scalar(
            select(func.count()).where(
                MarcheDecp.territoire_id == territoire_id, MarcheDecp.piste == EtatPiste.A_QUALIFIER
            )
        )
        or 0
    )


def _acheteurs(s: Session, territoire_id: int) -> dict[str, str]:
    """Name of each buyer of the portfolio by SIREN."""
    lignes: Any = s.execute(
        select(Organisation.siret, Organisation.nom)
        .where(
            Organisation.territoire_id == territoire_id,
            Organisation.type == TypeOrganisation.ACHETEUR,
            Organisation.siret.is_not(None),
        )
        .order_by(Organisation.id.desc())
    )
    return {siret[:9]: nom for siret, nom in lignes}


def pistes_a_qualifier(s: Session, territoire_id: int, page: int = 1) -> PagePistes:
    """A page of them, newest first. Three queries."""
    total = nombre_de_pistes(s, territoire_id)
    pages = max(1, -(-total // PAR_PAGE))
    page = min(max(1, page), pages)
    noms = _acheteurs(s, territoire_id)
    lignes = s.execute(
        select(MarcheDecp, Cpv.libelle)
        .outerjoin(Cpv, Cpv.code == MarcheDecp.cpv)
        .where(MarcheDecp.territoire_id == territoire_id, MarcheDecp.piste == EtatPiste.A_QUALIFIER)
        .order_by(MarcheDecp.notifie_le.desc(), MarcheDecp.id.desc())
        .limit(PAR_PAGE)
        .offset((page - 1) * PAR_PAGE)
    )
    return PagePistes(
        tuple(
            PisteVue(
                p.id,
                p.identifiant,
                p.objet,
                noms.get(p.acheteur_siret[:9], p.acheteur_siret),
                p.montant,
                p.notifie_le,
                p.duree_mois,
                p.cpv,
                libelle,
                tuple(t["nom"] or t["id"] for t in p.titulaires),
                tuple(p.considerations),
            )
            for p, libelle in lignes
        ),
        total,
        page,
        pages,
    )
