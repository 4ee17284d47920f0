"""Which structure may be used in which way: dictionaries D2 and D3, matrix R26, default eligibility."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from marketplace.erreurs import RegleViolee


class Modalite(StrEnum):
    """D2: how the hours are produced."""

    EMBAUCHE_DIRECTE = "EMBAUCHE_DIRECTE"
    MAD_ETTI = "MAD_ETTI"
    MAD_AI = "MAD_AI"
    MAD_GEIQ = "MAD_GEIQ"
    MAD_EATT = "MAD_EATT"
    MAD_EA_ESAT = "MAD_EA_ESAT"
    ETT = "ETT"
    SOUS_TRAITANCE_EI = "SOUS_TRAITANCE_EI"
    SOUS_TRAITANCE_ACI = "SOUS_TRAITANCE_ACI"
    SOUS_TRAITANCE_EA = "SOUS_TRAITANCE_EA"
    SOUS_TRAITANCE_ESAT = "SOUS_TRAITANCE_ESAT"
    SOUS_TRAITANCE_REGIE = "SOUS_TRAITANCE_REGIE"
    SOUS_TRAITANCE_AI = "SOUS_TRAITANCE_AI"
    SOUS_TRAITANCE_EITI = "SOUS_TRAITANCE_EITI"
    SOUS_TRAITANCE_SEP = "SOUS_TRAITANCE_SEP"
    COTRAITANCE_EI = "COTRAITANCE_EI"
    COTRAITANCE_ACI = "COTRAITANCE_ACI"
    COTRAITANCE_EA = "COTRAITANCE_EA"
    COTRAITANCE_ESAT = "COTRAITANCE_ESAT"
    COTRAITANCE_REGIE = "COTRAITANCE_REGIE"
    MARCHE_RESERVE = "MARCHE_RESERVE"
    FORMATION = "FORMATION"


class TypeStructure(StrEnum):
    """D3: who carries the contract, or buys."""

    ENTREPRISE = "ENTREPRISE"
    EI = "EI"
    ETTI = "ETTI"
    AI = "AI"
    ACI = "ACI"
    EITI = "EITI"
    GEIQ = "GEIQ"
    EA = "EA"
    EATT = "EATT"
    ESAT = "ESAT"
    REGIE_QUARTIER = "REGIE_QUARTIER"
    SEP = "SEP"
    ETT = "ETT"
    OPCS = "OPCS"
    ACHETEUR_ETAT = "ACHETEUR_ETAT"
    ACHETEUR_COLLECTIVITE = "ACHETEUR_COLLECTIVITE"
    BAILLEUR = "BAILLEUR"
    AMENAGEUR_SEM = "AMENAGEUR_SEM"
    ETABLISSEMENT_SANTE = "ETABLISSEMENT_SANTE"
    MO_PRIVE = "MO_PRIVE"
    CONCESSIONNAIRE = "CONCESSIONNAIRE"


class Voie(StrEnum):
    """Where the eligibility of the hours comes from."""

    PERSONNE = "personne"
    STRUCTURE = "structure"
    EXCLUE = "exclue"


MODALITES_PAR_STRUCTURE: dict[TypeStructure, frozenset[Modalite]] = {
    TypeStructure.ENTREPRISE: frozenset({Modalite.EMBAUCHE_DIRECTE, Modalite.FORMATION}),
    TypeStructure.EI: frozenset(
        {Modalite.SOUS_TRAITANCE_EI, Modalite.COTRAITANCE_EI, Modalite.MARCHE_RESERVE}
    ),
    TypeStructure.ACI: frozenset(
        {Modalite.SOUS_TRAITANCE_ACI, Modalite.COTRAITANCE_ACI, Modalite.MARCHE_RESERVE}
    ),
    TypeStructure.ETTI: frozenset({Modalite.MAD_ETTI, Modalite.MARCHE_RESERVE}),
    TypeStructure.AI: frozenset({Modalite.MAD_AI, Modalite.SOUS_TRAITANCE_AI, Modalite.MARCHE_RESERVE}),
    TypeStructure.EITI: frozenset({Modalite.SOUS_TRAITANCE_EITI}),
    TypeStructure.GEIQ: frozenset({Modalite.MAD_GEIQ}),
    TypeStructure.EA: frozenset(
        {
            Modalite.MAD_EA_ESAT,
            Modalite.SOUS_TRAITANCE_EA,
            Modalite.COTRAITANCE_EA,
            Modalite.MARCHE_RESERVE,
        }
    ),
    TypeStructure.EATT: frozenset({Modalite.MAD_EATT}),
    TypeStructure.ESAT: frozenset(
        {
            Modalite.MAD_EA_ESAT,
            Modalite.SOUS_TRAITANCE_ESAT,
            Modalite.COTRAITANCE_ESAT,
            Modalite.MARCHE_RESERVE,
        }
    ),
    TypeStructure.REGIE_QUARTIER: frozenset({Modalite.SOUS_TRAITANCE_REGIE, Modalite.COTRAITANCE_REGIE}),
    TypeStructure.SEP: frozenset({Modalite.SOUS_TRAITANCE_SEP}),
    TypeStructure.ETT: frozenset({Modalite.ETT}),
}
"""R26. A kind that is absent here (buyers, OPCS) carries no insertion contract."""

VOIE_PAR_STRUCTURE: dict[TypeStructure, Voie] = {
    TypeStructure.ENTREPRISE: Voie.PERSONNE,
    TypeStructure.ETT: Voie.PERSONNE,
    TypeStructure.EI: Voie.STRUCTURE,
    TypeStructure.ACI: Voie.STRUCTURE,
    TypeStructure.ETTI: Voie.STRUCTURE,
    TypeStructure.AI: Voie.STRUCTURE,
    TypeStructure.GEIQ: Voie.STRUCTURE,
    TypeStructure.EA: Voie.STRUCTURE,
    TypeStructure.EATT: Voie.STRUCTURE,
    TypeStructure.ESAT: Voie.STRUCTURE,
    TypeStructure.REGIE_QUARTIER: Voie.STRUCTURE,
    TypeStructure.EITI: Voie.EXCLUE,
    TypeStructure.SEP: Voie.EXCLUE,
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
    if structure is TypeStructure.EITI and reglages.eiti_admise:
        return Voie.STRUCTURE
    if structure is TypeStructure.SEP and reglages.prison_admise:
        return Voie.STRUCTURE
    if structure is TypeStructure.ETT and not reglages.ett_admise:
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
    if structure is TypeStructure.EITI and le > FIN_EITI:
        raise RegleViolee(
            f"L'expérimentation des EITI s'est terminée le {FIN_EITI:%d/%m/%Y}.", champ="type_structure"
        )
    if motif_derogation.strip():
        return
    if not couple_admis(structure, modalite):
        raise RegleViolee(
            "Cette structure ne peut pas intervenir de cette façon. Choisissez une autre modalité, "
            "ou demandez l'accord écrit du facilitateur.",
            champ="modalite",
        )
    if voie_eligibilite(structure, reglages) is Voie.EXCLUE:
        raise RegleViolee(
            "Ce territoire ne compte pas les heures de ce type de structure. Demandez l'accord écrit "
            "du facilitateur.",
            champ="type_structure",
        )
