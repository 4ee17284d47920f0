"""The store keeps decimals and instants exact, on either engine."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from marketplace.contexte import Contexte
from marketplace.marches.models import Clause
from tests.fabrique import Fabrique


def test_les_heures_se_somment_sans_erreur_d_arrondi(ctx: Contexte, fabrique: Fabrique) -> None:
    fabrique.marche(heures=Decimal("0.10"))
    fabrique.marche(heures=Decimal("0.20"))
    with ctx.lecture() as s:
        assert s.scalar(select(func.sum(Clause.heures_prevues))) == Decimal("0.30")


def test_une_valeur_trop_precise_est_refusee_plutot_qu_arrondie(ctx: Contexte, fabrique: Fabrique) -> None:
    with pytest.raises(Exception, match="decimal places"):
        fabrique.marche(heures=Decimal("0.105"))


def test_un_instant_revient_en_temps_universel(ctx: Contexte, fabrique: Fabrique) -> None:
    marche = fabrique.marche()
    with ctx.lecture() as s:
        relu = s.get_one(type(marche), marche.id)
    assert relu.cree_le == datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def test_une_transaction_qui_echoue_n_ecrit_rien(ctx: Contexte, fabrique: Fabrique) -> None:
    marche = fabrique.marche()
    with pytest.raises(RuntimeError), ctx.transaction() as s:
        s.get_one(type(marche), marche.id).intitule = "autre"
        s.flush()
        raise RuntimeError("panne")
    with ctx.lecture() as s:
        assert s.get_one(type(marche), marche.id).intitule == marche.intitule
