"""Which structure may be used in which way: dictionaries D2 and D3, matrix R26, default eligibility."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from marketplace.erreurs import RegleViolee


class Modalite(StrEnum):
    """D2: how the hours are produced; the kind of structure says the rest (« sous-traitance » to an EI, an
    EA…).
    """

    EMBAUCHE_DIRECTE = "embauche_directe"
    MAD_ETTI = "mad_etti"
    MAD_AI = "mad_ai"
    MAD_GEIQ = "mad_geiq"
    MAD_EATT = "mad_eatt"
    MAD_EA_ESAT = "mad_ea_esat"
    ETT = "ett"
    SOUS_TRAITANCE = "sous_traitance"
    COTRAITANCE = "cotraitance"
    MARCHE_RESERVE = "marche_reserve"


class TypeStructure(StrEnum):
    """D3: who carries the contract, buys or prescribes."""

    ENTREPRISE = "entreprise"
    EI = "ei"
    ETTI = "etti"
    AI = "ai"
    ACI = "aci"
    EITI = "eiti"
    GEIQ = "geiq"
    EA = "ea"
    EATT = "eatt"
    ESAT = "esat"
    REGIE = "regie"
    SEP = "sep"
    ETT = "ett"
    OPCS = "opcs"
    ACHETEUR = "acheteur"
    PRESCRIPTEUR = "prescripteur"


class Voie(StrEnum):
    """Where the eligibility of the hours comes from."""

    PERSONNE = "personne"
    STRUCTURE = "structure"
    EXCLUE = "exclue"


_S, _M = TypeStructure, Modalite
_TRAITANCE = frozenset({_M.SOUS_TRAITANCE, _M.COTRAITANCE})

MODALITES_PAR_STRUCTURE: dict[TypeStructure, frozenset[Modalite]] = {
    _S.ENTREPRISE: frozenset({_M.EMBAUCHE_DIRECTE}),
    _S.EI: _TRAITANCE | {_M.MARCHE_RESERVE},
    _S.ACI: _TRAITANCE | {_M.MARCHE_RESERVE},
    _S.ETTI: frozenset({_M.MAD_ETTI, _M.MARCHE_RESERVE}),
    _S.AI: frozenset({_M.MAD_AI, _M.SOUS_TRAITANCE, _M.MARCHE_RESERVE}),
    _S.EITI: _TRAITANCE,
    _S.GEIQ: frozenset({_M.MAD_GEIQ}),
    _S.EA: _TRAITANCE | {_M.MAD_EA_ESAT, _M.MARCHE_RESERVE},
    _S.EATT: frozenset({_M.MAD_EATT}),
    _S.ESAT: _TRAITANCE | {_M.MAD_EA_ESAT, _M.MARCHE_RESERVE},
    _S.REGIE: _TRAITANCE,
    _S.SEP: _TRAITANCE,
    _S.ETT: frozenset({_M.ETT}),
}
"""R26. A kind that is absent here (buyers, OPCS, prescribers) carries no insertion contract."""

VOIE_PAR_STRUCTURE: dict[TypeStructure, Voie] = {
    _S.ENTREPRISE: Voie.PERSONNE,
    _S.ETT: Voie.PERSONNE,
    _S.EI: Voie.STRUCTURE,
    _S.ACI: Voie.STRUCTURE,
    _S.ETTI: Voie.STRUCTURE,
    _S.AI: Voie.STRUCTURE,
    _S.GEIQ: Voie.STRUCTURE,
    _S.EA: Voie.STRUCTURE,
    _S.EATT: Voie.STRUCTURE,
    _S.ESAT: Voie.STRUCTURE,
    _S.REGIE: Voie.STRUCTURE,
    _S.EITI: Voie.EXCLUE,
    _S.SEP: Voie.EXCLUE,
}

FIN_EITI = date(2026, 12, 22)
"""End of the EITI experiment (law of 5 September 2018, art. 83; R65), to be checked each year."""


@dataclass(frozen=True)
class ReglagesModalites:
    """What the territory admits beyond the default (regles.md §3)."""

    ett_admise: bool = False
    eiti_admise: bool = False
    prison_admise: bool = False


def voie_eligibilite(structure: TypeStructure, reglages: ReglagesModalites) -> Voie:
    """Say whether the structure's attestation is enough, the person must be validated, or nothing counts
    (R26, R37).

    A kind of organisation that never carries insertion staff is EXCLUE.
    """
    if structure == TypeStructure.EITI and reglages.eiti_admise:
        return Voie.STRUCTURE
    if structure == TypeStructure.SEP and reglages.prison_admise:
        return Voie.STRUCTURE
    if structure == TypeStructure.ETT and not reglages.ett_admise:
        return Voie.EXCLUE
    return VOIE_PAR_STRUCTURE.get(structure, Voie.EXCLUE)


def couple_admis(structure: TypeStructure, modalite: Modalite) -> bool:
    """True when R26 allows this structure to be used in this way."""
    return modalite in MODALITES_PAR_STRUCTURE.get(structure, frozenset())


def modalites_possibles(structure: TypeStructure) -> tuple[Modalite, ...]:
    """Modalities of R26 for that kind, in the order of D2."""
    admises = MODALITES_PAR_STRUCTURE.get(structure, frozenset())
    return tuple(modalite for modalite in Modalite if modalite in admises)


def verifier_modalite(
    structure: TypeStructure,
    modalite: Modalite,
    le: date,
    reglages: ReglagesModalites,
    *,
    motif_derogation: str = "",
) -> None:
    """Refuse a pair outside R26; the facilitateur may override with a written reason. Raises RegleViolee.

    An EITI is refused after the end of the experiment whatever the reason: there is no such structure any
    more.
    """
    if structure == TypeStructure.EITI and le > FIN_EITI:
        raise RegleViolee(f"L'expérimentation des EITI s'est terminée le {FIN_EITI:%d/%m/%Y}.", champ="type_structure")
    if motif_derogation.strip():
        return
    if not couple_admis(structure, modalite):
        raise RegleViolee(
            "Cette structure ne peut pas intervenir de cette façon. Choisissez une autre modalité, "
            "ou demandez l'accord écrit du facilitateur.",
            champ="modalite",
        )
    if voie_eligibilite(structure, reglages) == Voie.EXCLUE:
        raise RegleViolee(
            "Ce territoire ne compte pas les heures de ce type de structure. Demandez l'accord écrit du facilitateur.",
            champ="type_structure",
        )
