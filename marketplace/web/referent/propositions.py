"""What became of each proposition, and the employers' wishes to answer."""

from __future__ import annotations

from flask import Blueprint

from marketplace.comptes.roles import Role
from marketplace.web.socle import proposer

bp = Blueprint("referent_propositions", __name__, url_prefix="/referent/propositions")

proposer.installer(bp, Role.REFERENT, proposer.PROPOSITIONS)
