"""How well notices are read, measured: real labelled notices by cross-validation, then invented ones kept apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from marketplace.marches.avis.classement import INVENTES, REELS, SEUIL, Exemple, lire_exemples
from marketplace.marches.avis.lecture import lire_plusieurs
from marketplace.marches.avis.mesures import Mesures, familles, mesurer, valider

VARIES = Path(__file__).parent / "avis_varies.csv"


@pytest.fixture(scope="module")
def reels() -> list[Exemple]:
    return lire_exemples(REELS)


@pytest.fixture(scope="module")
def mesures() -> Mesures:
    return valider()


def test_la_clause_se_lit_sans_avoir_vu_le_gabarit(mesures: Mesures) -> None:
    assert mesures.avis == 397
    assert mesures.clause.precision >= 0.97, mesures.clause
    assert mesures.clause.rappel >= 0.97, mesures.clause


def test_la_reservation_se_lit_sans_avoir_vu_le_gabarit(mesures: Mesures) -> None:
    assert mesures.reserve.rappel >= 0.9, mesures.reserve
    assert mesures.reserve.precision >= 0.9, mesures.reserve


def test_les_heures_sont_exactes_et_rien_n_est_invente(mesures: Mesures) -> None:
    assert mesures.heures >= 0.9, mesures.heures_fausses
    assert mesures.heures_sur_le_reste == 0


def test_les_quasi_doublons_restent_du_meme_cote(reels: list[Exemple]) -> None:
    gabarit = "Consultation comportant des conditions d'exécution à caractère social détaillées dans le CCAP."
    autre = "Le maître d'œuvre remet ses plans au format DWG, avec une notice d'entretien des équipements."
    lot = [gabarit, gabarit.replace("CCAP", "CCTP"), autre]
    numeros = familles(lot)
    assert numeros[0] == numeros[1] != numeros[2]
    assert len(set(familles([e.texte for e in reels]))) < len(reels) / 2


def test_les_avis_varies_n_ont_jamais_servi_a_apprendre() -> None:
    appris = {e.texte for e in (*lire_exemples(REELS), *lire_exemples(INVENTES))}
    varies = lire_exemples(VARIES)
    assert len(varies) > 150
    assert not appris & {e.texte for e in varies}


def test_les_avis_varies_et_leurs_pieges() -> None:
    varies = lire_exemples(VARIES)
    lus = lire_plusieurs([e.texte for e in varies])
    clause = mesurer([e.clause for e in varies], [a.clause for a in lus])
    reserve = mesurer([e.reserve for e in varies], [a.reserve for a in lus])
    assert clause.precision >= 0.97, [varies[i].texte for i in clause.faux_positifs]
    assert clause.rappel >= 0.97, [varies[i].texte for i in clause.oublis]
    assert reserve.precision >= 0.9, [varies[i].texte for i in reserve.faux_positifs]
    assert reserve.rappel >= 0.9, [varies[i].texte for i in reserve.oublis]
    attendues = [sorted(map(float, e.heures)) for e in varies]
    fausses = [
        e.texte
        for e, attendu, a in zip(varies, attendues, lus, strict=True)
        if attendu != sorted(float(h.heures) for h in a.heures)
    ]
    assert len(fausses) <= 0.05 * len(varies), fausses


def test_les_etiquettes_se_tiennent(reels: list[Exemple]) -> None:
    assert sum(e.clause for e in reels) == 122
    assert sum(e.reserve for e in reels) == 8
    for e in reels:
        assert bool(e.extrait) == (e.clause or e.reserve)
        assert e.extrait in e.texte
        assert e.clause or not e.heures
        assert e.clause == (e.genre in {"insertion", "sociale_generique", "formation"})


def test_une_mesure_compte_les_erreurs_des_deux_cotes() -> None:
    m = mesurer([True, True, False, False], [True, False, True, False])
    assert (m.precision, m.rappel, m.faux_positifs, m.oublis) == (0.5, 0.5, (2,), (1,))
    assert 0 < SEUIL < 1
