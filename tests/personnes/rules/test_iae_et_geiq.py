from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.erreurs import RegleViolee
from marketplace.personnes.rules import geiq, iae

LE = date(2026, 11, 21)


@pytest.mark.parametrize("structure", ["ai", "etti", "ei", "aci"])
def test_le_rsa_seul_ouvre_toutes_les_structures(structure: str) -> None:
    """T13."""
    assert iae.examiner(["RSA"], structure).eligible


@pytest.mark.parametrize(
    ("structure", "eligible", "manquants"),
    [("etti", True, 0), ("ai", True, 0), ("ei", False, 1), ("aci", False, 1)],
)
def test_deld_et_parent_isole_ouvrent_l_interim_mais_pas_l_entreprise_d_insertion(
    structure: str, eligible: bool, manquants: int
) -> None:
    """T14."""
    resultat = iae.examiner(["DELD", "PI"], structure)
    assert (resultat.eligible, resultat.manquants) == (eligible, manquants)


def test_jeune_du_quartier_avec_un_cap_entre_en_entreprise_d_insertion() -> None:
    assert iae.examiner(["JEUNE", "QPV", "CAP_BEP"], "ei").eligible


def test_un_prescripteur_habilite_se_passe_du_compte() -> None:
    assert iae.examiner([], "ei", prescripteur_habilite=True).eligible
    assert not iae.examiner([], "ei").eligible


def test_deux_anciennetes_de_chomage_ne_comptent_pas_deux_fois() -> None:
    assert iae.examiner(["DETLD", "DELD"], "ei").niveau_2 == 0


def test_une_structure_ou_un_critere_inconnus_sont_refuses() -> None:
    with pytest.raises(RegleViolee):
        iae.examiner(["RSA"], "geiq")
    with pytest.raises(RegleViolee, match="BLEU"):
        iae.examiner(["BLEU"], "ei")


@given(
    st.sets(st.sampled_from(sorted(iae.NIVEAU_1 | iae.NIVEAU_2))), st.sampled_from(sorted(iae.NIVEAU_1 | iae.NIVEAU_2))
)
def test_un_critere_de_plus_n_enleve_jamais_l_eligibilite(criteres: set[str], de_plus: str) -> None:
    if iae.examiner(criteres, "ei").eligible:
        assert iae.examiner(criteres | {de_plus}, "ei").eligible


@pytest.mark.parametrize(
    ("criteres", "aide"),
    [
        (["RSA"], 1400),
        (["CAP_BEP", "SENIOR"], 1400),
        (["QPV"], 814),
        (["DE_45"], 814),
        (["CAP_BEP"], 0),
        (["FT"], 0),
        ([], 0),
    ],
)
def test_l_aide_d_un_geiq_depend_des_annexes(criteres: list[str], aide: int) -> None:
    resultat = geiq.examiner(criteres, LE)
    assert resultat.aide == Decimal(aide)
    assert resultat.ouverte is (aide > 0)


def test_le_diagnostic_d_un_prescripteur_ouvre_l_aide_pleine() -> None:
    assert geiq.examiner([], LE, prescripteur_habilite=True).aide == Decimal(1400)


@pytest.mark.parametrize("criteres", [["QPV", "ZRR"], ["JEUNE", "SENIOR"], ["REF_DA", "RS_PS_DA"], ["BLEU"]])
def test_des_criteres_contradictoires_ou_inconnus_sont_refuses(criteres: list[str]) -> None:
    with pytest.raises(RegleViolee):
        geiq.examiner(criteres, LE)
