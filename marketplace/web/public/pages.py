"""The blueprints of this audience, in one list."""

from __future__ import annotations

from flask import Blueprint

from marketplace.web.public import catalogue, compte, connexion, pages_publiques, sante, suggestions

blueprints: list[Blueprint] = [catalogue.bp, connexion.bp, compte.bp, pages_publiques.bp, sante.bp, suggestions.bp]
