"""« Durable » has a name and a date: the same answers, three definitions, three rates."""

from __future__ import annotations

from decimal import Decimal

import pytest

from marketplace.bilans.rules.definitions_sorties import DEFINITIONS, compter_suites, definition
from marketplace.bilans.rules.sorties import Classe
from marketplace.erreurs import RegleViolee
from marketplace.heures.rules.situations import SITUATIONS
from marketplace.territoire.parametres import parametre


def reponses(**nombres: int) -> list[tuple[str | None, str | None]]:
    """« cdd__plus_de_6=3 » → three CDD of more than six months; « inconnue=2 » → two unanswered."""
    lues: list[tuple[str | None, str | None]] = []
    for nom, n in nombres.items():
        situation, _, duree = nom.partition("__")
        lues += [(None if situation == "inconnue" else situation, duree or None)] * n
    return lues


def test_t21_quarante_sorties_dont_six_retirees() -> None:
    lues = reponses(cdi=9, cdd__moins_de_6=7, formation_qualifiante=5, chomage=13, demenagement=6)
    s = compter_suites(lues, definition("nationale"))
    assert (s.taux_dynamique, s.taux_durable) == (Decimal("61.8"), Decimal("26.5"))


@pytest.mark.parametrize(
    ("code", "durable"),
    [
        ("nationale", "50.0"),
        ("nationale-stricte", "25.0"),
        ("herault-2018", "75.0"),
        ("sarthe-2021", "25.0"),
        ("lot-et-garonne-2021", "50.0"),
    ],
)
def test_six_mois_et_la_formation_ne_valent_pas_partout_la_meme_chose(code: str, durable: str) -> None:
    lues = reponses(cdd__plus_de_6=1, cdd__six_exactement=1, formation_qualifiante=1, chomage=1)
    assert compter_suites(lues, definition(code)).taux_durable == Decimal(durable)


def test_une_situation_inconnue_n_est_jamais_une_mauvaise_sortie() -> None:
    s = compter_suites(reponses(cdi=1, inconnue=9), definition("nationale"))
    assert (s.attendues, s.connues, s.taux_durable) == (10, 1, Decimal("100.0"))
    assert compter_suites(reponses(inconnue=3), definition("nationale")).taux_durable is None


def test_un_contrat_de_duree_inconnue_n_est_jamais_durable() -> None:
    assert all(d.classer("cdd", None) is not Classe.DURABLE for d in DEFINITIONS.values())


def test_chaque_situation_qui_se_demande_a_une_classe() -> None:
    for d in DEFINITIONS.values():
        assert set(SITUATIONS) - set(d.classes) == {"cdd", "mission"}, d.code


def test_les_definitions_offertes_au_territoire_existent() -> None:
    assert set(parametre("definition_sorties").choix) == set(DEFINITIONS)
    with pytest.raises(RegleViolee):
        definition("maison")
