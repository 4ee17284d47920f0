"""The rows of the report: how the values of the ledger are named, and in what order (annexe 9 of the PDI 2022-2025).

Defaults only: a territory replaces them, dated, through its correspondances.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from marketplace.bilans.rules.sorties import DefinitionSorties

NON_RENSEIGNE = "Non renseigné"
AUTRES = "Autres"

STATUTS: Mapping[str, str] = {
    "rsa": "RSA",
    "deld": "DELD",
    "detld": "DELD",
    "ass": "ASS",
    "aah": "TH",
    "th": "TH",
    "invalidite": "TH",
    "jeune_sq": "Jeunes éligibles",
    "jeune_diplome": "Jeunes éligibles",
    "senior": "> 50 ans",
    "qpv": "QPV",
    "frr_zrr": "FRR",
    "plie": "PLIE",
    "pacea_cej": "PACEA ou CEJ",
    "sma_smv": "Service militaire adapté ou volontaire",
    "e2c_epide": "E2C ou EPIDE",
    "refugie_protection": "Réfugié",
    "justice": "Justice",
    "parent_isole": "Parent isolé",
    "ase": "Sortant de l'ASE",
    "hebergement": "Sans logement stable",
    "fle": "Apprentissage du français",
    "iae": "IAE",
    "geiq": "GEIQ",
    "ea_eatt": "Secteur adapté ou protégé",
    "esat": "Secteur adapté ou protégé",
    "regie": "Régie de quartier",
    "avis_motive": "Avis motivé",
    "suite_parcours": "Suite parcours",
}
"""Category of D1 → row. AAH and invalidity have no row of their own in annexe 9: they fall under TH."""

SOUS_TRAITANCE = "Sous-traitance / co-traitance IAE ou secteur adapté"
MODALITES: Mapping[str, str] = {
    "embauche_directe": "Embauche Directe",
    "mad_etti": "ETTI",
    "mad_ai": "AI",
    "mad_geiq": "GEIQ",
    "mad_eatt": SOUS_TRAITANCE,
    "mad_ea_esat": SOUS_TRAITANCE,
    "sous_traitance": SOUS_TRAITANCE,
    "cotraitance": SOUS_TRAITANCE,
    "marche_reserve": SOUS_TRAITANCE,
    "ett": "Autre (suite de parcours, ETT)",
}
"""Modality of D2 → row of annexe 9."""

FOCUS_IAE = frozenset({"ETTI", "AI", SOUS_TRAITANCE})
"""R18 of the Hérault: ETTI + AI + sub-/co-contracting; GEIQ left out."""
MODALITE_DIRECTE = MODALITES["embauche_directe"]

GENRES: Mapping[str, str] = {"F": "F", "M": "H"}
QPV: Mapping[str, str] = {"oui": "OUI", "non": "NON", "a_verifier": "À vérifier"}

RESERVATIONS: Mapping[str, tuple[str, tuple[str, ...], str]] = {
    "handicap": ("Réservé handicap", ("L2113-12", "R2113-7"), "Handicap"),
    "insertion": ("Réservé insertion", ("L2113-13", "R2113-7"), "Insertion"),
    "ess": ("Réservé ESS", ("L2113-15", "L2113-16", "R2113-8"), "ESS"),
}
"""Family of reservation (R5) → row, articles of the code, sector of who holds it."""
ATTRIBUE = "Non réservé, attribué à une structure de l'insertion, du handicap ou de l'ESS"
SECTEURS_RESERVES = ("Insertion", "Handicap", "ESS")


@dataclass(frozen=True, slots=True)
class Definitions:
    """What a report was made with: its named rows, the divisor of an ETP and its decimals, the exits, the small cells.

    `acheteurs`: id of a buyer → row. `principal`: row of the territory's main buyer. `etp`: by rank of period,
    (hours of one ETP, decimals shown). `priorite`: codes of the categories, the one that names somebody who has
    several first (R51). `articles`: whether amounts and counts are by year.
    """

    acheteurs: Mapping[int, str] = field(default_factory=dict)
    principal: str = ""
    statuts: Mapping[str, str] = field(default_factory=lambda: dict(STATUTS))
    priorite: tuple[str, ...] = tuple(STATUTS)
    modalites: Mapping[str, str] = field(default_factory=lambda: dict(MODALITES))
    secteurs: Mapping[str, str] = field(default_factory=dict)
    etp: tuple[tuple[Decimal, int], ...] = ((Decimal(1600), 1),) * 4
    sorties: DefinitionSorties = field(default_factory=DefinitionSorties)
    petit_effectif: int = 5
