"""Hours are compared with the calendar on the last month that had to be declared, never on the current one."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from marketplace.heures.rules.avancement import EtatAvancement, ReglagesAvancement, Suivi, avancer, prevoir
from marketplace.heures.rules.declaration import Rythme, dernier_jour_declare

D = Decimal
R = ReglagesAvancement()
SUIVI = Suivi(
    objectif=D(600),
    validees=D(400),
    debut=date(2026, 7, 1),
    fin=date(2026, 12, 31),
    par_mois=(D(100),) * 4,
    mesure=date(2026, 10, 31),
)


@pytest.mark.parametrize(
    ("aujourdhui", "rythme", "attendu"),
    [
        (date(2026, 11, 10), Rythme.MENSUEL, date(2026, 9, 30)),
        (date(2026, 11, 11), Rythme.MENSUEL, date(2026, 10, 31)),
        (date(2027, 1, 11), Rythme.MENSUEL, date(2026, 12, 31)),
        (date(2027, 1, 5), Rythme.MENSUEL, date(2026, 11, 30)),
        (date(2026, 11, 21), Rythme.TRIMESTRIEL, date(2026, 9, 30)),
        (date(2026, 10, 10), Rythme.TRIMESTRIEL, date(2026, 6, 30)),
        (date(2026, 2, 1), Rythme.TRIMESTRIEL, date(2025, 12, 31)),
        (date(2026, 11, 21), Rythme.FIN, None),
    ],
)
def test_un_mois_est_du_apres_son_echeance(aujourdhui: date, rythme: Rythme, attendu: date | None) -> None:
    assert dernier_jour_declare(aujourdhui, rythme, 10) == attendu


def test_le_mois_en_cours_ne_met_pas_un_marche_en_retard() -> None:
    a_jour = avancer(SUIVI, date(2026, 11, 30), R)
    assert a_jour.etat is EtatAvancement.DANS_LES_TEMPS
    assert a_jour.prevision.a_terme == D("600.41")
    sans = avancer(replace(SUIVI, mesure=None), date(2026, 11, 30), R)
    assert sans.pourcentage_attendu > a_jour.pourcentage_attendu
    assert sans.prevision.manque > a_jour.prevision.manque


def test_des_heures_deja_validees_du_mois_en_cours_ne_comptent_pas_deux_fois() -> None:
    avec = prevoir(replace(SUIVI, validees=D(450), recentes=D(50)), date(2026, 11, 30), R)
    assert avec.a_terme == prevoir(SUIVI, date(2026, 11, 30), R).a_terme
    beaucoup = prevoir(replace(SUIVI, validees=D(900), recentes=D(500)), date(2026, 11, 30), R)
    assert beaucoup.a_terme == D(900)


def test_un_marche_qui_vient_de_commencer_n_est_pas_en_retard() -> None:
    neuf = Suivi(D(600), D(0), date(2026, 11, 5), date(2027, 2, 28), mesure=date(2026, 10, 31))
    assert avancer(neuf, date(2026, 11, 30), R).etat is EtatAvancement.DANS_LES_TEMPS
