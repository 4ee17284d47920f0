"""Criteria of the GEIQ (R76): two annexes, amounts of the State aid as dated tables. Apart from clause and
IAE.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from marketplace.erreurs import RegleViolee
from marketplace.valeurs import Bareme, Valeur

ANNEXE_2_NIVEAU_1 = frozenset({"RSA", "ASS", "AAH", "DETLD"})
ANNEXE_2_NIVEAU_2 = frozenset(
    {
        "CAP_BEP",
        "SENIOR",
        "JEUNE",
        "ASE",
        "DELD",
        "PI",
        "PSH_PR",
        "FLE",
        "PM",
        "RS_PS_DA",
        "TH",
        "REF_DA",
        "ZRR",
        "QPV",
        "DETENTION_MJ",
    }
)
ANNEXE_1 = frozenset(
    {
        "JEUNE_SQ",
        "MINIMA",
        "SANS_TRAVAIL_12",
        "DE_45",
        "RECONVERSION",
        "SIAE_CUI",
        "TH",
        "REF_DA",
        "ZRR",
        "QPV",
        "DETENTION_MJ",
    }
)
HORS_ANNEXE = frozenset({"AUTRE_MINIMA", "FT", "DELD_12"})
"""Recorded, but they open no aid."""

EXCLUSIONS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"QPV", "ZRR"}), "Une personne n'habite pas à la fois en QPV et en zone rurale."),
    (frozenset({"JEUNE", "SENIOR"}), "Une personne n'a pas à la fois moins de 26 ans et plus de 50 ans."),
    (frozenset({"JEUNE", "DE_45"}), "Une personne n'a pas à la fois moins de 26 ans et plus de 45 ans."),
    (frozenset({"JEUNE_SQ", "SENIOR"}), "Une personne n'a pas à la fois moins de 26 ans et plus de 50 ans."),
    (frozenset({"JEUNE_SQ", "DE_45"}), "Une personne n'a pas à la fois moins de 26 ans et plus de 45 ans."),
    (frozenset({"REF_DA", "RS_PS_DA"}), "Choisissez réfugié ou demandeur d'asile, pas les deux."),
    (frozenset({"DELD", "DETLD"}), "Choisissez une seule durée de chômage."),
)

AIDE_PLEINE: Bareme[Decimal] = Bareme(
    Valeur(Decimal(1400), date(2021, 1, 1), "aide de l'État aux GEIQ, montant de la plateforme nationale")
)
AIDE_REDUITE: Bareme[Decimal] = Bareme(
    Valeur(Decimal(814), date(2021, 1, 1), "aide de l'État aux GEIQ, montant de la plateforme nationale")
)
NIVEAU_2_REQUIS = 2


@dataclass(frozen=True)
class EligibiliteGEIQ:
    """Whether an aid is open, and its amount in €."""

    aide: Decimal

    @property
    def ouverte(self) -> bool:
        """True when the aid is not nil."""
        return self.aide > 0


def examiner(criteres: Iterable[str], le: date, *, prescripteur_habilite: bool = False) -> EligibiliteGEIQ:
    """Aid opened by these criteria on that day (R76). Raises RegleViolee for unknown or contradictory
    ones.
    """
    retenus = frozenset(criteres)
    inconnus = retenus - ANNEXE_1 - ANNEXE_2_NIVEAU_1 - ANNEXE_2_NIVEAU_2 - HORS_ANNEXE
    if inconnus:
        raise RegleViolee(f"Critère inconnu : {', '.join(sorted(inconnus))}.", champ="criteres")
    for ensemble, phrase in EXCLUSIONS:
        if ensemble <= retenus:
            raise RegleViolee(phrase, champ="criteres")
    pleine = (
        prescripteur_habilite
        or bool(retenus & ANNEXE_2_NIVEAU_1)
        or len(retenus & ANNEXE_2_NIVEAU_2) >= NIVEAU_2_REQUIS
    )
    if pleine:
        return EligibiliteGEIQ(AIDE_PLEINE.au(le))
    return EligibiliteGEIQ(AIDE_REDUITE.au(le) if retenus & ANNEXE_1 else Decimal(0))
