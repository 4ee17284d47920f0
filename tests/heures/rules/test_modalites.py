from datetime import date

import pytest

from marketplace.erreurs import RegleViolee
from marketplace.heures.rules.modalites import (
    Modalite,
    ReglagesModalites,
    TypeStructure,
    Voie,
    couple_admis,
    modalites_possibles,
    verifier_modalite,
    voie_eligibilite,
)

LE = date(2026, 11, 21)
R = ReglagesModalites()


@pytest.mark.parametrize(
    ("structure", "modalite", "admis"),
    [
        ("ENTREPRISE", "EMBAUCHE_DIRECTE", True),
        ("ENTREPRISE", "MAD_ETTI", False),
        ("ETTI", "MAD_ETTI", True),
        ("ETTI", "SOUS_TRAITANCE_EI", False),
        ("AI", "MAD_AI", True),
        ("AI", "SOUS_TRAITANCE_AI", True),
        ("GEIQ", "MAD_GEIQ", True),
        ("GEIQ", "EMBAUCHE_DIRECTE", False),
        ("EI", "COTRAITANCE_EI", True),
        ("EI", "MAD_ETTI", False),
        ("EA", "MAD_EA_ESAT", True),
        ("ESAT", "SOUS_TRAITANCE_ESAT", True),
        ("OPCS", "EMBAUCHE_DIRECTE", False),
    ],
)
def test_la_matrice_des_structures_et_des_modalites(structure: str, modalite: str, admis: bool) -> None:
    assert couple_admis(TypeStructure(structure), Modalite(modalite)) is admis


def test_un_couple_hors_matrice_demande_l_accord_ecrit_du_facilitateur() -> None:
    with pytest.raises(RegleViolee, match="autre modalité"):
        verifier_modalite(TypeStructure.GEIQ, Modalite.EMBAUCHE_DIRECTE, LE, R)
    verifier_modalite(
        TypeStructure.GEIQ, Modalite.EMBAUCHE_DIRECTE, LE, R, motif_derogation="Accord de l'acheteur"
    )


@pytest.mark.parametrize(
    ("structure", "reglages", "voie"),
    [
        ("GEIQ", R, Voie.STRUCTURE),
        ("ENTREPRISE", R, Voie.PERSONNE),
        ("ETT", R, Voie.EXCLUE),
        ("ETT", ReglagesModalites(ett_admise=True), Voie.PERSONNE),
        ("EITI", R, Voie.EXCLUE),
        ("EITI", ReglagesModalites(eiti_admise=True), Voie.STRUCTURE),
        ("SEP", R, Voie.EXCLUE),
        ("SEP", ReglagesModalites(prison_admise=True), Voie.STRUCTURE),
        ("BAILLEUR", R, Voie.EXCLUE),
    ],
)
def test_d_ou_vient_l_eligibilite_des_heures(structure: str, reglages: ReglagesModalites, voie: Voie) -> None:
    assert voie_eligibilite(TypeStructure(structure), reglages) is voie


def test_une_etti_ordinaire_passe_et_une_ett_attend_le_territoire() -> None:
    verifier_modalite(TypeStructure.ETTI, Modalite.MAD_ETTI, LE, R)
    with pytest.raises(RegleViolee, match="territoire"):
        verifier_modalite(TypeStructure.ETT, Modalite.ETT, LE, R)
    verifier_modalite(TypeStructure.ETT, Modalite.ETT, LE, ReglagesModalites(ett_admise=True))


def test_l_experimentation_des_eiti_a_une_fin() -> None:
    admise = ReglagesModalites(eiti_admise=True)
    verifier_modalite(TypeStructure.EITI, Modalite.SOUS_TRAITANCE_EITI, date(2026, 12, 22), admise)
    with pytest.raises(RegleViolee, match="22/12/2026"):
        verifier_modalite(
            TypeStructure.EITI,
            Modalite.SOUS_TRAITANCE_EITI,
            date(2026, 12, 23),
            admise,
            motif_derogation="Accord",
        )


def test_les_choix_proposes_sont_tous_admis() -> None:
    for structure in TypeStructure:
        for modalite in modalites_possibles(structure):
            assert couple_admis(structure, modalite)
