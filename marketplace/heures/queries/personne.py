"""The contrats of one person under a clause, for her own page and her référent's (N5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, aliased

from marketplace.comptes.models import Organisation
from marketplace.heures.libelles import MODALITES
from marketplace.heures.models import (
    Contrat,
    DecisionLigne,
    Declaration,
    EtatDeclaration,
    EtatLigne,
    LigneHeures,
    LigneReprise,
)
from marketplace.heures.queries.employeur import heures_par_contrat
from marketplace.marches.models import Marche
from marketplace.personnes.models import Validation


@dataclass(frozen=True, slots=True)
class ContratDePersonne:
    """One contrat: who employs, for which marché and buyer, from when to when, hours counted so far."""

    ref: str
    employeur: str
    poste: str
    marche: str
    acheteur: str
    debut: date
    fin: date | None
    heures: Decimal
    en_cours: bool
    modalite: str


def contrats_de_la_personne(s: Session, personne_id: int, jour: date) -> tuple[ContratDePersonne, ...]:
    """Her contrats, the newest first."""
    acheteur = aliased(Organisation)
    requete = (
        select(Contrat, Organisation.nom, Marche.intitule, acheteur.nom)
        .join(Organisation, Organisation.id == Contrat.employeur_id)
        .outerjoin(Marche, Marche.id == Contrat.marche_id)
        .outerjoin(acheteur, acheteur.id == Marche.acheteur_id)
        .where(Contrat.personne_id == personne_id)
        .order_by(Contrat.debut.desc(), Contrat.id.desc())
    )
    lignes = s.execute(requete).all()
    heures = heures_par_contrat(s, [c.id for c, *_ in lignes])
    return tuple(
        ContratDePersonne(
            c.ref,
            employeur,
            c.poste,
            marche or "",
            nom_acheteur or "",
            c.debut,
            c.fin,
            heures.get(c.id, Decimal(0)),
            c.debut <= jour and (c.fin is None or c.fin >= jour),
            MODALITES[c.modalite],
        )
        for c, employeur, marche, nom_acheteur in lignes
    )


def fins_de_contrat(
    s: Session, personne_ids: frozenset[int], jour: date, avant: date
) -> tuple[tuple[int, str, str, date], ...]:
    """(person, employer, job, last day) of contrats of these people that end between `jour` and `avant` (N22)."""
    requete = (
        select(Contrat.personne_id, Organisation.nom, Contrat.poste, Contrat.fin)
        .join(Organisation, Organisation.id == Contrat.employeur_id)
        .where(
            Contrat.personne_id.in_(personne_ids),
            Contrat.fin.is_not(None),
            Contrat.fin.between(jour, avant),
            Contrat.debut <= jour,
        )
        .order_by(Contrat.fin, Contrat.id)
    )
    return tuple((numero, employeur, poste, fin) for numero, employeur, poste, fin in s.execute(requete) if fin)


def validations_suivies_d_un_contrat(s: Session, employeur_id: int | None) -> frozenset[str]:
    """References of the validations from which this employer already wrote a contrat."""
    requete = (
        select(Validation.ref)
        .join(Contrat, Contrat.validation_id == Validation.id)
        .where(Contrat.employeur_id == employeur_id)
    )
    return frozenset(s.scalars(requete))


@dataclass(frozen=True, slots=True)
class MoisDePersonne:
    """Hours of one month on one marché: declared (worked and training), and counted once validated."""

    mois: date
    marche: str
    employeur: str
    declarees: Decimal
    comptees: Decimal


def heures_de_la_personne(s: Session, personne_id: int) -> tuple[MoisDePersonne, ...]:
    """Her hours, month by month, the newest first. Corrections are in the sums, hours done before the product too."""
    comptee = case(
        (
            (DecisionLigne.etat == EtatLigne.COMPTEE) & (Declaration.etat == EtatDeclaration.VALIDEE),
            DecisionLigne.creditees,
        ),
        else_=0,
    )
    requete = (
        select(
            LigneHeures.mois,
            Marche.intitule,
            Organisation.nom,
            func.sum(LigneHeures.travaillees),
            func.sum(LigneHeures.formation),
            func.sum(comptee),
        )
        .join(Contrat, Contrat.id == LigneHeures.contrat_id)
        .join(Declaration, Declaration.id == LigneHeures.declaration_id)
        .join(Marche, Marche.id == LigneHeures.marche_id)
        .join(Organisation, Organisation.id == Contrat.employeur_id)
        .outerjoin(DecisionLigne, (DecisionLigne.ligne_id == LigneHeures.id) & DecisionLigne.en_vigueur.is_(True))
        .where(Contrat.personne_id == personne_id)
        .group_by(LigneHeures.mois, Marche.intitule, Organisation.nom)
        .order_by(LigneHeures.mois.desc(), Marche.intitule)
    )
    declarees = [
        MoisDePersonne(
            mois, marche, employeur, Decimal(travaillees or 0) + Decimal(formation or 0), Decimal(comptees or 0)
        )
        for mois, marche, employeur, travaillees, formation, comptees in s.execute(requete)
    ]
    return tuple(sorted([*declarees, *_heures_reprises(s, personne_id)], key=lambda m: (-m.mois.toordinal(), m.marche)))


def _heures_reprises(s: Session, personne_id: int) -> list[MoisDePersonne]:
    """Her hours done before the product, as the workbook of the takeover gave them."""
    requete = (
        select(LigneReprise.mois, Marche.intitule, Organisation.nom, func.sum(LigneReprise.heures))
        .join(Marche, Marche.id == LigneReprise.marche_id)
        .outerjoin(Organisation, Organisation.id == LigneReprise.employeur_id)
        .where(LigneReprise.personne_id == personne_id, LigneReprise.annulee.is_(False))
        .group_by(LigneReprise.mois, Marche.intitule, Organisation.nom)
    )
    return [
        MoisDePersonne(mois, marche, employeur or "", heures, heures)
        for mois, marche, employeur, heures in s.execute(requete)
    ]


def annees_reprises(s: Session, personne_id: int) -> list[tuple[date, date]]:
    """The periods of her hours done before the product: (first day of the month, last month)."""
    requete = select(LigneReprise.depuis, LigneReprise.mois).where(
        LigneReprise.personne_id == personne_id, LigneReprise.annulee.is_(False)
    )
    return [(depuis or mois, mois) for depuis, mois in s.execute(requete)]
