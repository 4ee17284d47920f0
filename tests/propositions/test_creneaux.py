"""A slot that somebody can keep: working days, office hours, never twice the same."""

from __future__ import annotations

import itertools
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.contexte import PARIS
from marketplace.erreurs import RegleViolee
from marketplace.propositions.choix import MOTIFS_CHOIX, PREMIERS, en_tete, exiger_motif_choix
from marketplace.propositions.creneaux import creneau_propose, feries, ouvre, paques, serie

SAMEDI = datetime(2026, 11, 21, 9, tzinfo=PARIS)
LOIN = date(2027, 3, 1)
instants = st.builds(
    lambda jour, heure: datetime.combine(jour, heure, PARIS), st.dates(date(2025, 1, 1), date(2031, 12, 31)), st.times()
)


@pytest.mark.parametrize(
    ("annee", "jour"), [(2024, date(2024, 3, 31)), (2026, date(2026, 4, 5)), (2027, date(2027, 3, 28))]
)
def test_paques_tombe_le_bon_dimanche(annee, jour):
    assert paques(annee) == jour


def test_les_jours_feries_de_2026():
    assert {date(2026, 4, 6), date(2026, 5, 14), date(2026, 5, 25), date(2026, 11, 11)} <= feries(2026)
    assert len(feries(2026)) == 11
    assert not ouvre(date(2026, 5, 14))
    assert ouvre(date(2026, 5, 15))


def test_le_premier_rendez_vous_laisse_trois_jours_ouvres():
    assert creneau_propose(SAMEDI, LOIN) == datetime(2026, 11, 25, 9, 30, tzinfo=PARIS)


def test_un_poste_qui_commence_bientot_se_rencontre_avant():
    assert creneau_propose(SAMEDI, date(2026, 11, 24)) == datetime(2026, 11, 23, 9, 30, tzinfo=PARIS)


@given(maintenant=instants, nombre=st.integers(1, 12))
def test_les_rendez_vous_proposes_sont_a_venir_ouvres_et_differents(maintenant, nombre):
    pris = set()
    for _ in range(nombre):
        moment = creneau_propose(maintenant, date(2040, 1, 1), pris)
        assert moment is not None
        assert moment > maintenant
        assert ouvre(moment.date())
        assert moment not in pris
        pris.add(moment)


@given(
    jour=st.dates(date(2025, 1, 1), date(2031, 1, 1)).filter(ouvre),
    heure=st.sampled_from([time(9), time(9, 30), time(11, 45), time(14), time(16, 50)]),
    minutes=st.sampled_from([20, 30, 45, 60]),
    nombre=st.integers(1, 30),
)
def test_une_serie_ne_se_chevauche_pas_et_respecte_les_pauses(jour, heure, minutes, nombre):
    moments = serie(datetime.combine(jour, heure, PARIS), minutes, nombre)
    assert len(moments) == nombre
    for avant, apres in itertools.pairwise(moments):
        assert apres - avant >= timedelta(minutes=minutes)
        assert ouvre(apres.date())
        assert apres.time() < time(12) or apres.time() >= time(14)


def test_une_serie_de_quatre_reprend_apres_midi():
    moments = serie(datetime(2026, 11, 25, 11, 0, tzinfo=PARIS), 30, 4)
    assert [m.strftime("%H:%M") for m in moments] == ["11:00", "11:30", "14:00", "14:30"]


@pytest.mark.parametrize(
    ("rang", "mot", "attendu"),
    [
        (1, "très proche", True),
        (PREMIERS, "proche", True),
        (PREMIERS + 1, "proche", False),
        (2, "éloigné", False),
        (None, None, False),
    ],
)
def test_qui_la_liste_met_en_tete(rang, mot, attendu):
    assert en_tete(rang, mot) is attendu


def test_choisir_plus_loin_dans_la_liste_se_dit_en_un_mot_code():
    assert exiger_motif_choix(None, suggeree=True) is None
    assert exiger_motif_choix("projet", suggeree=False) == "projet"
    for motif in (None, "", "elle est gentille"):
        with pytest.raises(RegleViolee) as refus:
            exiger_motif_choix(motif, suggeree=False)
        assert refus.value.champ == "motif_choix"
    assert all(len(code) <= 40 for code in MOTIFS_CHOIX)
