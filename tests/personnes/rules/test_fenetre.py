from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.erreurs import RegleViolee
from marketplace.personnes.rules.fenetre import (
    Fenetre,
    ReglagesFenetre,
    embauche_anterieure_admise,
    fenetre_retenue,
    fin_de_fenetre,
    ouvrir_fenetre,
    premier_jour_credite,
    retour_possible_le,
)

R = ReglagesFenetre()
JOURS = st.dates(date(2000, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("debut", "mois", "fin"),
    [
        (date(2026, 3, 15), 24, date(2028, 3, 14)),
        (date(2028, 2, 29), 12, date(2029, 2, 27)),
        (date(2026, 1, 31), 1, date(2026, 2, 27)),
        (date(2026, 1, 1), 24, date(2027, 12, 31)),
    ],
)
def test_le_dernier_jour_de_la_fenetre(debut: date, mois: int, fin: date) -> None:
    assert fin_de_fenetre(debut, mois) == fin


def test_le_lendemain_de_la_fenetre_ne_compte_plus() -> None:
    fenetre = ouvrir_fenetre(date(2026, 3, 15), "cdd", R)
    assert fenetre.contient(date(2028, 3, 14))
    assert not fenetre.contient(date(2028, 3, 15))


@pytest.mark.parametrize(
    ("type_contrat", "structure", "fin_contrat", "fin_pass", "fin"),
    [
        ("cdi", "entreprise", None, None, date(2029, 2, 28)),
        ("cdd", "entreprise", date(2026, 8, 31), None, date(2028, 2, 29)),
        ("apprentissage", "entreprise", date(2027, 8, 31), None, date(2027, 8, 31)),
        ("cddi", "aci", None, date(2027, 12, 31), date(2027, 12, 31)),
        ("cddi", "aci", None, None, date(2028, 2, 29)),
    ],
)
def test_la_fenetre_depend_du_contrat_et_de_la_structure(
    type_contrat: str, structure: str, fin_contrat: date | None, fin_pass: date | None, fin: date
) -> None:
    fenetre = ouvrir_fenetre(
        date(2026, 3, 1),
        type_contrat,
        R,
        type_structure=structure,
        fin_contrat=fin_contrat,
        fin_pass=fin_pass,
    )
    assert fenetre == Fenetre(date(2026, 3, 1), fin)


def test_un_pass_termine_avant_l_embauche_est_refuse() -> None:
    with pytest.raises(RegleViolee, match="PASS IAE"):
        ouvrir_fenetre(date(2026, 3, 1), "cddi", R, type_structure="ei", fin_pass=date(2026, 2, 1))


def test_un_nouveau_marche_ne_redemarre_pas_la_fenetre() -> None:
    premiere = ouvrir_fenetre(date(2026, 3, 15), "cdd", R)
    seconde = ouvrir_fenetre(date(2027, 1, 10), "cdd", R)
    assert fenetre_retenue(premiere, seconde, R) == premiere
    assert fenetre_retenue(premiere, seconde, ReglagesFenetre(redemarre_nouveau_marche=True)) == seconde


def test_revenir_demande_six_mois_de_coupure() -> None:
    premiere = Fenetre(date(2024, 1, 1), date(2025, 12, 31))
    assert retour_possible_le(premiere, R) == date(2026, 7, 1)
    with pytest.raises(RegleViolee, match="01/07/2026"):
        fenetre_retenue(premiere, ouvrir_fenetre(date(2026, 6, 30), "cdd", R), R)
    retour = ouvrir_fenetre(date(2026, 7, 1), "cdd", R)
    assert fenetre_retenue(premiere, retour, R) == retour


@pytest.mark.parametrize(
    ("validee_le", "preuve", "premier"),
    [
        (date(2026, 2, 20), True, date(2026, 3, 1)),
        (date(2026, 3, 31), True, date(2026, 3, 1)),
        (date(2026, 3, 31), False, date(2026, 3, 31)),
        (date(2026, 4, 1), True, date(2026, 4, 1)),
    ],
)
def test_une_validation_tardive_ne_remonte_qu_un_mois(validee_le: date, preuve: bool, premier: date) -> None:
    assert premier_jour_credite(date(2026, 3, 1), validee_le, preuve, R) == premier


@pytest.mark.parametrize(
    ("embauche", "admise"),
    [(date(2025, 9, 1), True), (date(2025, 8, 31), False), (date(2026, 4, 1), True)],
)
def test_une_embauche_anterieure_de_plus_de_six_mois_ne_compte_pas(embauche: date, admise: bool) -> None:
    assert embauche_anterieure_admise(embauche, date(2026, 3, 1), R) is admise


@given(JOURS, st.integers(1, 60))
def test_la_fenetre_ne_raccourcit_jamais_quand_on_ajoute_un_mois(debut: date, mois: int) -> None:
    assert fin_de_fenetre(debut, mois) < fin_de_fenetre(debut, mois + 1)


@given(JOURS, st.integers(1, 60))
def test_un_debut_plus_tardif_ne_finit_jamais_plus_tot(debut: date, mois: int) -> None:
    assert fin_de_fenetre(debut, mois) <= fin_de_fenetre(debut + timedelta(days=1), mois)
