"""What the calculator and the ledger share: settings of a territory as the sizing rules take them, and results kept."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marketplace.marches.rules.dimensionnement import Calibrage, ReglagesDimensionnement
from marketplace.territoire.queries import Reglages

CENT = Decimal(100)


def pour_dimensionnement(r: Reglages) -> ReglagesDimensionnement:
    """Rounding and floors of a territory."""
    return ReglagesDimensionnement(
        arrondi_pas=r.arrondi_pas,
        arrondi_mode=r.arrondi_mode,
        plancher_heures=r.plancher_heures,
        plancher_mois=r.plancher_mois,
        heures_par_etp=r.heures_par_etp,
    )


def calcul_garde(c: Calibrage) -> dict[str, Any]:
    """Inputs, result and version of the formula, as kept with a clause: decimals as text, none loses a digit."""
    return {
        "montant_ht": str(c.montant_ht),
        "part_main_oeuvre": str(c.part_main_oeuvre),
        "taux_effort": str(c.taux_effort),
        "cout_horaire": str(c.cout_horaire),
        "exact": str(c.exact),
        "heures": str(c.heures),
        "version": c.version,
    }
