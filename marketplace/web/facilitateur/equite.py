"""Who the rankings show, who they do not, and why."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from marketplace.comptes.roles import Role
from marketplace.web.socle.acces import reserve_a
from marketplace.web.socle.equite import page_rapport

bp = Blueprint("facilitateur_equite", __name__, url_prefix="/facilitateur/equite")


@bp.get("")
@reserve_a(Role.FACILITATEUR)
def dernier() -> Any:
    """The last report."""
    return page_rapport("facilitateur_equite.rapport")


@bp.get("/<int:rapport_id>")
@reserve_a(Role.FACILITATEUR)
def rapport(rapport_id: int) -> Any:
    """One report."""
    return page_rapport("facilitateur_equite.rapport", rapport_id)
