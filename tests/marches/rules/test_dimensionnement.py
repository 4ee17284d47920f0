from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.erreurs import RegleViolee
from marketplace.marches.rules.dimensionnement import (
    VERSION_FORMULE,
    ReglagesDimensionnement,
    Tranche,
    dimensionner,
    etudier_faisabilite,
    objectif_anru,
    objectif_bons_de_commande,
    objectif_operation,
    objectif_reprise_personnel,
    objectif_tranches,
    ratio_bons_de_commande,
    verifier_groupement,
)

D = Decimal
LE = date(2026, 11, 21)
R = ReglagesDimensionnement()
PLANCHER = ReglagesDimensionnement(arrondi_mode="plancher")


@pytest.mark.parametrize(
    ("montant", "part", "taux", "cout", "reglages", "heures", "exact"),
    [
        (1_000_000, "0.50", "0.05", 30, R, 833, "833.33"),
        (1_500_000, "0.70", "0.10", 30, R, 3500, "3500.00"),
        (1_200_000, "0.45", "0.07", 38, R, 995, "994.74"),
        (1_200_000, "0.45", "0.07", 38, PLANCHER, 994, "994.74"),
        (1_200_000, "0.45", "0.07", 38, ReglagesDimensionnement(arrondi_pas=D(10)), 990, "994.74"),
    ],
)
def test_l_objectif_se_calcule_du_montant_de_la_main_d_oeuvre_et_de_l_effort(
    montant: int, part: str, taux: str, cout: int, reglages: ReglagesDimensionnement, heures: int, exact: str
) -> None:
    calibrage = dimensionner(D(montant), D(part), D(taux), D(cout), LE, reglages)
    assert calibrage.heures == heures
    assert calibrage.exact == D(exact)
    assert calibrage.version == VERSION_FORMULE


@pytest.mark.parametrize(
    ("montant", "part", "taux", "cout", "champ"),
    [
        ("0", "0.5", "0.05", "30", "montant_ht"),
        ("1000", "0", "0.05", "30", "part_main_oeuvre"),
        ("1000", "1.01", "0.05", "30", "part_main_oeuvre"),
        ("1000", "0.5", "0", "30", "taux_effort"),
        ("1000", "0.5", "1.5", "30", "taux_effort"),
        ("1000", "0.5", "0.05", "0", "cout_horaire"),
        ("1000", "0.5", "0.05", "12.01", "cout_horaire"),
    ],
)
def test_une_valeur_hors_bornes_est_refusee_a_son_champ(
    montant: str, part: str, taux: str, cout: str, champ: str
) -> None:
    with pytest.raises(RegleViolee) as refus:
        dimensionner(D(montant), D(part), D(taux), D(cout), LE, R)
    assert refus.value.champ == champ


def test_le_smic_de_l_annee_borne_le_cout_horaire() -> None:
    dimensionner(D(1000), D("0.5"), D("0.05"), D("12.02"), LE, R)
    dimensionner(D(1000), D("0.5"), D("0.05"), D("11.90"), date(2025, 6, 1), R)


def test_l_objectif_d_une_operation_est_la_somme_de_ses_marches() -> None:
    assert objectif_operation([D(833), D(0), D(240)]) == 1073


def test_un_accord_cadre_suit_les_commandes() -> None:
    ratio = ratio_bons_de_commande(D("0.60"), D("0.07"), D(35), LE)
    assert ratio == D("1.2")
    assert objectif_bons_de_commande(ratio, [D(412_500)], R) == 495
    assert objectif_bons_de_commande(ratio, [D(412_500), D(10_000)], R) == 507
    with pytest.raises(RegleViolee):
        objectif_bons_de_commande(ratio, [D(-1)], R)


@pytest.mark.parametrize(
    ("heures", "volet", "minimum"),
    [(20_000, "travaux", 1000), (3_000, "gestion_urbaine", 300), (3_000, "ingenierie", 150)],
)
def test_la_charte_anru_demande_5_ou_10_pour_cent_des_heures(heures: int, volet: str, minimum: int) -> None:
    assert objectif_anru(D(heures), volet, R) == minimum


def test_un_volet_anru_inconnu_est_refuse() -> None:
    with pytest.raises(RegleViolee):
        objectif_anru(D(100), "etudes", R)


def test_l_effort_ne_porte_que_sur_le_personnel_nouveau() -> None:
    assert objectif_reprise_personnel(D(10_000), D("0.80"), D("0.10"), R) == 200
    assert objectif_reprise_personnel(D(10_000), D(1), D("0.10"), R) == 0
    with pytest.raises(RegleViolee):
        objectif_reprise_personnel(D(10_000), D("1.1"), D("0.10"), R)


def test_une_tranche_optionnelle_ne_compte_qu_affermie() -> None:
    ferme = Tranche(D(500))
    assert objectif_tranches([ferme, Tranche(D(200), optionnelle=True)], LE) == 500
    affermie = Tranche(D(200), optionnelle=True, affermie_le=LE)
    assert objectif_tranches([ferme, affermie], LE) == 700
    assert objectif_tranches([ferme, affermie], date(2026, 11, 20)) == 500


def test_les_parts_d_un_groupement_font_l_objectif() -> None:
    verifier_groupement(D(833), {"A": D(500), "B": D(333)})
    with pytest.raises(RegleViolee, match="manque 33 h"):
        verifier_groupement(D(833), {"A": D(500), "B": D(300)})
    with pytest.raises(RegleViolee, match="en trop 0,5 h"):
        verifier_groupement(D(833), {"A": D(500), "B": D("333.5")})
    with pytest.raises(RegleViolee, match="négative"):
        verifier_groupement(D(833), {"A": D(900), "B": D(-67)})


def test_une_petite_clause_ou_un_vivier_vide_se_dit_avant() -> None:
    etude = etudier_faisabilite(D(69), 1, 0, R)
    assert len(etude.reserves) == 3
    assert etudier_faisabilite(D(1600), 12, 3, R).reserves == etudier_faisabilite(D(1600), 12, None, R).reserves == ()
    assert etudier_faisabilite(D(1600), 6, 3, R).etp == 2
    with pytest.raises(RegleViolee):
        etudier_faisabilite(D(1600), 0, 3, R)


PART = st.decimals("0.01", 1, places=2)


@given(st.decimals(1, 10**8, places=2), PART, PART, st.decimals("12.02", 80, places=2))
def test_l_objectif_ne_depasse_jamais_les_heures_que_le_montant_peut_payer(
    montant: Decimal, part: Decimal, taux: Decimal, cout: Decimal
) -> None:
    calibrage = dimensionner(montant, part, taux, cout, LE, R)
    assert abs(calibrage.heures - calibrage.exact) <= D("0.505")
    assert calibrage.exact <= montant / cout + D("0.005")
    plus = dimensionner(montant * 2, part, taux, cout, LE, R)
    assert plus.heures >= calibrage.heures
