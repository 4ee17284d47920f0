from datetime import date
from decimal import Decimal

import pytest

from marketplace.bilans.rules.sorties import (
    Classe,
    DefinitionSorties,
    Situation,
    Sortie,
    classer,
    compter,
    points_de_situation,
    sejour_suffisant,
)
from marketplace.erreurs import RegleViolee

D = Decimal
NATIONALE = DefinitionSorties()


def test_40_sorties_dont_6_retirees_font_61_8_pour_cent_de_dynamiques() -> None:
    classes = (
        [Classe.DURABLE] * 9
        + [Classe.TRANSITION] * 7
        + [Classe.POSITIVE] * 5
        + [Classe.AUTRE] * 13
        + [Classe.RETIREE] * 6
    )
    taux = compter(classes)
    assert (taux.constatees, taux.retirees, taux.retenues) == (40, 6, 34)
    assert taux.taux_dynamique == D("61.8")
    assert taux.taux_durable == D("26.5")


def test_personne_de_retenu_ne_donne_aucun_taux() -> None:
    assert compter([]).taux_dynamique is None
    assert compter([Classe.RETIREE]).taux_durable is None


@pytest.mark.parametrize(
    ("fin", "definition", "classe"),
    [
        (date(2026, 6, 29), NATIONALE, Classe.TRANSITION),
        (date(2026, 6, 30), NATIONALE, Classe.DURABLE),
        (date(2026, 6, 30), DefinitionSorties("stricte", borne_incluse=False), Classe.TRANSITION),
        (date(2026, 7, 1), DefinitionSorties("stricte", borne_incluse=False), Classe.DURABLE),
    ],
)
def test_six_mois_tout_juste_sont_durables_sauf_reglage_contraire(
    fin: date, definition: DefinitionSorties, classe: Classe
) -> None:
    for situation in (Situation.CDD, Situation.MISSION):
        sortie = Sortie(situation, debut_emploi=date(2026, 1, 1), fin_emploi=fin)
        assert classer(sortie, definition) is classe


@pytest.mark.parametrize(
    ("situation", "classe"),
    [
        (Situation.CDI, Classe.DURABLE),
        (Situation.CREATION_ENTREPRISE, Classe.DURABLE),
        (Situation.CONTRAT_AIDE_HORS_IAE, Classe.TRANSITION),
        (Situation.FORMATION_QUALIFIANTE, Classe.POSITIVE),
        (Situation.EMBAUCHE_AUTRE_SIAE, Classe.POSITIVE),
        (Situation.SANS_NOUVELLE, Classe.AUTRE),
        (Situation.DEMENAGEMENT, Classe.RETIREE),
    ],
)
def test_chaque_situation_a_sa_classe(situation: Situation, classe: Classe) -> None:
    assert classer(Sortie(situation), NATIONALE) is classe


def test_toute_situation_se_classe() -> None:
    emploi = {"debut_emploi": date(2026, 1, 1), "fin_emploi": date(2026, 2, 1)}
    for situation in Situation:
        assert classer(Sortie(situation, **emploi), NATIONALE) in set(Classe)


def test_un_cdd_sans_dates_ne_se_classe_pas() -> None:
    with pytest.raises(RegleViolee) as refus:
        classer(Sortie(Situation.CDD), NATIONALE)
    assert refus.value.champ == "fin_emploi"


@pytest.mark.parametrize(
    ("sortie", "suffisant"),
    [
        (Sortie(Situation.CDI, "ai", heures=D("149.99")), False),
        (Sortie(Situation.CDI, "etti", heures=D(150)), True),
        (Sortie(Situation.CDI, "ei", date(2026, 1, 1), date(2026, 3, 31)), False),
        (Sortie(Situation.CDI, "aci", date(2026, 1, 1), date(2026, 4, 1)), True),
        (Sortie(Situation.CDI, "ei"), True),
        (Sortie(Situation.CDI), True),
    ],
)
def test_un_sejour_trop_court_sort_du_denominateur(sortie: Sortie, suffisant: bool) -> None:
    assert sejour_suffisant(sortie) is suffisant
    assert (classer(sortie, NATIONALE) is Classe.RETIREE) is not suffisant


def test_on_demande_des_nouvelles_a_la_sortie_puis_a_3_6_et_12_mois() -> None:
    assert points_de_situation(date(2026, 11, 30)) == (
        date(2026, 11, 30),
        date(2027, 2, 28),
        date(2027, 5, 30),
        date(2027, 11, 30),
    )
