from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.erreurs import RegleViolee
from marketplace.personnes.rules.eligibilite import (
    PREUVES,
    AvisMotive,
    Categorie,
    Decision,
    ReglagesEligibilite,
    Statut,
    age_au,
    categorie_principale,
    condition_remplie,
    examiner,
    perimetre_qpv,
    preuve_valable,
    verifier_avis,
    zonage_rural,
)

R = ReglagesEligibilite()
EMBAUCHE = date(2026, 11, 20)
NAISSANCE = date(1990, 5, 4)


@pytest.mark.parametrize(
    ("preuve", "acceptee"),
    [(date(2026, 8, 20), False), (date(2026, 8, 21), True), (date(2026, 11, 20), True), (date(2026, 11, 21), False)],
)
def test_une_attestation_de_la_caf_a_moins_de_trois_mois(preuve: date, acceptee: bool) -> None:
    statut = Statut(Categorie.RSA, preuve_le=preuve)
    assert preuve_valable(statut, EMBAUCHE, R) is acceptee
    attendue = Decision.ELIGIBLE if acceptee else Decision.EN_ATTENTE
    assert examiner([statut], NAISSANCE, EMBAUCHE, R).decision is attendue


@pytest.mark.parametrize(("strict", "remplie"), [(True, False), (False, True)])
def test_douze_mois_d_inscription_tout_juste_dependent_du_territoire(strict: bool, remplie: bool) -> None:
    statut = Statut(Categorie.DELD, depuis=date(2025, 11, 20))
    assert condition_remplie(statut, None, EMBAUCHE, ReglagesEligibilite(deld_strict=strict)) is remplie
    assert condition_remplie(statut, None, date(2026, 11, 21), ReglagesEligibilite(deld_strict=strict))


@pytest.mark.parametrize(
    ("naissance", "remplie"),
    [(date(2000, 11, 21), True), (date(2000, 11, 20), False)],
)
def test_le_jour_de_ses_26_ans_on_n_est_plus_un_jeune_de_la_clause(naissance: date, remplie: bool) -> None:
    statut = Statut(Categorie.JEUNE_SQ, depuis=date(2026, 4, 20))
    assert condition_remplie(statut, naissance, EMBAUCHE, R) is remplie


def test_un_jeune_sorti_de_l_ecole_depuis_moins_de_six_mois_attend() -> None:
    statut = Statut(Categorie.JEUNE_DIPLOME, depuis=date(2026, 5, 21))
    assert not condition_remplie(statut, date(2005, 1, 1), EMBAUCHE, R)


@pytest.mark.parametrize(
    ("statut", "naissance", "remplie"),
    [
        (Statut(Categorie.SENIOR), date(1976, 11, 20), True),
        (Statut(Categorie.SENIOR), date(1976, 11, 21), False),
        (Statut(Categorie.SENIOR), None, False),
        (Statut(Categorie.DETLD, depuis=date(2024, 11, 20)), None, True),
        (Statut(Categorie.DETLD, depuis=date(2024, 11, 21)), None, False),
        (Statut(Categorie.DELD), None, False),
        (Statut(Categorie.DELD, depuis=date(2024, 1, 1), jusqu_au=date(2026, 10, 1)), None, False),
        (Statut(Categorie.RSA, jusqu_au=date(2026, 11, 19)), None, False),
        (Statut(Categorie.RSA, depuis=date(2026, 11, 21)), None, False),
    ],
)
def test_la_condition_se_lit_au_jour_de_l_embauche(statut: Statut, naissance: date | None, remplie: bool) -> None:
    assert condition_remplie(statut, naissance, EMBAUCHE, R) is remplie


def test_une_decision_th_vaut_jusqu_a_sa_fin() -> None:
    ancienne = Statut(Categorie.TH, preuve_le=date(2021, 1, 1), jusqu_au=date(2026, 11, 20))
    assert preuve_valable(ancienne, EMBAUCHE, R)
    assert not preuve_valable(ancienne, date(2026, 11, 21), R)


def test_l_eligibilite_survit_a_la_fin_du_rsa_apres_l_embauche() -> None:
    statut = Statut(Categorie.RSA, preuve_le=date(2026, 10, 1), jusqu_au=date(2027, 1, 20))
    assert examiner([statut], NAISSANCE, EMBAUCHE, R).decision is Decision.ELIGIBLE


def test_sans_preuve_la_personne_attend_et_la_piece_est_nommee() -> None:
    resultat = examiner([Statut(Categorie.RSA)], NAISSANCE, EMBAUCHE, R)
    assert resultat.decision is Decision.EN_ATTENTE
    assert resultat.examens[0].manque == "Il manque une attestation de la CAF ou de la MSA."


def test_une_preuve_perimee_dit_l_age_demande() -> None:
    resultat = examiner([Statut(Categorie.QPV, preuve_le=date(2026, 5, 20))], NAISSANCE, EMBAUCHE, R)
    assert "moins de 6 mois" in resultat.examens[0].manque


def test_une_preuve_posterieure_a_l_embauche_ne_prouve_rien() -> None:
    resultat = examiner([Statut(Categorie.RSA, preuve_le=date(2026, 12, 1))], NAISSANCE, EMBAUCHE, R)
    assert "postérieure" in resultat.examens[0].manque


def test_une_clause_ou_un_territoire_choisit_ses_publics() -> None:
    rsa = Statut(Categorie.RSA, preuve_le=date(2026, 11, 1))
    assert examiner([rsa], NAISSANCE, EMBAUCHE, R, publics_de_la_clause=["qpv"]).decision is Decision.NON_ELIGIBLE
    sans_rsa = ReglagesEligibilite(categories_actives=frozenset({"th"}))
    assert examiner([rsa], NAISSANCE, EMBAUCHE, sans_rsa).decision is Decision.NON_ELIGIBLE


def test_l_attestation_de_la_structure_suffit() -> None:
    statut = Statut(Categorie.GEIQ, preuve_le=date(2020, 1, 1))
    assert examiner([statut], None, EMBAUCHE, R).categories == (Categorie.GEIQ,)


def test_une_personne_a_plusieurs_statuts_compte_sous_le_premier_de_l_ordre() -> None:
    assert categorie_principale([Categorie.QPV, Categorie.TH, Categorie.RSA]) is Categorie.RSA
    assert categorie_principale([Categorie.RSA, Categorie.TH], ["th", "rsa"]) is Categorie.TH
    assert categorie_principale([]) is None


def test_chaque_categorie_dit_sa_preuve_en_toutes_lettres() -> None:
    assert set(PREUVES) == set(Categorie)


@pytest.mark.parametrize(
    ("champ", "avis"),
    [
        ("organisme", AvisMotive("A. Exemple", "voisin", date(2026, 11, 1), "Texte")),
        ("auteur", AvisMotive(" ", "plie", date(2026, 11, 1), "Texte")),
        ("texte", AvisMotive("A. Exemple", "plie", date(2026, 11, 1), "")),
        ("date_avis", AvisMotive("A. Exemple", "plie", None, "Texte")),
        ("date_avis", AvisMotive("A. Exemple", "plie", date(2026, 11, 21), "Texte")),
    ],
)
def test_un_avis_motive_a_un_auteur_un_organisme_une_date_et_un_texte(champ: str, avis: AvisMotive) -> None:
    with pytest.raises(RegleViolee) as refus:
        verifier_avis(avis, EMBAUCHE)
    assert refus.value.champ == champ


def test_un_avis_motive_complet_passe() -> None:
    verifier_avis(AvisMotive("A. Exemple", "plie", date(2026, 11, 20), "Parcours suivi"), EMBAUCHE)


@pytest.mark.parametrize(("embauche", "version"), [(date(2023, 12, 31), "2015"), (date(2024, 1, 1), "2024")])
def test_le_perimetre_des_quartiers_change_en_2024(embauche: date, version: str) -> None:
    assert perimetre_qpv(embauche) == version


@pytest.mark.parametrize(
    ("jour", "zone"),
    [(date(2024, 6, 30), "ZRR"), (date(2024, 7, 1), "FRR"), (date(2024, 12, 31), "FRR"), (date(2025, 1, 1), "FRR+")],
)
def test_le_zonage_rural_change_de_nom(jour: date, zone: str) -> None:
    assert zonage_rural(jour) == zone


STATUTS = st.lists(
    st.builds(
        Statut,
        categorie=st.sampled_from(Categorie),
        depuis=st.none() | st.dates(date(2020, 1, 1), date(2027, 1, 1)),
        jusqu_au=st.none() | st.dates(date(2025, 1, 1), date(2028, 1, 1)),
        preuve_le=st.none() | st.dates(date(2025, 1, 1), date(2027, 1, 1)),
    ),
    max_size=5,
)


@given(STATUTS, STATUTS, st.none() | st.dates(date(1950, 1, 1), date(2012, 1, 1)))
def test_ajouter_un_statut_n_enleve_jamais_l_eligibilite(
    statuts: list[Statut], autres: list[Statut], naissance: date | None
) -> None:
    ordre = [Decision.NON_ELIGIBLE, Decision.EN_ATTENTE, Decision.ELIGIBLE]
    avant = examiner(statuts, naissance, EMBAUCHE, R).decision
    apres = examiner([*statuts, *autres], naissance, EMBAUCHE, R).decision
    assert ordre.index(avant) <= ordre.index(apres)


@given(st.dates(date(1920, 1, 1), date(2010, 1, 1)), st.dates(date(2011, 1, 1), date(2030, 1, 1)))
def test_l_age_augmente_d_un_an_au_plus_par_an(naissance: date, jour: date) -> None:
    assert 0 <= age_au(naissance, date(jour.year + 1, jour.month, min(jour.day, 28))) - age_au(naissance, jour) <= 1
