"""Hours and days as payrolls write them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.erreurs import RegleViolee
from marketplace.heures.imports.formats import (
    lire_duree,
    lire_jour,
    lire_mois,
    lire_semaine,
    repartir,
    ressemble_a_des_minutes,
)
from marketplace.heures.imports.rubriques import COMPTEES, Nature, reconnaitre_rubrique

D = Decimal


@pytest.mark.parametrize(
    ("texte", "heures"),
    [
        ("", "0"),
        ("7,5", "7.5"),
        ("7.50", "7.5"),
        ("7h30", "7.5"),
        ("7 H 30", "7.5"),
        ("7:30", "7.5"),
        ("7:30:00", "7.5"),
        ("151h40", "151.67"),
        ("450 min", "7.5"),
        ("7,5 h", "7.5"),
        ("1 234,50", "1234.5"),
        ("1.234,50", "1234.5"),
        ("35", "35"),
        ("151.666666", "151.67"),
    ],
)
def test_les_heures_se_lisent_comme_la_paie_les_ecrit(texte: str, heures: str) -> None:
    assert lire_duree(texte) == D(heures)


@pytest.mark.parametrize("texte", ["-5", "5-", "(5)", "cent", "7h75", "12/10/2026", "NaN", "1e9", "=1+1"])
def test_ce_qui_n_est_pas_une_duree_est_refuse(texte: str) -> None:
    with pytest.raises(RegleViolee):
        lire_duree(texte)


@given(st.integers(0, 200 * 60))
@settings(max_examples=60)
def test_les_trois_ecritures_d_une_duree_disent_la_meme_chose(minutes: int) -> None:
    h, m = divmod(minutes, 60)
    attendu = (D(minutes) / 60).quantize(D("0.01"), ROUND_HALF_UP)
    ecritures = [f"{h}h{m:02d}", f"{h}:{m:02d}", f"{h} h {m:02d} min", f"{attendu}", f"{attendu}".replace(".", ",")]
    assert {lire_duree(e) for e in ecritures} == {attendu}
    assert lire_duree(f"{h}.{m:02d}", minutes=True) == attendu


@given(st.decimals(0, 300, places=2), st.dates(date(2024, 1, 1), date(2027, 12, 31)), st.integers(0, 40))
@settings(max_examples=60)
def test_une_periode_partagee_garde_toutes_ses_heures(heures: Decimal, debut: date, jours: int) -> None:
    parts = repartir(heures, debut, debut + timedelta(days=jours))
    assert sum(parts.values()) == heures
    assert all(p >= 0 for p in parts.values())


def test_sept_virgule_trente_se_demande_quand_tout_y_ressemble() -> None:
    assert ressemble_a_des_minutes(["7.30", "3,45", "8.00", "7.15"])
    assert not ressemble_a_des_minutes(["7.50", "3.45", "7.30", "7.15"])
    assert not ressemble_a_des_minutes(["7h30", "35", "28"])


@pytest.mark.parametrize(
    "texte",
    [
        "05/10/2026",
        "5.10.26",
        "2026-10-05",
        "20261005",
        "lundi 05/10/2026",
        "5 octobre 2026",
        "46300",
        "05/10/26 00:00",
    ],
)
def test_un_jour_se_lit_de_toutes_les_facons(texte: str) -> None:
    assert lire_jour(texte) == date(2026, 10, 5)


def test_une_semaine_sans_annee_est_la_derniere_commencee() -> None:
    jour = date(2026, 1, 10)
    assert lire_semaine("S52", jour) == date(2025, 12, 22)
    assert lire_semaine("Semaine 2", jour) == date(2026, 1, 5)
    assert lire_semaine("2026-S42", jour) == date(2026, 10, 12)
    assert lire_mois("oct-26") == date(2026, 10, 1)


@pytest.mark.parametrize(
    ("texte", "nature"),
    [
        ("HN", Nature.TRAVAIL),
        ("HS25", Nature.TRAVAIL),
        ("Férié travaillé", Nature.TRAVAIL),
        ("", Nature.TRAVAIL),
        ("Formation", Nature.FORMATION),
        ("CP", Nature.CONGES),
        ("Repos compensateur", Nature.CONGES),
        ("Absence maladie", Nature.MALADIE),
        ("AT", Nature.MALADIE),
        ("Férié chômé", Nature.FERIE),
        ("Intempéries", Nature.INTEMPERIES),
        ("Activité partielle", Nature.ACTIVITE_PARTIELLE),
        ("Absence injustifiée", Nature.ABSENCE),
        ("Majoration HS 25 %", Nature.SANS_HEURES),
        ("Prime panier", Nature.SANS_HEURES),
        ("Hres de nuit", None),
    ],
)
def test_une_rubrique_dit_si_ses_heures_comptent(texte: str, nature: Nature | None) -> None:
    assert reconnaitre_rubrique(texte) is nature


def test_seuls_le_travail_et_la_formation_comptent() -> None:
    assert {Nature.TRAVAIL, Nature.FORMATION} == COMPTEES
