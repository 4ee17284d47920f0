"""The blueprints of this audience, in one list."""

from __future__ import annotations

from flask import Blueprint

from marketplace.web.public import calculette, catalogue, compte, connexion, pages_publiques, sante, suggestions

blueprints: list[Blueprint] = [
    calculette.bp,
    catalogue.bp,
    connexion.bp,
    compte.bp,
    pages_publiques.bp,
    sante.bp,
    suggestions.bp,
]
