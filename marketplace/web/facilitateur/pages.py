"""The blueprints of this audience, in one list."""

from __future__ import annotations

from flask import Blueprint

from marketplace.web.facilitateur import (
    accueil,
    actes_marches,
    avis,
    bilans,
    consignes,
    contrats,
    controles,
    dimensionnement,
    documents,
    ecart,
    engagements,
    equite,
    etapes_marches,
    heures,
    imports,
    imports_structures,
    marches,
    offres,
    operations,
    organisations,
    parcours,
    partages,
    personnes,
    pieces,
    plafonds,
    pourquoi,
    propositions,
    regimes,
    relances,
    reprises,
    signalements,
    validations,
)

# The acts on a marché are pages of the same blueprint as its file.
assert actes_marches.bp is engagements.bp is etapes_marches.bp is marches.bp
# So are the people to validate, beside the files.
assert validations.bp is personnes.bp

blueprints: list[Blueprint] = [
    accueil.bp,
    avis.bp,
    bilans.bp,
    consignes.bp,
    controles.bp,
    contrats.bp,
    dimensionnement.bp,
    documents.bp,
    ecart.bp,
    equite.bp,
    heures.bp,
    imports.bp,
    imports_structures.bp,
    marches.bp,
    offres.bp,
    operations.bp,
    organisations.bp,
    parcours.bp,
    partages.bp,
    personnes.bp,
    pieces.bp,
    plafonds.bp,
    pourquoi.bp,
    propositions.bp,
    regimes.bp,
    relances.bp,
    reprises.bp,
    signalements.bp,
]
