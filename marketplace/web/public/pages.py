"""The blueprints of this audience, in one list."""

from __future__ import annotations

from flask import Blueprint

from marketplace.web.public import (
    actualite,
    agenda,
    assistant,
    calculette,
    catalogue,
    classement,
    compte,
    connexion,
    declarer,
    documents,
    flux,
    messages,
    notes,
    pages_publiques,
    papiers,
    recherche,
    repondre,
    sante,
    suggestions,
    votre_avis,
    vues,
)

blueprints: list[Blueprint] = [
    actualite.bp,
    agenda.bp,
    assistant.bp,
    calculette.bp,
    catalogue.bp,
    classement.bp,
    connexion.bp,
    declarer.bp,
    compte.bp,
    documents.bp,
    flux.bp,
    messages.bp,
    notes.bp,
    pages_publiques.bp,
    papiers.bp,
    recherche.bp,
    repondre.bp,
    sante.bp,
    suggestions.bp,
    votre_avis.bp,
    vues.bp,
]
