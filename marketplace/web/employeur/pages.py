"""The blueprints of this audience, in one list."""

from __future__ import annotations

from flask import Blueprint

from marketplace.web.employeur import offres, propositions, validations

blueprints: list[Blueprint] = [offres.bp, propositions.bp, validations.bp]
