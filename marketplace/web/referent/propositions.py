"""What became of each proposition, and the employers' wishes to answer."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from marketplace.comptes.roles import Role
from marketplace.web.socle import proposer as pages
from marketplace.web.socle.acces import reserve_a

bp = Blueprint("referent_propositions", __name__, url_prefix="/referent/propositions")


@bp.get("")
@reserve_a(Role.REFERENT)
def liste() -> Any:
    """Wishes to answer, then propositions."""
    return pages.liste_propositions("referent")


@bp.get("/<ref>")
@reserve_a(Role.REFERENT)
def fiche(ref: str) -> Any:
    """One proposition."""
    return pages.fiche_proposition("referent", ref)


@bp.get("/<ref>/a-remettre")
@reserve_a(Role.REFERENT)
def a_remettre(ref: str) -> Any:
    """The sheet handed to the person."""
    return pages.fiche_a_remettre("referent", ref)


@bp.post("/<ref>/retirer")
@reserve_a(Role.REFERENT)
def retirer(ref: str) -> Any:
    """Take a proposition back."""
    return pages.annuler_proposition("referent", ref)
