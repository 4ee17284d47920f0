"""One engine for the whole folder: opening it takes about two seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from marketplace.matching import Ranker

RACINE = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def moteur() -> Ranker:
    return Ranker.ouvrir(RACINE / "seeds" / "referentiels", RACINE / "seeds" / "modeles")
