"""The salariés a structure prepares the next job of: its own, in the last six months of contrat or of PASS.

Leaving the IAE well is the work of its CIP. Nothing here reads a status: a name, a job, two dates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Row, ScalarSelect, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.comptes.roles import Acteur
from marketplace.erreurs import Introuvable
from marketplace.heures.models import Contrat
from marketplace.offres.models import Offre
from marketplace.personnes.models import PassIAE, Personne
from marketplace.personnes.queries.classement import profils_de_classement
from marketplace.propositions.models import Proposition
from marketplace.propositions.rules import LIBELLES_PROPOSANT
from marketplace.valeurs import ajouter_mois

MOIS = 6
"""Last months of a contrat or of a PASS in which a structure proposes its own salarié elsewhere."""

STRUCTURES = frozenset(
    {
        TypeOrganisation.EI,
        TypeOrganisation.ETTI,
        TypeOrganisation.AI,
        TypeOrganisation.ACI,
        TypeOrganisation.EITI,
        TypeOrganisation.GEIQ,
    }
)
"""SIAE and GEIQ: those whose work is to lead their salariés to a next job."""


@dataclass(frozen=True, slots=True)
class SalarieEnFin:
    """One salarié, with what ends and when. `fin_parcours` is the end of the PASS, when one was read."""

    personne_ref: str
    prenom: str
    nom: str
    poste: str
    fin_contrat: date | None
    fin_parcours: date | None
    informee: bool
    retiree: bool
    propositions: tuple[tuple[str, str, str], ...]
    """(reference, offre, state) of those this structure made."""


def accompagne_les_sorties(s: Session, acteur: Acteur) -> bool:
    """Whether this employer is a SIAE or a GEIQ."""
    if acteur.organisation_id is None:
        return False
    return s.get_one(Organisation, acteur.organisation_id).type in STRUCTURES


def _fin_de_parcours() -> ScalarSelect[date]:
    """End of the last PASS read, for the person of the outer query."""
    return (
        select(PassIAE.fin)
        .where(PassIAE.personne_id == Personne.id)
        .order_by(PassIAE.releve_le.desc(), PassIAE.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _requete(organisation_id: int, jour: date) -> Select[Personne, Contrat, date | None]:
    limite, parcours = ajouter_mois(jour, MOIS), _fin_de_parcours()
    en_cours = and_(Contrat.debut <= jour, or_(Contrat.fin.is_(None), Contrat.fin >= jour))
    finit = or_(Contrat.fin <= limite, and_(parcours >= jour, parcours <= limite))
    return (
        select(Personne, Contrat, parcours)
        .join(Contrat, Contrat.personne_id == Personne.id)
        .where(Contrat.employeur_id == organisation_id, en_cours, finit, Personne.anonymisee_le.is_(None))
    )


def salaries_en_fin(s: Session, acteur: Acteur, jour: date) -> tuple[SalarieEnFin, ...]:
    """Those of this structure, the nearest end first. Raises Introuvable for any other kind of employer."""
    organisation_id = _structure(s, acteur)
    lus: dict[int, Row[Personne, Contrat, date | None]] = {}
    for ligne in s.execute(_requete(organisation_id, jour).order_by(Contrat.fin.desc().nulls_first(), Contrat.id)):
        lus.setdefault(ligne[0].id, ligne)
    faites = _propositions(s, organisation_id, list(lus))
    informees = {p.id for p in profils_de_classement(s, acteur.territoire_id, list(lus))}
    vus = [
        SalarieEnFin(
            personne_ref=personne.ref,
            prenom=personne.prenom,
            nom=personne.nom,
            poste=contrat.poste,
            fin_contrat=contrat.fin,
            fin_parcours=parcours,
            informee=personne.id in informees,
            retiree=personne.retiree_le is not None,
            propositions=faites.get(personne.id, ()),
        )
        for personne, contrat, parcours in lus.values()
    ]
    return tuple(sorted(vus, key=lambda v: (_fin(v), v.nom, v.prenom)))


def _fin(v: SalarieEnFin) -> date:
    return min(d for d in (v.fin_contrat, v.fin_parcours, date.max) if d is not None)


def _propositions(
    s: Session, organisation_id: int, personnes: Sequence[int]
) -> dict[int, tuple[tuple[str, str, str], ...]]:
    faites: dict[int, tuple[tuple[str, str, str], ...]] = {}
    for personne_id, ref, intitule, etat in s.execute(
        select(Proposition.personne_id, Proposition.ref, Offre.intitule, Proposition.etat)
        .join(Offre, Offre.id == Proposition.offre_id)
        .where(Proposition.presentee_par_id == organisation_id, Proposition.personne_id.in_(list(personnes)))
        .order_by(Proposition.id.desc())
    ):
        faites[personne_id] = (*faites.get(personne_id, ()), (ref, intitule, LIBELLES_PROPOSANT[etat]))
    return faites


def compter_salaries_en_fin(s: Session, acteur: Acteur, jour: date) -> int:
    """How many, without reading anybody's name."""
    if acteur.organisation_id is None or not accompagne_les_sorties(s, acteur):
        return 0
    ids = _requete(acteur.organisation_id, jour).with_only_columns(Personne.id).distinct().subquery()
    return s.scalar(select(func.count()).select_from(ids)) or 0


def salarie_du_perimetre(s: Session, acteur: Acteur, ref: str, jour: date) -> tuple[Personne, Contrat]:
    """The salarié of that reference, this structure's own and in her last six months. Raises Introuvable otherwise."""
    organisation_id = _structure(s, acteur)
    trouves = s.execute(
        _requete(organisation_id, jour)
        .where(Personne.ref == ref, Personne.territoire_id == acteur.territoire_id)
        .order_by(Contrat.fin.desc().nulls_first(), Contrat.id)
    ).first()
    if trouves is None:
        raise Introuvable()
    return trouves[0], trouves[1]


def _structure(s: Session, acteur: Acteur) -> int:
    organisation_id = acteur.organisation_id
    if organisation_id is None:
        raise Introuvable()
    exiger(acteur, Action.PREPARER_SUITE, Portee(acteur.territoire_id, frozenset({organisation_id})))
    if not accompagne_les_sorties(s, acteur):
        raise Introuvable()
    return organisation_id
