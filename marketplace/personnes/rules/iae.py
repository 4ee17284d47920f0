"""Eligibility to the IAE (R66, D1bis), kept apart from the clause's: another list, another count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from marketplace.erreurs import RegleViolee

NIVEAU_1 = frozenset({"RSA", "ASS", "AAH", "DETLD"})
NIVEAU_2 = frozenset(
    {
        "CAP_BEP",
        "SENIOR",
        "JEUNE",
        "ASE",
        "DELD",
        "TH",
        "PI",
        "PSH_PR",
        "REF_DA",
        "ZRR",
        "QPV",
        "DETENTION_MJ",
        "FLE",
        "PM",
    }
)
"""Codes of the national platform. PI: isolated parent; PSH_PR: without housing; PM: mobility."""

NIVEAU_2_REQUIS: Mapping[str, int] = {"ai": 2, "etti": 2, "ei": 3, "aci": 3, "eiti": 3}
"""Level-2 criteria needed when no level-1 criterion is met (R5132-1-7 and its order)."""

MOIS_DIAGNOSTIC_PRESCRIPTEUR = 6
JOURS_DIAGNOSTIC_EMPLOYEUR = 92


@dataclass(frozen=True)
class EligibiliteIAE:
    """Answer, counts by level, and how many level-2 criteria are missing (0 when eligible)."""

    eligible: bool
    niveau_1: int
    niveau_2: int
    manquants: int


def examiner(criteres: Iterable[str], type_structure: str, *, prescripteur_habilite: bool = False) -> EligibiliteIAE:
    """One level-1 criterion, or enough of level 2 for that kind of structure; no count for a prescriber
    (R66).

    Raises RegleViolee for a structure that is no SIAE or a criterion that does not exist.
    """
    requis = NIVEAU_2_REQUIS.get(type_structure)
    if requis is None:
        raise RegleViolee("Cette structure n'est pas une structure d'insertion.", champ="type_structure")
    retenus = frozenset(criteres)
    if inconnus := retenus - NIVEAU_1 - NIVEAU_2:
        raise RegleViolee(f"Critère inconnu : {', '.join(sorted(inconnus))}.", champ="criteres")
    # Registered 24 months or more is not also counted as 12 to 24 months.
    if "DETLD" in retenus:
        retenus -= {"DELD"}
    un, deux = len(retenus & NIVEAU_1), len(retenus & NIVEAU_2)
    eligible = prescripteur_habilite or un >= 1 or deux >= requis
    return EligibiliteIAE(eligible, un, deux, 0 if eligible else requis - deux)
