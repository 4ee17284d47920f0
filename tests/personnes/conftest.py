"""Fixtures of the people room."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event

from marketplace.contexte import Contexte


@pytest.fixture
def compter(ctx: Contexte) -> Iterator[Callable[[], list[str]]]:
    """`compter()` gives a list that grows with each SQL order sent from then on."""
    moteur = ctx.sessions.kw["bind"]
    ecoutes: list[list[str]] = []

    def noter(_c: Any, _k: Any, ordre: str, *_: Any) -> None:
        for liste in ecoutes:
            liste.append(ordre)

    event.listen(moteur, "before_cursor_execute", noter)

    def ouvrir() -> list[str]:
        ecoutes.clear()
        ecoutes.append([])
        return ecoutes[0]

    yield ouvrir
    event.remove(moteur, "before_cursor_execute", noter)
