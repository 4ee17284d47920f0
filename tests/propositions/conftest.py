"""The engine is opened once for these tests: its reference tables take two seconds to read."""

from __future__ import annotations

import pytest

from marketplace.app import DOSSIER_MODELES, DOSSIER_REFERENTIELS
from marketplace.contexte import Contexte
from marketplace.matching import Ranker


@pytest.fixture(scope="session")
def moteur() -> Ranker:
    """A ranking engine with the committed reference tables."""
    return Ranker.ouvrir(DOSSIER_REFERENTIELS, DOSSIER_MODELES)


@pytest.fixture
def ctx(ctx: Contexte, moteur: Ranker) -> Contexte:
    """A Contexte on a fresh database, with the shared engine."""
    ctx.obtenir_ranker = lambda: moteur
    return ctx
