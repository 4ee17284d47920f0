"""The blueprints of this audience, in one list."""

from __future__ import annotations

from flask import Blueprint

from marketplace.web.referent import accueil, offres, personnes, propositions

blueprints: list[Blueprint] = [accueil.bp, offres.bp, personnes.bp, propositions.bp]
