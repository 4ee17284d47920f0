"""The blueprints of this audience, in one list."""

from __future__ import annotations

from flask import Blueprint

from marketplace.web.referent import accueil, offres, personnes, pourquoi, propositions, signalements

blueprints: list[Blueprint] = [accueil.bp, offres.bp, personnes.bp, pourquoi.bp, propositions.bp, signalements.bp]
