from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.erreurs import RegleViolee
from marketplace.marches.rules.depots import (
    DecisionPenalite,
    GenreDepot,
    SaisieDepot,
    genres_possibles,
    verifier_depot,
)
from marketplace.marches.rules.etats import AVANT_NOTIFICATION, EtatMarche

JOUR = date(2026, 11, 22)
NOTIFIE = date(2026, 3, 2)
ATTRIBUTION = {
    "genre": GenreDepot.ATTRIBUTION,
    "jour": date(2026, 2, 20),
    "montant": Decimal(250000),
    "titulaire": "  Maçonnerie   exemple ",
    "siret": "732 829 320 00074",
}
AVENANT = {"genre": GenreDepot.AVENANT, "jour": date(2026, 9, 1), "numero": 1, "montant": Decimal("260000.50")}
PENALITE = {
    "genre": GenreDepot.PENALITE,
    "jour": date(2026, 9, 1),
    "montant": Decimal(500),
    "decision": DecisionPenalite.REDUITE,
    "motif": "Recherche prouvée",
}


def verifier(base, etat=EtatMarche.EN_COURS, **champs):
    return verifier_depot(SaisieDepot(**(base | champs)), etat, NOTIFIE, JOUR)


def test_un_depot_complet_revient_nettoye():
    propre = verifier(ATTRIBUTION)
    assert (propre.titulaire, propre.siret, propre.montant) == (
        "Maçonnerie exemple",
        "73282932000074",
        Decimal("250000.00"),
    )
    assert verifier(AVENANT).heures is None
    assert verifier(PENALITE, decision=DecisionPenalite.LEVEE, montant=None).montant == Decimal("0.00")


@pytest.mark.parametrize(
    ("base", "champs", "champ"),
    [
        (ATTRIBUTION, {"siret": "73282932000075"}, "siret"),
        (ATTRIBUTION, {"siret": "123"}, "siret"),
        (ATTRIBUTION, {"titulaire": "  "}, "titulaire"),
        (ATTRIBUTION, {"montant": Decimal(0)}, "montant"),
        (ATTRIBUTION, {"montant": Decimal(-1)}, "montant"),
        (ATTRIBUTION, {"montant": Decimal("1.001")}, "montant"),
        (ATTRIBUTION, {"montant": Decimal(10) ** 12}, "montant"),
        (ATTRIBUTION, {"jour": JOUR + timedelta(days=1)}, "jour"),
        (ATTRIBUTION, {"jour": date(1926, 1, 1)}, "jour"),
        (AVENANT, {"jour": NOTIFIE - timedelta(days=1)}, "jour"),
        (AVENANT, {"numero": None}, "numero"),
        (AVENANT, {"numero": 0}, "numero"),
        (AVENANT, {"heures": Decimal(-1)}, "heures"),
        (AVENANT, {"montant": None}, "motif"),
        (PENALITE, {"decision": None}, "decision"),
        (PENALITE, {"decision": DecisionPenalite.LEVEE}, "montant"),
        (PENALITE, {"montant": None}, "montant"),
        (PENALITE, {"motif": " "}, "motif"),
        (PENALITE, {"jour": NOTIFIE - timedelta(days=1)}, "jour"),
    ],
)
def test_ce_qui_ne_tient_pas_est_refuse_pres_de_son_champ(base, champs, champ):
    with pytest.raises(RegleViolee) as refus:
        verifier(base, **champs)
    assert refus.value.champ == champ


def test_avenants_et_penalites_attendent_un_contrat():
    for etat in EtatMarche:
        attendu = set(GenreDepot) if etat not in AVANT_NOTIFICATION else {GenreDepot.ATTRIBUTION}
        assert set(genres_possibles(etat)) == (set() if etat is EtatMarche.SANS_SUITE else attendu)
    with pytest.raises(RegleViolee, match="pas encore notifié"):
        verifier(AVENANT, EtatMarche.EN_CONSULTATION)


@settings(max_examples=50)
@given(
    st.decimals(0, 10**9, places=2),
    st.dates(NOTIFIE, JOUR),
    st.sampled_from(list(DecisionPenalite)),
)
def test_une_penalite_levee_ne_garde_rien_et_les_autres_gardent_un_montant(montant, jour, decision):
    saisie = PENALITE | {"montant": montant, "jour": jour, "decision": decision}
    if (decision is DecisionPenalite.LEVEE) == bool(montant):
        with pytest.raises(RegleViolee) as refus:
            verifier(saisie)
        assert refus.value.champ == "montant"
    else:
        assert verifier(saisie).montant == montant
