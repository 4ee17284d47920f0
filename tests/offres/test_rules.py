from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.erreurs import RegleViolee
from marketplace.offres.rules import (
    ContenuOffre,
    a_confirmer,
    exiger_publiable,
    heures_apportees,
    perimee,
)

D = Decimal
LE = date(2026, 11, 21)
OFFRE = ContenuOffre(
    intitule="Maçon",
    code_insee="34172",
    heures_hebdo=D(35),
    type_contrat="cdd",
    sans_terme=False,
    debut=date(2026, 12, 7),
    duree_mois=6,
    places=1,
    prerequis="aucun",
)


def test_une_offre_complete_se_publie() -> None:
    exiger_publiable(OFFRE, LE)
    exiger_publiable(replace(OFFRE, sans_terme=True, duree_mois=None, type_contrat="cdi"), LE)


@pytest.mark.parametrize(
    ("champ", "offre"),
    [
        ("intitule", replace(OFFRE, intitule=" ")),
        ("commune", replace(OFFRE, code_insee=None)),
        ("heures_hebdo", replace(OFFRE, heures_hebdo=None)),
        ("heures_hebdo", replace(OFFRE, heures_hebdo=D(0))),
        ("heures_hebdo", replace(OFFRE, heures_hebdo=D(49))),
        ("type_contrat", replace(OFFRE, type_contrat=None)),
        ("debut", replace(OFFRE, debut=None)),
        ("debut", replace(OFFRE, debut=date(2026, 11, 20))),
        ("debut", replace(OFFRE, debut=date(2028, 11, 22))),
        ("duree_mois", replace(OFFRE, duree_mois=None)),
        ("duree_mois", replace(OFFRE, duree_mois=61)),
        ("places", replace(OFFRE, places=0)),
        ("places", replace(OFFRE, places=None)),
        ("prerequis", replace(OFFRE, prerequis=" ")),
    ],
)
def test_une_offre_incomplete_dit_le_champ_qui_manque(champ: str, offre: ContenuOffre) -> None:
    with pytest.raises(RegleViolee) as refus:
        exiger_publiable(offre, LE)
    assert refus.value.champ == champ


@pytest.mark.parametrize(
    ("confirmee", "publiee", "due"),
    [
        (LE - timedelta(days=6), LE - timedelta(days=90), False),
        (LE - timedelta(days=7), LE - timedelta(days=90), True),
        (None, LE - timedelta(days=6), False),
        (None, None, True),
    ],
)
def test_toujours_d_actualite_se_demande_chaque_semaine(
    confirmee: date | None, publiee: date | None, due: bool
) -> None:
    assert a_confirmer(confirmee, publiee, LE) is due


@pytest.mark.parametrize(
    ("silence", "debut", "fermee"),
    [(28, LE, False), (29, LE, True), (0, LE - timedelta(days=45), False), (0, LE - timedelta(days=46), True)],
)
def test_une_offre_oubliee_se_ferme_d_elle_meme(silence: int, debut: date, fermee: bool) -> None:
    assert (perimee(LE - timedelta(days=silence), None, debut, LE) is not None) is fermee


def test_une_offre_dit_les_heures_qu_elle_apporte() -> None:
    assert heures_apportees(D(35), 1, date(2026, 1, 1), 12, None) == 1820
    assert heures_apportees(D(35), 1, date(2026, 1, 1), None, None) == 1820
    assert heures_apportees(D(35), 2, date(2026, 1, 1), 12, None) == 3640
    assert heures_apportees(D(35), 1, date(2026, 1, 1), 12, date(2025, 12, 31)) == 0


@given(st.decimals(1, 48, places=2), st.integers(1, 60), st.integers(0, 900))
def test_la_fin_du_marche_ne_fait_jamais_gagner_d_heures(hebdo: Decimal, mois: int, jours: int) -> None:
    debut = date(2026, 1, 1)
    sans_fin = heures_apportees(hebdo, 1, debut, mois, None)
    assert heures_apportees(hebdo, 1, debut, mois, debut + timedelta(days=jours)) <= sans_fin
