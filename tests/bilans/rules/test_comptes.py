from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.bilans.rules.comptes import (
    TRANCHES,
    LigneValidee,
    cellule,
    compter,
    etp,
    evolution,
    part,
    suivi_dans_la_periode,
    tranche_age,
)
from marketplace.erreurs import RegleViolee

D = Decimal
DEBUT, FIN = date(2026, 1, 1), date(2026, 12, 31)


def test_deux_contrats_et_trois_marches_font_un_participant() -> None:
    lignes = [
        LigneValidee("p1", "c1", "m1", date(2026, 3, 1), D(50)),
        LigneValidee("p1", "c1", "m2", date(2026, 3, 1), D(20)),
        LigneValidee("p1", "c2", "m3", date(2026, 9, 1), D(70)),
        LigneValidee("p2", "c3", "m4", date(2025, 12, 31), D(70)),
    ]
    comptes = compter(lignes, DEBUT, FIN)
    assert (comptes.participants, comptes.contrats, comptes.marches, comptes.heures) == (1, 2, 3, D(140))


def test_une_correction_qui_annule_tout_ne_laisse_aucun_participant() -> None:
    lignes = [
        LigneValidee("p1", "c1", "m1", date(2026, 3, 1), D(50)),
        LigneValidee("p1", "c1", "m1", date(2026, 3, 1), D(-50)),
    ]
    assert compter(lignes, DEBUT, FIN).participants == 0


def test_une_periode_a_l_envers_est_refusee() -> None:
    with pytest.raises(RegleViolee):
        compter([], FIN, DEBUT)


@pytest.mark.parametrize(
    ("diviseur", "pas", "attendu"),
    [(1600, "0.01", "0.52"), (1607, "0.01", "0.52"), (1820, "0.01", "0.46")],
)
def test_833_heures_en_equivalents_temps_plein(diviseur: int, pas: str, attendu: str) -> None:
    assert etp(D(833), D(diviseur), D(pas)) == D(attendu)


def test_l_etp_national_de_2021_se_retrouve_a_1600_heures() -> None:
    assert etp(D(25_124_684), D(1600), D(1)) == 15_703


def test_un_diviseur_nul_est_refuse() -> None:
    with pytest.raises(RegleViolee):
        etp(D(833), D(0))


@pytest.mark.parametrize(
    ("naissance", "tranche"),
    [
        (date(2000, 3, 2), 0),
        (date(2000, 3, 1), 1),
        (date(1976, 3, 2), 1),
        (date(1976, 3, 1), 2),
        (None, 3),
    ],
)
def test_cinquante_ans_se_comptent_dans_la_troisieme_tranche(naissance: date | None, tranche: int) -> None:
    assert tranche_age(naissance, date(2026, 3, 1)) == TRANCHES[tranche]


@pytest.mark.parametrize(
    ("debut", "fin", "suivi"),
    [
        (date(2024, 1, 1), date(2025, 12, 31), False),
        (date(2024, 1, 1), date(2026, 1, 1), True),
        (date(2026, 12, 31), None, True),
        (date(2027, 1, 1), None, False),
    ],
)
def test_un_marche_suivi_l_est_au_moins_un_jour_de_l_annee(debut: date, fin: date | None, suivi: bool) -> None:
    assert suivi_dans_la_periode(debut, fin, DEBUT, FIN) is suivi


def test_chaque_cellule_s_arrondit_elle_meme() -> None:
    assert cellule(D("0.5")) + cellule(D("0.5")) == 2
    assert cellule(D("1.0")) == 1


def test_les_parts_et_les_evolutions_sans_base_restent_vides() -> None:
    assert part(D(1), D(3), D("0.1")) == D("33.3")
    assert part(D(1), D(0)) is None
    assert evolution(D(126_348), D(127_287), D("0.1")) == D("-0.7")
    assert evolution(D(1), D(0)) is None


LIGNES = st.lists(
    st.builds(
        LigneValidee,
        personne=st.sampled_from("abc"),
        contrat=st.sampled_from("stuv"),
        marche=st.sampled_from("xyz"),
        jour=st.dates(date(2025, 1, 1), date(2027, 12, 31)),
        heures=st.decimals(0, 150, places=2),
    ),
    max_size=12,
)


@given(LIGNES)
def test_les_heures_de_deux_annees_s_ajoutent_mais_pas_les_participants(lignes: list[LigneValidee]) -> None:
    premiere = compter(lignes, date(2025, 1, 1), date(2025, 12, 31))
    seconde = compter(lignes, date(2026, 1, 1), date(2026, 12, 31))
    ensemble = compter(lignes, date(2025, 1, 1), date(2026, 12, 31))
    assert premiere.heures + seconde.heures == ensemble.heures
    assert max(premiere.participants, seconde.participants) <= ensemble.participants
    assert ensemble.participants <= premiere.participants + seconde.participants
