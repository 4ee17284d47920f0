"""Who keeps the ledger in these tests."""

import pytest


@pytest.fixture
def facilitateur(fabrique):
    """A facilitateur of the territory."""
    fabrique.territoire()
    return fabrique.acteur(fabrique.facilitateur())
