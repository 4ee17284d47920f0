from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.erreurs import RegleViolee
from marketplace.personnes.rules.conservation import (
    DUREES,
    Donnee,
    EtapeCompte,
    a_terme,
    echeance,
    etape_compte,
)
from marketplace.personnes.rules.information import (
    Information,
    est_informee,
    noter_information,
    verifier_information,
)

CONTACT = date(2024, 11, 21)


def test_une_fiche_est_anonymisee_730_jours_apres_le_dernier_contact() -> None:
    """T27."""
    assert echeance(Donnee.PERSONNE, CONTACT) == CONTACT + timedelta(days=730)
    assert not a_terme(Donnee.PERSONNE, CONTACT, CONTACT + timedelta(days=729))
    assert a_terme(Donnee.PERSONNE, CONTACT, CONTACT + timedelta(days=730))


@pytest.mark.parametrize(
    ("donnee", "terme"),
    [
        (Donnee.PREUVE, date(2026, 11, 21)),
        (Donnee.PARCOURS_IAE, date(2026, 11, 21)),
        (Donnee.HEURES, date(2029, 11, 21)),
        (Donnee.JOURNAL, date(2025, 11, 21)),
        (Donnee.CLASSEMENT, date(2025, 11, 21)),
        (Donnee.COMPTE, date(2026, 11, 21)),
    ],
)
def test_chaque_donnee_a_son_terme(donnee: Donnee, terme: date) -> None:
    assert echeance(donnee, CONTACT) == terme


def test_un_territoire_conserve_moins_longtemps_jamais_plus() -> None:
    assert echeance(Donnee.PERSONNE, CONTACT, jours=365) == CONTACT + timedelta(days=365)
    for jours in (731, 0, -1):
        with pytest.raises(RegleViolee):
            echeance(Donnee.PERSONNE, CONTACT, jours=jours)


def test_toute_donnee_a_une_duree_et_une_source() -> None:
    assert set(DUREES) == set(Donnee)
    assert all(d.source and (d.jours > 0) != (d.mois > 0) for d in DUREES.values())


@given(st.sampled_from(Donnee), st.dates(date(2010, 1, 1), date(2040, 1, 1)), st.integers(0, 4000))
def test_ce_qui_est_a_terme_le_reste(donnee: Donnee, depart: date, jours: int) -> None:
    jour = depart + timedelta(days=jours)
    if a_terme(donnee, depart, jour):
        assert a_terme(donnee, depart, jour + timedelta(days=1))


@pytest.mark.parametrize(
    ("prevenu", "aujourdhui", "etape"),
    [
        (None, date(2026, 10, 21), EtapeCompte.RIEN),
        (None, date(2026, 10, 22), EtapeCompte.PREVENIR),
        (date(2026, 10, 22), date(2026, 11, 20), EtapeCompte.RIEN),
        (date(2026, 10, 22), date(2026, 11, 21), EtapeCompte.ANONYMISER),
        (None, date(2027, 3, 1), EtapeCompte.PREVENIR),
        (date(2027, 3, 1), date(2027, 3, 30), EtapeCompte.RIEN),
        (date(2027, 3, 1), date(2027, 3, 31), EtapeCompte.ANONYMISER),
        (date(2024, 1, 1), date(2026, 11, 21), EtapeCompte.PREVENIR),
    ],
)
def test_un_compte_inutilise_est_prevenu_trente_jours_avant(
    prevenu: date | None, aujourdhui: date, etape: EtapeCompte
) -> None:
    assert etape_compte(CONTACT, prevenu, aujourdhui) is etape


LE = date(2026, 11, 21)
INFORMEE = Information(date(2026, 11, 1), "2", "entretien")


def test_une_personne_informee_peut_etre_classee() -> None:
    verifier_information(INFORMEE, LE)
    assert est_informee(INFORMEE, date(2026, 11, 1))
    assert not est_informee(INFORMEE, date(2026, 10, 31))


@pytest.mark.parametrize(
    ("information", "mot"),
    [
        (Information(), "Informez"),
        (Information(date(2026, 11, 1), ""), "Informez"),
        (Information(date(2026, 11, 22), "2"), "Informez"),
        (Information(date(2026, 11, 1), "2", retiree_le=date(2026, 11, 21)), "ne plus être proposée"),
    ],
)
def test_sans_information_ou_apres_un_retrait_personne_n_est_classe(information: Information, mot: str) -> None:
    with pytest.raises(RegleViolee, match=mot):
        verifier_information(information, LE)


def test_l_information_se_note_avec_sa_date_sa_notice_et_son_moyen() -> None:
    assert noter_information(date(2026, 11, 1), " 2 ", "entretien", LE) == INFORMEE
    for remise, version, canal, champ in [
        (date(2026, 11, 22), "2", "entretien", "information_le"),
        (LE, " ", "entretien", "information_version"),
        (LE, "2", "pigeon", "information_canal"),
    ]:
        with pytest.raises(RegleViolee) as refus:
            noter_information(remise, version, canal, LE)
        assert refus.value.champ == champ
