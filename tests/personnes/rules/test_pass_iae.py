from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.erreurs import RegleViolee
from marketplace.personnes.rules.pass_iae import (
    MotifProlongation,
    Suspension,
    fin_apres_suspensions,
    fin_initiale,
    finit_bientot,
    mois_ecoules,
    nouveau_parcours_possible_le,
    prolonger,
    suspension_possible,
)


def test_un_pass_dure_24_mois() -> None:
    assert fin_initiale(date(2026, 1, 1)).jour == date(2027, 12, 31)


def test_91_jours_de_suspension_repoussent_la_fin_au_31_mars_2028() -> None:
    """T15."""
    suspension = Suspension(date(2026, 6, 1), date(2026, 8, 30))
    assert suspension.jours == 91
    fin = fin_apres_suspensions(date(2027, 12, 31), [suspension])
    assert fin.jour == date(2028, 3, 31)
    assert "à vérifier" in fin.mention


def test_deux_suspensions_qui_se_recouvrent_ne_rendent_leurs_jours_qu_une_fois() -> None:
    suspensions = [
        Suspension(date(2026, 6, 1), date(2026, 6, 30)),
        Suspension(date(2026, 6, 16), date(2026, 7, 15)),
    ]
    assert fin_apres_suspensions(date(2027, 12, 31), suspensions).jour == date(2028, 2, 14)


def test_une_suspension_dure_plus_de_15_jours_et_36_mois_au_plus() -> None:
    assert not suspension_possible(date(2026, 6, 1), date(2026, 6, 15))
    assert suspension_possible(date(2026, 6, 1), date(2026, 6, 16))
    with pytest.raises(RegleViolee, match="36 mois"):
        fin_apres_suspensions(date(2027, 12, 31), [Suspension(date(2026, 1, 1), date(2029, 1, 1))])
    with pytest.raises(RegleViolee, match="avant de commencer"):
        fin_apres_suspensions(date(2027, 12, 31), [Suspension(date(2026, 2, 1), date(2026, 1, 1))])


def test_un_nouveau_parcours_attend_deux_ans() -> None:
    assert nouveau_parcours_possible_le(date(2027, 12, 31)).jour == date(2030, 1, 1)


def test_une_personne_de_52_ans_au_80e_mois_n_obtient_que_4_mois_sur_12() -> None:
    debut = date(2020, 1, 1)
    fin = date(2026, 8, 31)
    assert mois_ecoules(debut, fin) == 80
    accord = prolonger(debut, fin, MotifProlongation.SENIOR, 12, type_structure="ei", age=52)
    assert accord.mois == 4
    assert accord.fin.jour == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("motif", "structure", "age"),
    [
        (MotifProlongation.DIFFICULTES, "ei", 40),
        (MotifProlongation.DIFFICULTES, "etti", 40),
        (MotifProlongation.SENIOR, "ei", 49),
        (MotifProlongation.SENIOR, "ei", None),
        (MotifProlongation.CDI_INCLUSION, "ei", 56),
    ],
)
def test_une_prolongation_demande_le_bon_motif(motif: MotifProlongation, structure: str, age: int | None) -> None:
    with pytest.raises(RegleViolee):
        prolonger(date(2024, 1, 1), date(2025, 12, 31), motif, 12, type_structure=structure, age=age)


def test_les_difficultes_prolongent_un_chantier_d_insertion_d_un_an_au_plus() -> None:
    accord = prolonger(date(2024, 1, 1), date(2025, 12, 31), MotifProlongation.DIFFICULTES, 18, type_structure="aci")
    assert accord.mois == 12


def test_un_parcours_au_bout_de_ses_60_mois_ne_se_prolonge_plus() -> None:
    with pytest.raises(RegleViolee, match="durée maximale"):
        prolonger(date(2021, 1, 1), date(2025, 12, 31), MotifProlongation.RQTH, 12, type_structure="ei")


def test_une_formation_se_termine_quelle_que_soit_sa_duree() -> None:
    accord = prolonger(date(2024, 1, 1), date(2025, 12, 31), MotifProlongation.FORMATION, 15, type_structure="ei")
    assert accord.fin.jour == date(2027, 3, 31)


def test_la_fin_du_pass_s_annonce_90_jours_avant() -> None:
    fin = date(2026, 12, 31)
    assert not finit_bientot(fin, date(2026, 10, 1))
    assert finit_bientot(fin, date(2026, 10, 2))
    assert finit_bientot(fin, fin)
    assert not finit_bientot(fin, date(2027, 1, 1))


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 400), st.integers(0, 400))
def test_une_suspension_plus_longue_ne_rapproche_jamais_la_fin(debut: date, jours: int, de_plus: int) -> None:
    fin = fin_initiale(debut).jour
    courte = fin_apres_suspensions(fin, [Suspension(debut, debut + timedelta(days=jours))]).jour
    longue = fin_apres_suspensions(fin, [Suspension(debut, debut + timedelta(days=jours + de_plus))]).jour
    assert fin < courte <= longue
