"""What the law asks of a buyer: mandatory social condition (R2), reservations (R5), SPASER (R6), indicators (R7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from marketplace.erreurs import RegleViolee
from marketplace.valeurs import Bareme, Valeur, arrondir

ENTREE_EN_VIGUEUR = date(2026, 8, 22)
"""L2112-2-1 CCP (law of 22 August 2021, art. 35): consultations started or notices sent from that day."""


class NatureMarche(StrEnum):
    """Nature of the contract."""

    TRAVAUX = "travaux"
    FOURNITURES = "fournitures"
    SERVICES = "services"
    CONCESSION = "concession"


class TypeAcheteur(StrEnum):
    """Kind of buyer, as the European thresholds tell them apart."""

    ETAT = "etat"
    AUTRE_POUVOIR = "autre_pouvoir_adjudicateur"
    ENTITE = "entite_adjudicatrice"
    PRIVE = "prive"


_SOURCE_24 = "seuils européens 2024-2025"
_SOURCE_26 = "seuils européens 2026-2027, à vérifier"


def _seuil(avant: int, apres: int) -> Bareme[Decimal]:
    return Bareme(
        Valeur(Decimal(avant), date(2024, 1, 1), _SOURCE_24),
        Valeur(Decimal(apres), date(2026, 1, 1), _SOURCE_26),
    )


SEUIL_TRAVAUX = _seuil(5_538_000, 5_404_000)
SEUIL_SERVICES: Mapping[TypeAcheteur, Bareme[Decimal]] = {
    TypeAcheteur.ETAT: _seuil(143_000, 140_000),
    TypeAcheteur.AUTRE_POUVOIR: _seuil(221_000, 216_000),
    TypeAcheteur.ENTITE: _seuil(443_000, 432_000),
}


def seuil_europeen(acheteur: TypeAcheteur, nature: NatureMarche, le: date) -> Decimal | None:
    """Threshold in € HT on that day, None for a private buyer: works and concessions share one."""
    if acheteur == TypeAcheteur.PRIVE:
        return None
    if nature in {NatureMarche.TRAVAUX, NatureMarche.CONCESSION}:
        return SEUIL_TRAVAUX.au(le)
    return SEUIL_SERVICES[acheteur].au(le)


class Regime(StrEnum):
    """Whether the contract must carry a social condition."""

    OBLIGATOIRE = "obligatoire"
    FACULTATIF = "facultatif"


class Derogation(StrEnum):
    """The four reasons of L2112-2-1; wording to be checked."""

    SOLUTION_DISPONIBLE = "solution_immediatement_disponible"
    SANS_LIEN = "sans_lien_suffisant_avec_l_objet"
    CONCURRENCE = "concurrence_ou_execution_difficile"
    TRAVAUX_COURTS = "travaux_de_moins_de_six_mois"


def regime_applicable(
    acheteur: TypeAcheteur,
    nature: NatureMarche,
    valeur_estimee_ht: Decimal,
    consultation_le: date,
    *,
    defense_securite: bool = False,
) -> Regime:
    """Mandatory from 22 August 2026, at or above the European threshold, outside defence and security (R2, T8)."""
    seuil = seuil_europeen(acheteur, nature, consultation_le)
    obligatoire = (
        consultation_le >= ENTREE_EN_VIGUEUR
        and seuil is not None
        and valeur_estimee_ht >= seuil
        and not defense_securite
    )
    return Regime.OBLIGATOIRE if obligatoire else Regime.FACULTATIF


def verifier_regime(
    regime: Regime,
    nature: NatureMarche,
    *,
    a_une_condition_sociale: bool,
    derogation: Derogation | None = None,
    motivation: str = "",
) -> None:
    """Refuse a mandatory contract with neither condition nor documented derogation (R2). Raises RegleViolee.

    A derogation is checked even when the regime is optional: what is recorded in the register must be true.
    """
    if derogation is not None:
        if derogation == Derogation.TRAVAUX_COURTS and nature != NatureMarche.TRAVAUX:
            raise RegleViolee("Cette dérogation ne vaut que pour des travaux.", champ="derogation")
        if not motivation.strip():
            raise RegleViolee("Écrivez pourquoi cette dérogation s'applique.", champ="motivation")
    elif regime == Regime.OBLIGATOIRE and not a_une_condition_sociale:
        raise RegleViolee(
            "Ce contrat dépasse le seuil européen : il lui faut une condition sociale, ou une dérogation motivée.",
            champ="considerations",
        )


# --- reservations ----------------------------------------------------------------------------------------------


class Reservation(StrEnum):
    """For whom a marché or a lot may be reserved (R5)."""

    HANDICAP = "handicap"
    INSERTION = "insertion"
    HANDICAP_ET_INSERTION = "handicap_et_insertion"
    PENITENTIAIRE = "penitentiaire"
    ESS = "ess"


ARTICLES: Mapping[Reservation, str] = {
    Reservation.HANDICAP: "L2113-12",
    Reservation.INSERTION: "L2113-13",
    Reservation.HANDICAP_ET_INSERTION: "L2113-12 et L2113-13",
    Reservation.PENITENTIAIRE: "L2113-13-1",
    Reservation.ESS: "L2113-15",
}

PART_RESERVE_MIN = Decimal("0.50")
"""R2113-7: least share of disabled or disadvantaged workers."""

_HANDICAP = frozenset({"ea", "eatt", "esat"})
_INSERTION = frozenset({"ei", "etti", "ai", "aci", "eiti"})
_ADMISES: Mapping[Reservation, frozenset[str]] = {
    Reservation.HANDICAP: _HANDICAP,
    Reservation.INSERTION: _INSERTION,
    Reservation.HANDICAP_ET_INSERTION: _HANDICAP | _INSERTION,
    Reservation.PENITENTIAIRE: frozenset({"sep"}),
}


def verifier_titulaire_reserve(
    reservation: Reservation, type_structure: str, part_publics: Decimal | None
) -> tuple[str, ...]:
    """Warnings about a structure that would hold a reserved contract (R5); empty when it may.

    Raises RegleViolee when its share of workers concerned (0 to 1) is known and under 50 %. The list of kinds is a
    warning only: an organisation may hold an approval its usual kind does not show.
    """
    avec_part = reservation not in {Reservation.ESS, Reservation.PENITENTIAIRE}
    if avec_part and part_publics is not None and part_publics < PART_RESERVE_MIN:
        raise RegleViolee(
            "Un marché réservé demande au moins 50 % de travailleurs concernés dans la structure.",
            champ="part_publics",
        )
    avertissements: list[str] = []
    admises = _ADMISES.get(reservation)
    if admises is not None and type_structure not in admises:
        avertissements.append(
            f"L'article {ARTICLES[reservation]} ne cite pas ce type de structure : vérifiez avant d'attribuer."
        )
    if avec_part and part_publics is None:
        avertissements.append("La part de travailleurs concernés n'est pas connue : demandez-la (50 % au moins).")
    return tuple(avertissements)


# --- SPASER and indicators -------------------------------------------------------------------------------------

SEUIL_SPASER: Bareme[Decimal] = Bareme(
    Valeur(Decimal(100_000_000), date(2015, 1, 1), "décret 2015-90"),
    Valeur(Decimal(50_000_000), date(2023, 1, 1), "décret 2022-767"),
)
CIBLE_SOCIALE: Bareme[Decimal] = Bareme(
    Valeur(Decimal(30), date(2022, 1, 1), "plan national pour des achats durables 2022-2025"),
)
SEUIL_ACHAT_DIRECT: Bareme[Decimal] = Bareme(
    Valeur(Decimal(40_000), date(2020, 1, 1), "R2122-8 du code de la commande publique, à vérifier"),
)
"""€ HT: under it, a quote is enough, without always asking the same supplier."""


def spaser_obligatoire(achats_annuels: Decimal, le: date) -> bool:
    """True when the buyer's yearly purchases (€) go beyond the threshold of that day (R6)."""
    return achats_annuels > SEUIL_SPASER.au(le)


@dataclass(frozen=True)
class Indicateur:
    """A share in percent with one decimal, and whether it reaches its target."""

    nombre: int
    total: int
    pourcentage: Decimal
    atteint: bool


def part_sociale(avec_consideration: int, notifies: int, le: date) -> Indicateur:
    """Contracts with at least one social consideration among those notified in the year (R7)."""
    return _indicateur(avec_consideration, notifies, CIBLE_SOCIALE.au(le))


def part_analysee(decides: int, etudies: int) -> Indicateur:
    """Needs whose clause was decided upon, with a reason, among all those of the year: the target is all (N11)."""
    return _indicateur(decides, etudies, Decimal(100))


def _indicateur(nombre: int, total: int, cible: Decimal) -> Indicateur:
    if not 0 <= nombre <= total:
        raise RegleViolee("Un indicateur ne compte pas plus de contrats qu'il n'y en a.")
    exact = Decimal(nombre) * 100 / total if total else Decimal(0)
    # The target is judged on the exact share: 29.96 % is shown 30.0 % and is not met.
    return Indicateur(nombre, total, arrondir(exact, Decimal("0.1")), total > 0 and exact >= cible)


def alerte_rotation(choisis: Sequence[str], retenu: str, autres_possibles: int, fois: int = 3) -> str:
    """Warning when the same supplier would be chosen `fois` times running though others could answer (N12, S7).

    `choisis`: earlier choices for that kind of need, oldest first. Empty when there is nothing to say.
    """
    suite = 1
    for fournisseur in reversed(choisis):
        if fournisseur != retenu:
            break
        suite += 1
    if autres_possibles < 1 or suite < fois:
        return ""
    return f"Ce serait la {suite}e fois de suite avec ce fournisseur, alors que d'autres peuvent répondre."
