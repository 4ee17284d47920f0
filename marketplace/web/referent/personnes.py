"""A référent's caseload and the file of each person in it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from marketplace.comptes.roles import Role
from marketplace.web.socle import dossiers
from marketplace.web.socle.acces import reserve_a

bp = Blueprint("referent_personnes", __name__, url_prefix="/referent/personnes")


@bp.get("")
@reserve_a(Role.REFERENT)
def liste() -> Any:
    """Her own people, the longest without news first."""
    return render_template("referent/personnes.html", **dossiers.page_de_liste(request.args))


@bp.get("/<ref>")
@reserve_a(Role.REFERENT)
def fiche(ref: str) -> Any:
    """One person: next step, best offres, journey, what is missing, history, who read."""
    return render_template("referent/personne.html", **dossiers.page_de_fiche(ref))


dossiers.installer(bp, Role.REFERENT)
