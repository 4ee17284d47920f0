from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.bilans.rules.sorties import Situation
from marketplace.erreurs import RegleViolee
from marketplace.heures.rules import situations as regles
from marketplace.heures.rules.situations import Emploi, points_dus

POSTE, APRES = (1, 3, 6), (0, 3, 6, 12)


def dus(*emplois: Emploi, jour: date, anciennete: bool = True) -> set[tuple[int, str, int]]:
    return {(p.contrat_id, p.moment, p.mois) for p in points_dus(emplois, jour, POSTE, APRES, anciennete=anciennete)}


def test_les_codes_sont_ceux_des_sorties_du_bilan() -> None:
    assert set(regles.SITUATIONS) < {s.value for s in Situation}
    assert {c.partition(":")[0] for c in regles.EN_UN_CLIC} <= set(regles.SITUATIONS)


def test_ni_sante_ni_detention_ne_sont_demandees() -> None:
    assert not {"maladie_longue", "incarceration"} & set(regles.SITUATIONS)


@pytest.mark.parametrize(
    ("jour", "attendus"),
    [
        (date(2026, 2, 9), set()),
        (date(2026, 2, 10), {(1, "en_poste", 1)}),
        (date(2026, 4, 10), {(1, "en_poste", 1), (1, "en_poste", 3)}),
    ],
)
def test_en_poste_on_demande_a_un_trois_et_six_mois(jour: date, attendus: set[tuple[int, str, int]]) -> None:
    assert dus(Emploi(1, 1, 1, date(2026, 1, 10), None), jour=jour) == attendus


def test_apres_la_fin_on_demande_a_la_fin_puis_trois_six_et_douze_mois() -> None:
    emploi = Emploi(1, 1, 1, date(2025, 1, 1), date(2025, 5, 31))
    assert dus(emploi, jour=date(2026, 5, 31), anciennete=False) == {
        (1, "en_poste", 1),
        (1, "en_poste", 3),
        (1, "apres_la_fin", 0),
        (1, "apres_la_fin", 3),
        (1, "apres_la_fin", 6),
        (1, "apres_la_fin", 12),
    }


def test_un_renouvellement_ne_repose_rien_et_un_nouveau_contrat_repond_pour_l_ancien() -> None:
    premier = Emploi(1, 1, 1, date(2026, 1, 1), date(2026, 3, 31))
    suite = Emploi(2, 1, 1, date(2026, 4, 1), None)
    assert dus(premier, suite, jour=date(2026, 7, 2)) == {(1, "en_poste", 1), (1, "en_poste", 3), (1, "en_poste", 6)}
    ailleurs = Emploi(2, 1, 9, date(2026, 4, 15), None)
    assert dus(premier, ailleurs, jour=date(2026, 5, 20)) == {(1, "en_poste", 1), (2, "en_poste", 1)}


def test_un_emploi_repris_longtemps_apres_laisse_les_premieres_questions() -> None:
    premier = Emploi(1, 1, 1, date(2026, 1, 1), date(2026, 1, 31))
    loin = Emploi(2, 1, 1, date(2026, 6, 1), None)
    assert dus(premier, loin, jour=date(2026, 6, 15)) == {(1, "apres_la_fin", 0), (1, "apres_la_fin", 3)}


def test_une_question_de_plus_de_six_mois_ne_se_pose_plus() -> None:
    emploi = Emploi(1, 1, 1, date(2025, 1, 1), date(2025, 5, 31))
    assert dus(emploi, jour=date(2026, 3, 1)) == {(1, "apres_la_fin", 6)}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 700), st.integers(0, 400) | st.none(), st.integers(1, 2)), min_size=1, max_size=5
    ),
    st.integers(0, 1200),
)
def test_chaque_question_est_unique_due_et_dans_le_bon_sens(
    bruts: list[tuple[int, int | None, int]], rang: int
) -> None:
    origine = date(2024, 1, 1)
    emplois = [
        Emploi(n, 1, employeur, origine + timedelta(days=d), None if f is None else origine + timedelta(days=d + f))
        for n, (d, f, employeur) in enumerate(bruts)
    ]
    jour = origine + timedelta(days=rang)
    points = points_dus(emplois, jour, POSTE, APRES)
    assert len({(p.contrat_id, p.moment, p.mois) for p in points}) == len(points)
    par_contrat = {e.contrat_id: e for e in emplois}
    for p in points:
        assert jour - regles.ANCIENNETE_MAX <= p.echeance <= jour
        emploi = par_contrat[p.contrat_id]
        assert p.echeance > emploi.debut or p.moment == "apres_la_fin"
        assert p.moment == "en_poste" or emploi.fin is not None


@pytest.mark.parametrize(
    ("moment", "reponse", "par_employeur", "lue"),
    [
        ("en_poste", "appui", True, ("appui", None)),
        ("apres_la_fin", "cdd:plus_de_6", True, ("cdd", "plus_de_6")),
        ("apres_la_fin", "cdi", False, ("cdi", None)),
        ("apres_la_fin", "cdd", False, None),
        ("apres_la_fin", "chomage", True, None),
        ("apres_la_fin", "en_poste", False, None),
        ("en_poste", "cdi", False, None),
        ("apres_la_fin", "", False, None),
    ],
)
def test_une_reponse_se_lit_selon_le_moment_et_qui_repond(
    moment: str, reponse: str, par_employeur: bool, lue: tuple[str, str | None] | None
) -> None:
    if lue is None:
        with pytest.raises(RegleViolee):
            regles.lire_reponse(moment, reponse, par_employeur=par_employeur)
    else:
        assert regles.lire_reponse(moment, reponse, par_employeur=par_employeur) == lue
