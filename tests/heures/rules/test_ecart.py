from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.heures.rules.ecart import combler, semaines_restantes


def test_312_heures_en_6_semaines_font_2_personnes_a_26_heures() -> None:
    besoin = combler(Decimal(312), 6)
    assert besoin is not None
    assert besoin.phrase == "2 personnes à 26\u00a0h par semaine pendant 6 semaines"


def test_112_heures_sur_un_long_chantier_font_1_personne_pendant_4_semaines() -> None:
    besoin = combler(Decimal(112), 30)
    assert besoin is not None
    assert besoin.phrase == "1 personne à 28\u00a0h par semaine pendant 4 semaines"


@pytest.mark.parametrize(("heures", "semaines"), [(0, 6), (-5, 6), (100, 0)])
def test_rien_a_combler_ou_plus_de_temps_ne_propose_rien(heures: int, semaines: int) -> None:
    assert combler(Decimal(heures), semaines) is None


def test_les_semaines_restantes_sont_entieres() -> None:
    assert semaines_restantes(date(2026, 6, 1), date(2026, 6, 30)) == 4
    assert semaines_restantes(date(2026, 7, 1), date(2026, 6, 30)) == 0


@given(st.decimals("0.01", "20000", places=2), st.integers(1, 200))
def test_le_besoin_couvre_toujours_le_manque_sans_depasser_le_temps_plein(heures: Decimal, semaines: int) -> None:
    besoin = combler(heures, semaines)
    assert besoin is not None
    assert besoin.personnes * besoin.heures_semaine * besoin.semaines >= heures
    assert besoin.heures_semaine <= 35
    assert besoin.semaines <= semaines
