from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from marketplace.bilans.rules.masquage import (
    TOTAL,
    Case,
    Somme,
    decrire_tableau,
    masquer,
    masquer_tableau,
)
from marketplace.erreurs import RegleViolee


def retrouver(cellules: dict[Case, int], sommes: list[Somme[Case]], masquees: frozenset[Case]) -> set[Case]:
    """Attack apart from the rule: the lowest and the highest value of each hidden cell by integer programming."""
    if not masquees:
        return set()
    inconnues = sorted(masquees)
    rang = {k: n for n, k in enumerate(inconnues)}
    matrice, droite = [], []
    for s in sommes:
        ligne, constante = np.zeros(len(inconnues)), 0
        for cle, signe in ((s.total, -1), *((p, 1) for p in s.parties)):
            if cle in rang:
                ligne[rang[cle]] += signe
            else:
                constante -= signe * cellules[cle]
        matrice.append(ligne)
        droite.append(constante)
    contrainte = LinearConstraint(np.array(matrice), droite, droite)
    trouvees = set()
    for cle in inconnues:
        extremes = []
        for sens in (1, -1):
            but = np.zeros(len(inconnues))
            but[rang[cle]] = sens
            resultat = milp(but, constraints=contrainte, bounds=Bounds(1, 10_000), integrality=np.ones(len(inconnues)))
            assert resultat.success
            extremes.append(round(resultat.x[rang[cle]]))
        if extremes[0] == extremes[1]:
            trouvees.add(cle)
    return trouvees


TABLEAUX = st.integers(1, 4).flatmap(
    lambda largeur: st.lists(st.lists(st.integers(0, 12), min_size=largeur, max_size=largeur), min_size=1, max_size=4)
)


@settings(max_examples=60, deadline=None)
@given(TABLEAUX)
def test_aucun_petit_effectif_ne_se_retrouve_par_difference(tableau: list[list[int]]) -> None:
    cellules, sommes = decrire_tableau(tableau)
    masquees = masquer_tableau(tableau)
    petites = {k for k, v in cellules.items() if 0 < v < 5}
    assert petites <= masquees
    assert not retrouver(cellules, sommes, masquees) & petites


def test_l_attaque_sait_retrouver_une_cellule_mal_protegee() -> None:
    cellules, sommes = decrire_tableau([[3, 8], [9, 10]])
    assert retrouver(cellules, sommes, frozenset({(0, 0)})) == {(0, 0)}


def test_une_seule_petite_case_en_entraine_d_autres() -> None:
    masquees = masquer_tableau([[3, 8, 20], [9, 10, 30], [40, 50, 60]])
    assert masquees == {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_un_tableau_sans_petit_effectif_reste_entier() -> None:
    assert masquer_tableau([[5, 0], [12, 7]]) == frozenset()


def test_deux_personnes_seules_dans_deux_cases_cachent_aussi_leur_total() -> None:
    masquees = masquer_tableau([[1, 1], [20, 30]])
    assert {(0, 0), (0, 1), (0, TOTAL)} <= masquees


def test_un_zero_reste_publie() -> None:
    masquees = masquer_tableau([[0, 3, 9], [0, 8, 7], [6, 0, 5]])
    cellules, _ = decrire_tableau([[0, 3, 9], [0, 8, 7], [6, 0, 5]])
    assert all(cellules[k] for k in masquees)


def test_deux_tableaux_qui_partagent_un_total_se_protegent_ensemble() -> None:
    cellules = {"total": 30, "femmes": 12, "hommes": 18, "rsa": 27, "autres": 3}
    sommes = [Somme("total", ("femmes", "hommes")), Somme("total", ("rsa", "autres"))]
    assert masquer(cellules, sommes) == {"autres", "rsa"}


def test_un_territoire_peut_masquer_jusqu_a_dix_personnes() -> None:
    tableau = [[10, 40], [50, 60]]
    assert masquer_tableau(tableau) == frozenset()
    assert (0, 0) in masquer_tableau(tableau, seuil=11)


def test_le_masquage_est_le_meme_a_chaque_fois() -> None:
    tableau = [[3, 8, 2], [9, 1, 30], [4, 50, 6]]
    assert all(a == b for a, b in pairwise([masquer_tableau(tableau) for _ in range(3)]))


def test_un_total_faux_ou_un_effectif_negatif_sont_refuses() -> None:
    with pytest.raises(RegleViolee, match="total"):
        masquer({"t": 5, "a": 3}, [Somme("t", ("a",))])
    with pytest.raises(RegleViolee, match="négatif"):
        masquer({"t": -3, "a": -3}, [Somme("t", ("a",))])
    with pytest.raises(RegleViolee, match="longueur"):
        masquer_tableau([[1, 2], [3]])
