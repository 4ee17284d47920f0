"""The blueprints of this audience, in one list."""

from __future__ import annotations

from flask import Blueprint

from marketplace.web.admin import classement, journal, membres, modeles, organisations, reglages, taches, trajets

blueprints: list[Blueprint] = [
    membres.bp,
    organisations.bp,
    modeles.bp,
    reglages.bp,
    classement.bp,
    trajets.bp,
    taches.bp,
    journal.bp,
]
