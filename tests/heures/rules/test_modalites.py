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
        ("entreprise", "embauche_directe", True),
        ("entreprise", "mad_etti", False),
        ("etti", "mad_etti", True),
        ("etti", "sous_traitance", False),
        ("ai", "mad_ai", True),
        ("ai", "sous_traitance", True),
        ("ai", "cotraitance", False),
        ("geiq", "mad_geiq", True),
        ("geiq", "embauche_directe", False),
        ("ei", "cotraitance", True),
        ("ei", "mad_etti", False),
        ("ea", "mad_ea_esat", True),
        ("esat", "sous_traitance", True),
        ("opcs", "embauche_directe", False),
    ],
)
def test_la_matrice_des_structures_et_des_modalites(structure: str, modalite: str, admis: bool) -> None:
    assert couple_admis(TypeStructure(structure), Modalite(modalite)) is admis


def test_un_couple_hors_matrice_demande_l_accord_ecrit_du_facilitateur() -> None:
    with pytest.raises(RegleViolee, match="autre modalité"):
        verifier_modalite(TypeStructure.GEIQ, Modalite.EMBAUCHE_DIRECTE, LE, R)
    verifier_modalite(TypeStructure.GEIQ, Modalite.EMBAUCHE_DIRECTE, LE, R, motif_derogation="Accord de l'acheteur")


@pytest.mark.parametrize(
    ("structure", "reglages", "voie"),
    [
        ("geiq", R, Voie.STRUCTURE),
        ("entreprise", R, Voie.PERSONNE),
        ("ett", R, Voie.EXCLUE),
        ("ett", ReglagesModalites(ett_admise=True), Voie.PERSONNE),
        ("eiti", R, Voie.EXCLUE),
        ("eiti", ReglagesModalites(eiti_admise=True), Voie.STRUCTURE),
        ("sep", R, Voie.EXCLUE),
        ("sep", ReglagesModalites(prison_admise=True), Voie.STRUCTURE),
        ("acheteur", R, Voie.EXCLUE),
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
    verifier_modalite(TypeStructure.EITI, Modalite.SOUS_TRAITANCE, date(2026, 12, 22), admise)
    with pytest.raises(RegleViolee, match="22/12/2026"):
        verifier_modalite(
            TypeStructure.EITI,
            Modalite.SOUS_TRAITANCE,
            date(2026, 12, 23),
            admise,
            motif_derogation="Accord",
        )


def test_les_choix_proposes_sont_tous_admis() -> None:
    for structure in TypeStructure:
        for modalite in modalites_possibles(structure):
            assert couple_admis(structure, modalite)
