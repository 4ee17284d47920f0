from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.erreurs import RegleViolee
from marketplace.marches.rules.etats import (
    AVANT_NOTIFICATION,
    LIBELLES,
    MOTIF_OBLIGATOIRE,
    TRANSITIONS,
    EtatMarche,
    transitions_possibles,
    verifier_dates,
    verifier_transition,
)

E = EtatMarche


def passer(de: EtatMarche, vers: EtatMarche, **manques: object) -> None:
    complet = {"motif": "Décision", "titulaire": True, "heures_prevues": Decimal(800), "lien_objet": "Travaux"}
    verifier_transition(de, vers, **(complet | manques))


def test_chaque_etat_a_un_nom_et_sa_ligne_dans_la_table() -> None:
    assert set(TRANSITIONS) == set(LIBELLES) == set(E)


def test_tout_etat_s_atteint_depuis_a_etudier() -> None:
    atteints, front = {E.A_ETUDIER}, [E.A_ETUDIER]
    while front:
        for suivant in set(transitions_possibles(front.pop())) - atteints:
            atteints.add(suivant)
            front.append(suivant)
    assert atteints == set(E)


def test_un_marche_notifie_ne_revient_jamais_avant_sa_notification() -> None:
    for de, suites in TRANSITIONS.items():
        if de not in AVANT_NOTIFICATION:
            assert not AVANT_NOTIFICATION & set(suites)


def test_un_marche_solde_ne_bouge_plus() -> None:
    for vers in E:
        with pytest.raises(RegleViolee):
            passer(E.SOLDE, vers)


@given(st.lists(st.sampled_from(E), max_size=12))
def test_la_table_des_marches_est_close(suite: list[EtatMarche]) -> None:
    etat = E.A_ETUDIER
    for vers in suite:
        try:
            passer(etat, vers)
        except RegleViolee:
            assert vers not in transitions_possibles(etat)
            continue
        assert vers in transitions_possibles(etat)
        etat = vers


@pytest.mark.parametrize("vers", sorted(MOTIF_OBLIGATOIRE))
def test_une_decision_hors_de_l_ordinaire_dit_pourquoi(vers: EtatMarche) -> None:
    de = next(d for d, suites in TRANSITIONS.items() if vers in suites)
    with pytest.raises(RegleViolee) as refus:
        passer(de, vers, motif=" ")
    assert refus.value.champ == "motif"
    passer(de, vers)


def test_un_marche_notifie_a_un_titulaire() -> None:
    with pytest.raises(RegleViolee, match="titulaire"):
        passer(E.EN_CONSULTATION, E.NOTIFIE, titulaire=False)


def test_une_clause_part_en_consultation_avec_son_lien_a_l_objet() -> None:
    with pytest.raises(RegleViolee, match="L2112-2"):
        passer(E.PROGRAMME, E.EN_CONSULTATION, lien_objet=" ")
    passer(E.PROGRAMME, E.EN_CONSULTATION, lien_objet="", heures_prevues=None)


@pytest.mark.parametrize(
    ("notification", "debut", "fin", "champ"),
    [
        (None, date(2026, 2, 1), date(2026, 1, 31), "date_fin"),
        (date(2026, 3, 1), None, date(2026, 2, 1), "date_fin"),
        (date(2026, 3, 1), date(2026, 2, 1), None, "date_debut"),
    ],
)
def test_les_dates_d_un_marche_se_suivent(
    notification: date | None, debut: date | None, fin: date | None, champ: str
) -> None:
    with pytest.raises(RegleViolee) as refus:
        verifier_dates(notification, debut, fin)
    assert refus.value.champ == champ
    verifier_dates(date(2026, 1, 1), date(2026, 1, 1), date(2026, 1, 1))
