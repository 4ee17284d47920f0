"""Why a person stands where she stands for an offre."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from marketplace.comptes.roles import Role
from marketplace.web.socle import pourquoi as pages
from marketplace.web.socle.acces import reserve_a

bp = Blueprint("referent_pourquoi", __name__, url_prefix="/referent/offres/<ref>/pourquoi")


@bp.get("/<personne_ref>")
@reserve_a(Role.REFERENT)
def montrer(ref: str, personne_ref: str) -> Any:
    """The reasons, to read with the person."""
    return pages.montrer("referent", ref, personne_ref)


@bp.post("/<personne_ref>")
@reserve_a(Role.REFERENT)
def noter(ref: str, personne_ref: str) -> Any:
    """A word on this rank."""
    return pages.noter_avis("referent", ref, personne_ref)
