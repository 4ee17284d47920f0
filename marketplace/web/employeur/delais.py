"""A structure's own delays, beside those of all the offres of the territory."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request

from marketplace.comptes.roles import Role
from marketplace.propositions.delais import delais, delais_de_la_structure
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.chiffres import csv_des_delais, periode

bp = Blueprint("employeur_delais", __name__, url_prefix="/employeur/delais")


@bp.get("")
@reserve_a(Role.EMPLOYEUR)
def page() -> Any:
    """From one's offre to the first day of work."""
    ctx, moi = contexte(), acteur()
    if moi.organisation_id is None:
        abort(404)
    du, au = periode(ctx.aujourdhui())
    with ctx.lecture() as s:
        siens = delais_de_la_structure(s, moi.territoire_id, moi.organisation_id, du, au)
        tous = delais(s, moi.territoire_id, du, au).ensemble
    if request.args.get("format") == "csv":
        return csv_des_delais(f"mes-delais-{du}-{au}", (siens, tous))
    return render_template("employeur/delais.html", lignes=(siens, tous), du=du, au=au)
