"""The kinds of calculation, and the golden cases T1 to T8 and T23 by name."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.erreurs import RegleViolee
from marketplace.marches.rules.calculs import Cas, calculer, entrees_gardees, partager, refaire
from marketplace.marches.rules.considerations import Consideration, verifier
from marketplace.marches.rules.dimensionnement import ReglagesDimensionnement, etudier_faisabilite
from marketplace.marches.rules.regime import (
    Derogation,
    NatureMarche,
    Regime,
    TypeAcheteur,
    regime_applicable,
    verifier_regime,
)

D = Decimal
LE = date(2026, 11, 21)
R = ReglagesDimensionnement()
QUATRE = {"montant": "1 000 000", "part": "50", "taux": "5", "cout": "30"}


@pytest.mark.parametrize(
    ("cas", "entrees", "heures"),
    [
        pytest.param(Cas.MARCHE, QUATRE, "833", id="T1"),
        pytest.param(Cas.MARCHE, {"montant": "1500000", "part": "70", "taux": "10", "cout": "30"}, "3500", id="T2"),
        pytest.param(Cas.MARCHE, {"montant": "1200000", "part": "45", "taux": "7", "cout": "38"}, "995", id="T3"),
        pytest.param(Cas.BONS, {"montant": "412500", "part": "60", "taux": "7", "cout": "35"}, "495", id="T4"),
        pytest.param(Cas.BONS, {"montant": "422500", "part": "60", "taux": "7", "cout": "35"}, "507", id="R19"),
        pytest.param(Cas.AVENANT, {"heures": "800", "montant": "1000000", "nouveau": "1150000"}, "920", id="T5"),
        pytest.param(Cas.REPRISE, {"heures": "10000", "repris": "80", "taux": "10"}, "200", id="T6"),
        pytest.param(Cas.ANRU, {"heures": "20000", "volet": "travaux"}, "1000", id="T7-travaux"),
        pytest.param(Cas.ANRU, {"heures": "3000", "volet": "gestion_urbaine"}, "300", id="T7-gestion-urbaine"),
        pytest.param(Cas.TRANCHES, QUATRE | {"tranche1": "500000"}, "833", id="R21-non-affermie"),
        pytest.param(Cas.TRANCHES, QUATRE | {"tranche1": "500000", "affermie1": "1"}, "1250", id="R21-affermie"),
        pytest.param(Cas.GROUPEMENT, {"heures": "833", "part1": "60", "part2": "40"}, "833", id="R22"),
    ],
)
def test_chaque_cas_se_calcule_selon_sa_regle(cas: Cas, entrees: dict[str, str], heures: str) -> None:
    calcul = calculer(cas, entrees, LE, R)
    assert calcul.heures == D(heures)
    assert calcul.formule


def test_t3_arrondi_vers_le_bas() -> None:
    entrees = {"montant": "1200000", "part": "45", "taux": "7", "cout": "38"}
    assert calculer(Cas.MARCHE, entrees, LE, ReglagesDimensionnement(arrondi_mode="plancher")).heures == 994


@pytest.mark.parametrize(
    ("cas", "entrees", "champ"),
    [
        (Cas.MARCHE, QUATRE | {"part": "0"}, "part"),
        (Cas.MARCHE, QUATRE | {"taux": "101"}, "taux"),
        (Cas.MARCHE, QUATRE | {"montant": ""}, "montant"),
        (Cas.MARCHE, QUATRE | {"montant": "beaucoup"}, "montant"),
        (Cas.TRANCHES, QUATRE | {"tranche2": "-1"}, "tranche2"),
        (Cas.REPRISE, {"heures": "1000", "repris": "120", "taux": "10"}, "repris"),
        (Cas.REPRISE, {"heures": "-1", "repris": "10", "taux": "10"}, "heures"),
        (Cas.ANRU, {"heures": "1000", "volet": "autre"}, "volet"),
        (Cas.GROUPEMENT, {"heures": "833"}, "part1"),
        (Cas.GROUPEMENT, {"heures": "833", "part1": "60", "part2": "50"}, "part1"),
        (Cas.GROUPEMENT, {"heures": "833", "part1": "110", "part2": "-10"}, "part2"),
        (Cas.GROUPEMENT, {"heures": "833", "membre1": "A", "part1": "50", "membre2": "A", "part2": "50"}, "membre2"),
        (Cas.AVENANT, {"heures": "800", "montant": "0", "nouveau": "5"}, "nouveau"),
        (Cas.AVENANT, {"heures": "800", "montant": "100", "nouveau": "-5"}, "nouveau"),
    ],
)
def test_une_entree_fausse_est_refusee_a_son_champ(cas: Cas, entrees: dict[str, str], champ: str) -> None:
    with pytest.raises(RegleViolee) as refus:
        calculer(cas, entrees, LE, R)
    assert refus.value.champ == champ


def test_un_calcul_garde_se_refait_a_l_identique() -> None:
    for cas, entrees in (
        (Cas.BONS, {"montant": "412 500", "part": "60", "taux": "7", "cout": "35"}),
        (Cas.TRANCHES, QUATRE | {"tranche1": "500000", "affermie1": "1"}),
        (Cas.REPRISE, {"heures": "10000", "repris": "80", "taux": "10"}),
    ):
        calcul = calculer(cas, entrees | {"intrus": "x"}, LE, R)
        garde = calcul.garder()
        assert "intrus" not in garde["entrees"]
        assert refaire(garde, LE, R) == calcul


def test_l_ancienne_forme_du_calcul_garde_se_relit() -> None:
    ancienne = {"montant_ht": "1000000", "part_main_oeuvre": "0.475", "taux_effort": "0.05", "cout_horaire": "30"}
    cas, entrees = entrees_gardees(ancienne)
    assert cas is Cas.MARCHE
    assert entrees == {"montant": "1000000", "part": "47,5", "taux": "5", "cout": "30"}
    assert entrees_gardees({}) == (Cas.MARCHE, {})
    with pytest.raises(RegleViolee):
        refaire({}, LE, R)


@settings(max_examples=40)
@given(st.decimals(1, 10_000, places=2), st.integers(1, 98), st.integers(1, 98))
def test_les_heures_d_un_groupement_font_toujours_l_objectif(objectif: Decimal, a: int, b: int) -> None:
    parts = {"A": D(a) / 200, "B": D(b) / 200}
    parts["C"] = 1 - parts["A"] - parts["B"]
    heures = partager(objectif, parts)
    assert sum(heures.values()) == objectif
    assert all(abs(heures[nom] - objectif * part) < D("0.01") for nom, part in parts.items())


@pytest.mark.parametrize(
    ("heures", "mois", "vivier", "phrase"),
    [
        (2400, 6, 14, "14 personnes à portée, il en faut 3"),
        (800, 6, 1, "1 personne à portée, il en faut une"),
        (2400, 6, 0, "Personne à portée pour ce métier, il en faut 3"),
        (2400, 6, None, "Il faut 3 personnes à temps plein"),
        (100, 6, None, "Il faut 1 personne à temps plein"),
    ],
)
def test_la_faisabilite_se_dit_en_une_phrase(heures: int, mois: int, vivier: int | None, phrase: str) -> None:
    assert etudier_faisabilite(D(heures), mois, vivier, R).phrase == phrase


@pytest.mark.parametrize(
    ("nature", "valeur", "le", "attendu"),
    [
        pytest.param(NatureMarche.SERVICES, "215999.99", date(2026, 8, 22), Regime.FACULTATIF, id="T8-sous-le-seuil"),
        pytest.param(NatureMarche.SERVICES, "216000", date(2026, 8, 22), Regime.OBLIGATOIRE, id="T8-au-seuil"),
        pytest.param(NatureMarche.SERVICES, "216000", date(2026, 8, 21), Regime.FACULTATIF, id="T8-la-veille"),
        pytest.param(NatureMarche.TRAVAUX, "5000000", date(2026, 8, 22), Regime.FACULTATIF, id="T8-travaux"),
    ],
)
def test_t8_la_condition_sociale_obligatoire(nature: NatureMarche, valeur: str, le: date, attendu: Regime) -> None:
    assert regime_applicable(TypeAcheteur.AUTRE_POUVOIR, nature, D(valeur), le) is attendu


def test_t8_le_motif_des_travaux_courts_ne_vaut_pas_pour_des_services() -> None:
    with pytest.raises(RegleViolee):
        verifier_regime(
            Regime.OBLIGATOIRE,
            NatureMarche.SERVICES,
            a_une_condition_sociale=False,
            derogation=Derogation.TRAVAUX_COURTS,
            motivation="cinq mois",
        )


def test_t23_clause_sociale_et_pas_de_consideration_ne_vont_pas_ensemble() -> None:
    with pytest.raises(RegleViolee):
        verifier([Consideration.CLAUSE, Consideration.AUCUNE])
