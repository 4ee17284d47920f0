from datetime import date
from decimal import Decimal

import pytest

from marketplace.erreurs import RegleViolee
from marketplace.heures.rules.penalite import (
    ClausePenalite,
    MotifNeutralisation,
    Neutralisation,
    RechercheCandidats,
    manques_de_la_recherche,
    simuler,
)

D = Decimal
LE = date(2026, 11, 21)
DEMEURE = date(2026, 11, 1)
NEUTRE = (Neutralisation(MotifNeutralisation.ARRET_DE_CHANTIER, D(33), date(2026, 5, 4)),)


@pytest.mark.parametrize(
    ("neutralisations", "plafond", "retenues", "montant"),
    [
        ((), None, 223, "8920.00"),
        (NEUTRE, None, 190, "7600.00"),
        (NEUTRE, D(6000), 190, "6000"),
    ],
)
def test_la_penalite_simulee_d_un_marche_a_610_heures_sur_833(
    neutralisations: tuple[Neutralisation, ...], plafond: Decimal | None, retenues: int, montant: str
) -> None:
    clause = ClausePenalite(D(40), plafond)
    simulation = simuler(D(833), D(610), clause, LE, neutralisations=neutralisations, mise_en_demeure_le=DEMEURE)
    assert simulation.heures_retenues == retenues
    assert simulation.montant == D(montant)
    assert simulation.proposable


def test_un_objectif_tenu_ne_doit_rien() -> None:
    simulation = simuler(D(833), D(900), ClausePenalite(D(40)), LE, mise_en_demeure_le=DEMEURE)
    assert (simulation.montant, simulation.proposable) == (D(0), False)


def test_sans_penalite_au_contrat_ni_mise_en_demeure_rien_ne_se_demande() -> None:
    simulation = simuler(D(833), D(610), ClausePenalite(), LE)
    assert not simulation.proposable
    assert len(simulation.obstacles) == 2


def test_le_preavis_de_la_mise_en_demeure_doit_etre_passe() -> None:
    demeure = date(2026, 11, 6)
    avant = simuler(D(833), D(610), ClausePenalite(D(40)), LE, mise_en_demeure_le=demeure)
    apres = simuler(D(833), D(610), ClausePenalite(D(40)), date(2026, 11, 22), mise_en_demeure_le=demeure)
    assert not avant.proposable
    assert "21 novembre 2026" in avant.obstacles[0]
    assert apres.proposable


def test_des_heures_negatives_sont_refusees() -> None:
    with pytest.raises(RegleViolee):
        simuler(D(833), D(-1), ClausePenalite(D(40)), LE)


@pytest.mark.parametrize(
    ("recherche", "manques"),
    [
        (RechercheCandidats(date(2026, 11, 6), 1, 2, 2), 0),
        (RechercheCandidats(date(2026, 11, 7), 1, 2, 2), 1),
        (RechercheCandidats(None, 0, 2, 1), 3),
    ],
)
def test_pas_de_candidat_se_prouve(recherche: RechercheCandidats, manques: int) -> None:
    assert len(manques_de_la_recherche(recherche, LE)) == manques
