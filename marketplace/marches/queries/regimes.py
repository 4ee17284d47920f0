"""The legal regime of a marché, the register of derogations, and the indicators by buyer and year (R6, R7, N11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import STRUCTURES_INSERTION, Organisation, TypeOrganisation
from marketplace.contexte import PARIS
from marketplace.marches.models import Clause, Marche, RegimeMarche
from marketplace.marches.rules.considerations import Levier
from marketplace.marches.rules.etats import EtatMarche
from marketplace.marches.rules.regime import (
    Derogation,
    Indicateur,
    NatureMarche,
    Regime,
    Reservation,
    TypeAcheteur,
    part_analysee,
    part_sociale,
    regime_applicable,
    seuil_europeen,
)

LIBELLES_DEROGATION = {
    Derogation.SOLUTION_DISPONIBLE: "Le besoin est couvert par une solution immédiatement disponible",
    Derogation.SANS_LIEN: "Pas de lien suffisant avec l'objet du marché",
    Derogation.CONCURRENCE: "La concurrence serait restreinte, ou l'exécution trop difficile",
    Derogation.TRAVAUX_COURTS: "Travaux de moins de six mois",
}
LIBELLES_RESERVATION = {
    Reservation.HANDICAP: "Structures du handicap (EA, ESAT)",
    Reservation.INSERTION: "Structures d'insertion (SIAE)",
    Reservation.HANDICAP_ET_INSERTION: "Handicap et insertion",
    Reservation.PENITENTIAIRE: "Travail en détention",
    Reservation.ESS: "Économie sociale et solidaire",
}
LIBELLES_ACHETEUR = {
    TypeAcheteur.ETAT: "État, autorité centrale",
    TypeAcheteur.AUTRE_POUVOIR: "Collectivité ou autre pouvoir adjudicateur",
    TypeAcheteur.ENTITE: "Entité adjudicatrice (eau, énergie, transports)",
    TypeAcheteur.PRIVE: "Acheteur privé",
}


@dataclass(frozen=True, slots=True)
class RegimeVu:
    """What was recorded of a marché, and what the law asks of it; `regime` is None while something is unknown."""

    type_acheteur: TypeAcheteur
    valeur_estimee_ht: Decimal | None
    consultation_le: date | None
    defense_securite: bool
    leviers: tuple[str, ...]
    reservation: Reservation | None
    derogation: Derogation | None
    motivation: str
    part_publics: Decimal | None
    decide_le: date
    regime: Regime | None
    seuil: Decimal | None


@dataclass(frozen=True, slots=True)
class LigneDerogation:
    """One line of the register."""

    ref: str
    intitule: str
    acheteur: str
    nature: NatureMarche
    valeur_estimee_ht: Decimal | None
    derogation: Derogation
    libelle: str
    motivation: str
    decide_le: date


@dataclass(frozen=True, slots=True)
class IndicateursAcheteur:
    """One buyer, one year. Amounts in € HT. `acheteur` is empty for the sum of all.

    `clauses`, `criteres`, `reserves`, `insertions`: notified contracts by lever (R4); one may have several.
    """

    acheteur: str
    notifies: int
    avec_consideration: int
    montant_avec_consideration: Decimal
    heures_prevues: Decimal
    montant_structures: Decimal
    sociale: Indicateur
    analysee: Indicateur
    clauses: int
    criteres: int
    reserves: int
    insertions: int
    derogations: int


def regime_du_marche(s: Session, marche_id: int, nature: NatureMarche) -> RegimeVu | None:
    """What was recorded; None when nobody studied it yet."""
    r = s.get(RegimeMarche, marche_id)
    if r is None:
        return None
    regime, seuil = None, None
    if r.consultation_le is not None:
        seuil = seuil_europeen(r.type_acheteur, nature, r.consultation_le)
        if r.valeur_estimee_ht is not None:
            regime = regime_applicable(
                r.type_acheteur,
                nature,
                r.valeur_estimee_ht,
                r.consultation_le,
                defense_securite=r.defense_securite,
            )
    return RegimeVu(
        r.type_acheteur,
        r.valeur_estimee_ht,
        r.consultation_le,
        r.defense_securite,
        tuple(r.leviers),
        r.reservation,
        r.derogation,
        r.motivation,
        r.part_publics,
        r.decide_le,
        regime,
        seuil,
    )


def registre_des_derogations(s: Session, territoire_id: int) -> tuple[LigneDerogation, ...]:
    """Every derogation of a territory, newest first. One query."""
    lignes = s.execute(
        select(RegimeMarche, Marche.ref, Marche.intitule, Marche.nature, Organisation.nom)
        .join(Marche, Marche.id == RegimeMarche.marche_id)
        .join(Organisation, Organisation.id == Marche.acheteur_id)
        .where(Marche.territoire_id == territoire_id, RegimeMarche.derogation.is_not(None))
        .order_by(RegimeMarche.decide_le.desc(), Marche.id.desc())
    )
    return tuple(
        LigneDerogation(
            ref,
            intitule,
            acheteur,
            nature,
            r.valeur_estimee_ht,
            r.derogation,
            LIBELLES_DEROGATION[r.derogation],
            r.motivation,
            r.decide_le,
        )
        for r, ref, intitule, nature, acheteur in lignes
        if r.derogation is not None
    )


ANALYSES = tuple(e for e in EtatMarche if e is not EtatMarche.A_ETUDIER)
"""A marché that left « à étudier » did so with a decision and its reason (N11)."""


def _lignes(s: Session, territoire_id: int, annee: int) -> list[Any]:
    """What the indicators count, of the marchés notified or entered that year. One query."""
    debut, fin = date(annee, 1, 1), date(annee, 12, 31)
    depuis, jusqu_a = datetime(annee, 1, 1, tzinfo=PARIS), datetime(annee + 1, 1, 1, tzinfo=PARIS)
    requete = (
        select(
            Organisation.id.label("acheteur_id"),
            Organisation.nom,
            Marche.etat,
            Marche.date_notification,
            Marche.montant_ht,
            Clause.heures_prevues,
            RegimeMarche.leviers,
            RegimeMarche.reservation,
            RegimeMarche.derogation,
            Marche.titulaire_id,
        )
        .join(Organisation, Organisation.id == Marche.acheteur_id)
        .outerjoin(Clause, and_(Clause.marche_id == Marche.id, Clause.remplacee_le.is_(None)))
        .outerjoin(RegimeMarche, RegimeMarche.marche_id == Marche.id)
        .where(
            Marche.territoire_id == territoire_id,
            or_(
                Marche.date_notification.between(debut, fin),
                and_(Marche.date_notification.is_(None), Marche.cree_le >= depuis, Marche.cree_le < jusqu_a),
            ),
        )
    )
    return list(s.execute(requete))


def indicateurs(s: Session, territoire_id: int, annee: int) -> tuple[IndicateursAcheteur, ...]:
    """Indicators of each buyer for a year, the sum of all first; ready for a SPASER report. Two queries."""
    types: tuple[TypeOrganisation, ...] = tuple(STRUCTURES_INSERTION)
    structures = set(
        s.scalars(
            select(Organisation.id).where(Organisation.territoire_id == territoire_id, Organisation.type.in_(types))
        )
    )
    # By buyer, not by name: two bodies may be called the same.
    par_acheteur: dict[tuple[str, int], list[Any]] = {("", 0): []}
    for ligne in _lignes(s, territoire_id, annee):
        par_acheteur["", 0].append(ligne)
        par_acheteur.setdefault((ligne.nom, ligne.acheteur_id), []).append(ligne)
    return tuple(
        _indicateurs(nom, lignes, structures, date(annee, 12, 31)) for (nom, _), lignes in sorted(par_acheteur.items())
    )


def _indicateurs(nom: str, lignes: list[Any], structures: set[int], le: date) -> IndicateursAcheteur:
    notifies = [li for li in lignes if li.date_notification is not None]
    sociaux = [li for li in notifies if li.leviers or li.heures_prevues]
    decides = [li for li in lignes if li.etat in ANALYSES or li.leviers or li.derogation is not None]
    zero = Decimal(0)

    def portent(levier: Levier) -> int:
        return sum(levier in (li.leviers or ()) for li in notifies)

    return IndicateursAcheteur(
        nom,
        len(notifies),
        len(sociaux),
        sum((li.montant_ht or zero for li in sociaux), zero),
        sum((li.heures_prevues or zero for li in sociaux), zero),
        sum((li.montant_ht or zero for li in notifies if li.titulaire_id in structures), zero),
        part_sociale(len(sociaux), len(notifies), le),
        part_analysee(len(decides), len(lignes)),
        sum(bool(li.heures_prevues) or Levier.CONDITION_EXECUTION in (li.leviers or ()) for li in notifies),
        portent(Levier.CRITERE_ATTRIBUTION),
        sum(li.reservation is not None or Levier.MARCHE_RESERVE in (li.leviers or ()) for li in notifies),
        portent(Levier.OBJET_INSERTION),
        sum(li.derogation is not None for li in lignes),
    )
