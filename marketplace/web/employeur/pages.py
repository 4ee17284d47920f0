"""The blueprints of this audience, in one list."""

from __future__ import annotations

from flask import Blueprint

from marketplace.web.employeur import (
    accueil,
    contrats,
    declarations,
    delais,
    delegues,
    fichier_heures,
    marches,
    missions,
    offres,
    pieces,
    propositions,
    situations,
    suites,
    validations,
)

blueprints: list[Blueprint] = [
    accueil.bp,
    contrats.bp,
    declarations.bp,
    delais.bp,
    delegues.bp,
    fichier_heures.bp,
    marches.bp,
    missions.bp,
    offres.bp,
    pieces.bp,
    propositions.bp,
    situations.bp,
    suites.bp,
    validations.bp,
]
