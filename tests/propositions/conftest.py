"""Here every Contexte has the real engine."""

from __future__ import annotations

import pytest

from marketplace.contexte import Contexte
from marketplace.matching import Ranker


@pytest.fixture
def ctx(ctx: Contexte, moteur: Ranker) -> Contexte:
    """A Contexte on a fresh database, with the shared engine."""
    ctx.obtenir_ranker = lambda: moteur
    return ctx
