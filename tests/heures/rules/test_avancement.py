from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.erreurs import RegleViolee
from marketplace.heures.rules.avancement import (
    EtatAvancement,
    PeriodePrevue,
    ReglagesAvancement,
    Suivi,
    avancer,
    courbe_attendue,
    etat_par_ecart,
    part_attendue,
    prevoir,
)
from marketplace.heures.rules.ligne import Periode

D = Decimal
R = ReglagesAvancement()
SUIVI = Suivi(
    objectif=D(1200),
    validees=D(600),
    debut=date(2026, 1, 1),
    fin=date(2026, 12, 31),
    par_mois=(D(100),) * 6,
)


@pytest.mark.parametrize(
    ("fait", "attendu", "etat"),
    [
        (20, 50, EtatAvancement.A_SURVEILLER),
        (30, 50, EtatAvancement.DANS_LES_TEMPS),
        ("29.99", 50, EtatAvancement.A_SURVEILLER),
        (10, 50, EtatAvancement.A_SURVEILLER),
        ("9.99", 50, EtatAvancement.EN_RETARD),
        (60, 50, EtatAvancement.DANS_LES_TEMPS),
        (61, 50, EtatAvancement.EN_AVANCE),
    ],
)
def test_l_etat_suit_l_ecart_entre_les_heures_et_le_temps(fait: str | int, attendu: int, etat: EtatAvancement) -> None:
    assert etat_par_ecart(D(fait), D(attendu), R)[0] is etat


def test_a_mi_parcours_avec_20_pour_cent_des_heures_le_marche_est_a_surveiller() -> None:
    suivi = replace(SUIVI, validees=D(240), par_mois=())
    resultat = avancer(suivi, date(2026, 7, 1), R)
    assert resultat.etat is EtatAvancement.A_SURVEILLER
    assert "30 points de retard" in resultat.raison


def test_la_phrase_dit_le_pourcentage_au_terme_et_ce_qui_manque() -> None:
    suivi = Suivi(D(1418), D(553), date(2026, 1, 1), date(2026, 6, 30), (D("184.33"),) * 3)
    resultat = avancer(suivi, date(2026, 3, 31), R)
    assert resultat.phrase == "À ce rythme, 78\u00a0% au 30 juin : il manque 314\u00a0h."


@pytest.mark.parametrize(
    ("suivi", "phrase"),
    [
        (replace(SUIVI, validees=D(1344)), "Objectif atteint : 112\u00a0% de l'objectif."),
        (
            replace(SUIVI, validees=D(0), par_mois=()),
            "Aucune heure validée : il manque 1\u202f200\u00a0h d'ici au 31 décembre.",
        ),
        (
            replace(SUIVI, par_mois=(D(200),) * 3 + (D(0),) * 3),
            "Aucune heure ces derniers mois : il manque 600\u00a0h d'ici au 31 décembre.",
        ),
        (
            replace(SUIVI, par_mois=(D(150),) * 4),
            "À ce rythme, 125\u00a0% au 31 décembre : l'objectif est tenu.",
        ),
    ],
)
def test_une_phrase_pour_chaque_situation(suivi: Suivi, phrase: str) -> None:
    assert avancer(suivi, date(2026, 7, 1), R).phrase == phrase


def test_un_objectif_manque_de_peu_ne_se_lit_jamais_100_pour_cent() -> None:
    suivi = replace(SUIVI, validees=D(1194), par_mois=(D(0), D(0), D(1)))
    phrase = avancer(suivi, date(2026, 11, 30), R).phrase
    assert "99\u00a0%" in phrase
    assert "il manque" in phrase


def test_un_marche_fini_sans_ses_heures_est_en_retard() -> None:
    resultat = avancer(SUIVI, date(2027, 1, 1), R)
    assert resultat.etat is EtatAvancement.EN_RETARD
    assert resultat.phrase == "Terminé le 31 décembre 2026 avec 50\u00a0% de l'objectif : il manque 600\u00a0h."
    assert resultat.prevision.besoin_par_mois is None


def test_un_marche_clos_est_termine_meme_sans_ses_heures() -> None:
    assert avancer(replace(SUIVI, clos=True), date(2026, 7, 1), R).etat is EtatAvancement.TERMINE


def test_un_rythme_a_tenir_hors_de_portee_aggrave_l_etat_d_un_cran() -> None:
    suivi = replace(SUIVI, validees=D(500), par_mois=(D(60), D(50), D(40), D(30), D(20), D(10)))
    resultat = avancer(suivi, date(2026, 7, 1), R)
    assert etat_par_ecart(resultat.pourcentage, resultat.pourcentage_attendu, R)[0] is EtatAvancement.DANS_LES_TEMPS
    assert resultat.etat is EtatAvancement.A_SURVEILLER
    assert "par mois" in resultat.raison


def test_un_arret_gele_la_courbe_attendue() -> None:
    arret = Periode(date(2026, 4, 1), date(2026, 5, 31))
    suivi = replace(SUIVI, arrets=(arret,))
    assert part_attendue(suivi, date(2026, 3, 31)) == part_attendue(suivi, date(2026, 5, 31))
    assert part_attendue(suivi, date(2026, 6, 1)) > part_attendue(suivi, date(2026, 5, 31))
    assert part_attendue(suivi, date(2026, 12, 31)) == 1


def test_la_courbe_suit_les_interventions_prevues() -> None:
    suivi = replace(
        SUIVI,
        interventions=(
            Periode(date(2026, 3, 1), date(2026, 3, 31)),
            Periode(date(2026, 9, 1), date(2026, 9, 30)),
        ),
    )
    jours = [date(2026, 2, 28), date(2026, 3, 31), date(2026, 8, 31), date(2026, 9, 30), date(2026, 12, 31)]
    moitie = D("609.84")
    assert courbe_attendue(suivi, jours) == (D(0), moitie, moitie, D(1200), D(1200))


def test_un_arret_sans_fin_ne_laisse_aucune_heure_attendue_ensuite() -> None:
    suivi = replace(SUIVI, arrets=(Periode(date(2026, 7, 1)),))
    assert prevoir(suivi, date(2026, 7, 15), R).besoin_par_mois is None


def test_la_prevision_porte_un_intervalle_et_un_besoin_par_mois() -> None:
    suivi = replace(SUIVI, par_mois=(D(60), D(140), D(100), D(60), D(140), D(100)))
    prevision = prevoir(suivi, date(2026, 6, 30), R)
    assert prevision.bas < prevision.a_terme < prevision.haut
    assert prevision.besoin_par_mois == D("99.25")
    assert prevoir(SUIVI, date(2026, 6, 30), R).bas == prevoir(SUIVI, date(2026, 6, 30), R).haut


def test_des_dates_ou_des_heures_impossibles_sont_refusees() -> None:
    with pytest.raises(RegleViolee):
        replace(SUIVI, fin=date(2025, 12, 31))
    with pytest.raises(RegleViolee):
        replace(SUIVI, validees=D(-1))


JOUR = st.dates(date(2025, 6, 1), date(2027, 6, 30))
PERIODE = st.builds(lambda d, n: Periode(d, d + timedelta(days=n)), JOUR, st.integers(0, 200))
SUIVIS = st.builds(
    Suivi,
    objectif=st.decimals(1, 5000, places=2),
    validees=st.decimals(0, 5000, places=2),
    debut=st.dates(date(2026, 1, 1), date(2026, 3, 31)),
    fin=st.dates(date(2026, 4, 1), date(2027, 6, 30)),
    par_mois=st.lists(st.decimals(0, 400, places=2), max_size=12).map(tuple),
    interventions=st.lists(PERIODE, max_size=3).map(tuple),
    arrets=st.lists(PERIODE, max_size=3).map(tuple),
)


@given(SUIVIS, JOUR)
def test_la_courbe_attendue_monte_de_zero_a_un(suivi: Suivi, jour: date) -> None:
    avant, apres = part_attendue(suivi, jour), part_attendue(suivi, jour + timedelta(days=1))
    assert 0 <= avant <= apres <= 1
    assert part_attendue(suivi, suivi.fin) == 1


@given(SUIVIS, JOUR)
def test_la_prevision_encadre_et_ne_descend_jamais_sous_le_valide(suivi: Suivi, jour: date) -> None:
    prevision = prevoir(suivi, jour, R)
    assert suivi.validees <= prevision.bas <= prevision.a_terme <= prevision.haut


@given(SUIVIS, JOUR)
def test_valider_des_heures_n_aggrave_jamais_l_etat_par_ecart(suivi: Suivi, jour: date) -> None:
    ordre = [
        EtatAvancement.EN_RETARD,
        EtatAvancement.A_SURVEILLER,
        EtatAvancement.DANS_LES_TEMPS,
        EtatAvancement.EN_AVANCE,
    ]
    attendu = part_attendue(suivi, jour) * 100
    moins, _ = etat_par_ecart(D(30), attendu, R)
    plus, _ = etat_par_ecart(D(31), attendu, R)
    assert ordre.index(moins) <= ordre.index(plus)


def test_une_intervention_pese_les_heures_qu_elle_doit_donner() -> None:
    suivi = Suivi(
        objectif=Decimal(1000),
        validees=Decimal(0),
        debut=date(2026, 1, 1),
        fin=date(2026, 12, 31),
        interventions=(
            PeriodePrevue(date(2026, 3, 1), date(2026, 3, 31), Decimal(200)),
            PeriodePrevue(date(2026, 9, 1), date(2026, 9, 30), Decimal(600)),
        ),
    )
    jours = (date(2026, 2, 28), date(2026, 3, 31), date(2026, 8, 31), date(2026, 9, 15), date(2026, 9, 30))
    assert courbe_attendue(suivi, jours) == tuple(map(Decimal, ("0.00", "250.00", "250.00", "625.00", "1000.00")))
    arrete = replace(suivi, arrets=(Periode(date(2026, 9, 1), date(2026, 9, 30)),))
    assert part_attendue(arrete, date(2026, 3, 31)) == 1
