"""When jobs fall due."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.contexte import PARIS
from marketplace.scheduler.periodes import Rythme, dues, jour_de, periode

pytestmark = pytest.mark.sans_base
SAMEDI = datetime(2026, 11, 21, 9, 7, tzinfo=PARIS)


@pytest.mark.parametrize(
    ("rythme", "attendu"),
    [
        (Rythme.CINQ_MINUTES, "2026-11-21T09:05"),
        (Rythme.QUOTIDIEN, "2026-11-21"),
        (Rythme.HEBDOMADAIRE, "2026-S47"),
        (Rythme.MENSUEL, "2026-11"),
    ],
)
def test_chaque_rythme_nomme_sa_periode(rythme: Rythme, attendu: str) -> None:
    assert periode(rythme, SAMEDI) == attendu


def test_sans_histoire_seule_la_derniere_periode_est_due() -> None:
    assert dues(Rythme.QUOTIDIEN, SAMEDI, 2, None) == ["2026-11-21"]


def test_trois_nuits_manquees_sont_toutes_dues_dans_l_ordre() -> None:
    assert dues(Rythme.QUOTIDIEN, SAMEDI, 2, "2026-11-18") == ["2026-11-19", "2026-11-20", "2026-11-21"]


def test_avant_l_heure_la_periode_du_jour_n_est_pas_due() -> None:
    assert dues(Rythme.QUOTIDIEN, SAMEDI.replace(hour=1), 2, "2026-11-20") == []


def test_un_mois_manque_est_du_meme_en_changeant_d_annee() -> None:
    janvier = datetime(2027, 1, 2, 9, tzinfo=PARIS)
    assert dues(Rythme.MENSUEL, janvier, 3, "2026-10") == ["2026-11", "2026-12", "2027-01"]


@given(
    st.integers(0, 800), st.integers(0, 40), st.sampled_from([Rythme.QUOTIDIEN, Rythme.HEBDOMADAIRE, Rythme.MENSUEL])
)
def test_les_periodes_dues_se_suivent_sans_trou_ni_doublon(jours: int, saut: int, rythme: Rythme) -> None:
    maintenant = SAMEDI + timedelta(days=jours)
    faite = periode(rythme, maintenant - timedelta(days=saut))
    liste = dues(rythme, maintenant, 0, faite)
    assert liste == sorted(set(liste))
    assert faite not in liste
    for avant, apres in zip([faite, *liste], liste, strict=False):
        ecart = jour_de(rythme, apres) - jour_de(rythme, avant)
        assert timedelta(days=1) <= ecart <= timedelta(days=31)


def test_le_jour_d_une_semaine_est_son_lundi() -> None:
    assert jour_de(Rythme.HEBDOMADAIRE, "2026-S47") == date(2026, 11, 16)
