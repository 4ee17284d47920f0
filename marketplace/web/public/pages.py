"""The blueprints of this audience, in one list."""

from __future__ import annotations

from flask import Blueprint

from marketplace.web.public import (
    agenda,
    assistant,
    calculette,
    catalogue,
    compte,
    connexion,
    declarer,
    documents,
    flux,
    notes,
    pages_publiques,
    papiers,
    recherche,
    sante,
    suggestions,
    vues,
)

blueprints: list[Blueprint] = [
    agenda.bp,
    assistant.bp,
    calculette.bp,
    catalogue.bp,
    connexion.bp,
    declarer.bp,
    compte.bp,
    documents.bp,
    flux.bp,
    notes.bp,
    pages_publiques.bp,
    papiers.bp,
    recherche.bp,
    sante.bp,
    suggestions.bp,
    vues.bp,
]
