"""The report of fairness, as the administrator and the facilitateur read it."""

from __future__ import annotations

from typing import Any

from flask import render_template

from marketplace.propositions.equite.queries import rapport, rapports
from marketplace.web.socle.acces import acteur, contexte

ROLES = {
    "facilitateur": "Facilitateurs",
    "referent": "Référents",
    "employeur": "Employeurs, sans nom",
    "ligne_de_commande": "Tâches et commandes",
}


def page_rapport(point: str, rapport_id: int | None = None) -> Any:
    """One report, the last of a month by default; `point` is the endpoint of the others."""
    with contexte().lecture() as s:
        lu = rapport(s, acteur(), rapport_id)
        tous = rapports(s, acteur())
    return render_template("socle/equite.html", r=lu, rapports=tous, point=point, roles=ROLES)
