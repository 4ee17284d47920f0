"""The blueprints of this audience, in one list."""

from __future__ import annotations

from flask import Blueprint

from marketplace.web.facilitateur import accueil, marches, operations, organisations, relances

blueprints: list[Blueprint] = [accueil.bp, marches.bp, operations.bp, organisations.bp, relances.bp]
