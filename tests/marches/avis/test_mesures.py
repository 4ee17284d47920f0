"""How well notices are read, measured: real labelled notices by cross-validation, then invented ones kept apart."""

from __future__ import annotations

import pytest

from marketplace.marches.avis.classement import INVENTES, LOTS, REELS, SEUIL, Exemple, lire_exemples
from marketplace.marches.avis.mesures import Mesures, familles, mesurer, valider, valider_lots


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


def test_les_lots_inventes_et_leurs_pieges_sans_avoir_appris_le_lot() -> None:
    lots = lire_exemples(LOTS)
    mesures = valider_lots()
    assert mesures.avis == len(lots) > 650
    assert mesures.clause.precision >= 0.97, [lots[i].texte for i in mesures.clause.faux_positifs]
    assert mesures.clause.rappel >= 0.97, [lots[i].texte for i in mesures.clause.oublis]
    assert mesures.reserve.precision >= 0.9, [lots[i].texte for i in mesures.reserve.faux_positifs]
    assert mesures.reserve.rappel >= 0.9, [lots[i].texte for i in mesures.reserve.oublis]
    assert mesures.heures >= 0.95, [lots[i].texte for i in mesures.heures_fausses]
    assert mesures.heures_sur_le_reste <= 3


def test_aucun_avis_n_est_dans_deux_fichiers_a_la_fois() -> None:
    fichiers = [{e.texte for e in lire_exemples(chemin)} for chemin in (REELS, INVENTES, LOTS)]
    assert not fichiers[0] & fichiers[1]
    assert not fichiers[2] & (fichiers[0] | fichiers[1])


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
