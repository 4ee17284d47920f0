"""How the hours of a contrat are shared, and those that passed from a marché to another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from marketplace.heures.models import ClePartage, Contrat, LigneHeures, PartCle, Reaffectation
from marketplace.marches.models import Marche
from marketplace.valeurs import premier_du_mois


@dataclass(frozen=True, slots=True)
class PartVue:
    """The share of one marché, in percent, with its agreement."""

    marche_ref: str
    marche: str
    pourcentage: Decimal
    accord_par: str
    accord_le: date


@dataclass(frozen=True, slots=True)
class CleVue:
    """One dated key; no part means that the sharing ended."""

    a_partir_du: date
    motif: str
    parts: tuple[PartVue, ...]
    en_vigueur: bool


def cles_du_contrat(s: Session, contrat_ref: str, territoire_id: int, jour: date) -> tuple[CleVue, ...]:
    """The keys of a contrat, the latest first. One query."""
    requete = (
        select(ClePartage, PartCle, Marche.ref, Marche.intitule)
        .join(Contrat, Contrat.id == ClePartage.contrat_id)
        .outerjoin(PartCle, PartCle.cle_id == ClePartage.id)
        .outerjoin(Marche, Marche.id == PartCle.marche_id)
        .where(Contrat.ref == contrat_ref, Contrat.territoire_id == territoire_id)
        .order_by(ClePartage.a_partir_du.desc(), PartCle.part.desc(), PartCle.id)
    )
    parts: dict[int, list[PartVue]] = {}
    cles: dict[int, ClePartage] = {}
    for cle, part, ref, intitule in s.execute(requete):
        cles[cle.id] = cle
        siennes = parts.setdefault(cle.id, [])
        if part is not None:
            siennes.append(PartVue(ref, intitule, part.part * 100, part.accord_par, part.accord_le))
    mois = premier_du_mois(jour)
    actuelle = next((c.id for c in cles.values() if c.a_partir_du <= mois), None)
    return tuple(CleVue(c.a_partir_du, c.motif, tuple(parts[c.id]), c.id == actuelle) for c in cles.values())


@dataclass(frozen=True, slots=True)
class ReaffectationVue:
    """Hours that came or went, for the page of a marché."""

    quand: date
    mois: date
    heures: Decimal
    recues: bool
    autre_ref: str
    autre: str
    motif: str
    accords: str


def reaffectations_du_marche(s: Session, marche_id: int) -> tuple[ReaffectationVue, ...]:
    """Hours moved from or to a marché, the latest first. One query."""
    de, vers = aliased(Marche), aliased(Marche)
    requete = (
        select(Reaffectation, LigneHeures.mois, de.ref, de.intitule, vers.ref, vers.intitule)
        .join(LigneHeures, LigneHeures.id == Reaffectation.ligne_id)
        .join(de, de.id == Reaffectation.de_marche_id)
        .join(vers, vers.id == Reaffectation.vers_marche_id)
        .where(or_(Reaffectation.de_marche_id == marche_id, Reaffectation.vers_marche_id == marche_id))
        .order_by(Reaffectation.id.desc())
    )
    vues = []
    for r, mois, de_ref, de_nom, vers_ref, vers_nom in s.execute(requete):
        recues = r.vers_marche_id == marche_id
        vues.append(
            ReaffectationVue(
                r.quand.date(),
                mois,
                r.travaillees + r.formation,
                recues,
                de_ref if recues else vers_ref,
                de_nom if recues else vers_nom,
                r.motif,
                f"{r.accord_de_par} et {r.accord_vers_par}",
            )
        )
    return tuple(vues)
