"""A glance never hides a clause that lags: whatever it calls calm, the full computation calls on its way."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.heures.rules.avancement import EtatAvancement, ReglagesAvancement, Suivi, avancer
from marketplace.heures.rules.vigilance import surement_calme
from marketplace.valeurs import ajouter_mois, mois_entre, premier_du_mois

JOUR = date(2026, 11, 21)
MESURE = date(2026, 10, 31)
R = ReglagesAvancement()
CALME = {EtatAvancement.DANS_LES_TEMPS, EtatAvancement.EN_AVANCE}


def calme(suivi: Suivi, connues: tuple[Decimal, ...], recentes: Decimal) -> bool:
    """The glance, on the sums the base gives."""
    avec_heures = [h for h in connues if h > 0]
    if not avec_heures:
        return False
    return surement_calme(
        objectif=int(suivi.objectif * 100),
        validees=int(suivi.validees * 100),
        recentes=int(recentes * 100),
        meilleurs=max(int(sum(connues) * 100) / max(len(avec_heures), 3), int(max(connues) * 100) / 3),
        nombre_mois=len(connues),
        debut=suivi.debut,
        fin=suivi.fin,
        mesure=MESURE,
        jour=JOUR,
        reglages=R,
    )


@given(
    anciennete=st.integers(1, 24),
    suite=st.integers(20, 900),
    objectif=st.integers(50, 4000),
    heures=st.lists(st.integers(0, 30_000), min_size=24, max_size=24),
    recentes=st.integers(0, 10_000),
)
@settings(max_examples=400, deadline=None)
def test_ce_que_le_coup_d_oeil_dit_calme_n_alerte_jamais(
    anciennete: int, suite: int, objectif: int, heures: list[int], recentes: int
) -> None:
    debut = ajouter_mois(premier_du_mois(MESURE), 1 - anciennete)
    connues = tuple(Decimal(h) / 100 for h in heures[: len(mois_entre(debut, MESURE))])
    venues = Decimal(recentes) / 100
    suivi = Suivi(
        objectif=Decimal(objectif),
        validees=sum(connues, Decimal(0)) + venues,
        debut=debut,
        fin=JOUR + timedelta(days=suite),
        par_mois=connues,
        mesure=MESURE,
        recentes=venues,
    )
    if calme(suivi, connues, venues):
        assert avancer(suivi, JOUR, R).etat in CALME


def test_une_clause_reguliere_est_calme_et_une_clause_vide_ne_l_est_pas() -> None:
    connues = (Decimal(100),) * 6
    suivi = Suivi(
        objectif=Decimal(1200),
        validees=Decimal(600),
        debut=date(2026, 5, 1),
        fin=date(2027, 4, 30),
        par_mois=connues,
        mesure=MESURE,
    )
    assert calme(suivi, connues, Decimal(0))
    assert not calme(suivi, (Decimal(0),) * 6, Decimal(0))
