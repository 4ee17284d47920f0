"""R130 and R131, in sentences."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.comptes.roles import Role
from marketplace.comptes.rules import attente_apres, role_dans, second_facteur_exige, verifier_mot_de_passe
from marketplace.erreurs import RegleViolee


def test_t29_clause2026_est_refuse() -> None:
    with pytest.raises(RegleViolee, match="11 caractères"):
        verifier_mot_de_passe("Clause2026!")


@pytest.mark.parametrize("mot", ["Grue#Verte82Xy!", "kM7 pQz9 wLr4 t", "T0rride-Figuier"])
def test_quatorze_caracteres_de_trois_sortes_conviennent(mot: str) -> None:
    verifier_mot_de_passe(mot)


def test_une_phrase_de_sept_mots_convient() -> None:
    verifier_mot_de_passe("le cheval mange trois tuiles sous la pluie")


@pytest.mark.parametrize("mot", ["abcdfghjklmnpq", "grueverteetbleue", "ABCDEFGHIJKLMN12"[:14].lower()])
def test_deux_sortes_ne_suffisent_pas(mot: str) -> None:
    with pytest.raises(RegleViolee, match="trois sortes"):
        verifier_mot_de_passe(mot)


@pytest.mark.parametrize(
    "mot",
    [
        "Motdepasse2026!",
        "M0tdep@sse-2026",
        "Azertyuiop1234!",
        "Montpellier-34!",
        "Bonjour-Bonjour1",
        "Aaaaaaaaaaaaaa1!",
        "Qsdfghjklm0123!",
    ],
)
def test_un_mot_de_passe_courant_est_refuse_meme_long(mot: str) -> None:
    with pytest.raises(RegleViolee, match="devine"):
        verifier_mot_de_passe(mot)


def test_son_propre_nom_ne_fait_pas_un_mot_de_passe() -> None:
    verifier_mot_de_passe("Micocoulier-27!")
    with pytest.raises(RegleViolee, match="devine"):
        verifier_mot_de_passe("Micocoulier-27!", ["Anatole", "Micocoulier"])


def test_un_mot_courant_noye_dans_du_hasard_convient() -> None:
    verifier_mot_de_passe("Soleil%9xQ2#vTkr")


def test_un_texte_demesure_est_refuse() -> None:
    with pytest.raises(RegleViolee, match="trop long"):
        verifier_mot_de_passe("aB3!" * 100)


@given(st.text(max_size=13))
def test_rien_de_court_ne_passe(mot: str) -> None:
    with pytest.raises(RegleViolee):
        verifier_mot_de_passe(mot)


def test_l_attente_commence_au_sixieme_echec_et_plafonne() -> None:
    assert [attente_apres(n) for n in (1, 5)] == [timedelta(0), timedelta(0)]
    assert [attente_apres(n).total_seconds() / 60 for n in (6, 7, 8, 9, 10, 50)] == [1, 2, 4, 8, 15, 15]


def test_facilitateurs_et_administrateurs_ont_un_second_facteur() -> None:
    assert second_facteur_exige([Role.EMPLOYEUR, Role.FACILITATEUR])
    assert second_facteur_exige([Role.ADMINISTRATEUR])
    assert not second_facteur_exige([Role.EMPLOYEUR, Role.REFERENT, Role.ACHETEUR])


def test_une_organisation_donne_son_role() -> None:
    assert role_dans("acheteur") is Role.ACHETEUR
    assert role_dans("prescripteur") is Role.REFERENT
    assert role_dans("geiq") is Role.EMPLOYEUR
