"""A référent's people told of to structures of the national platform."""

from __future__ import annotations

from flask import Blueprint

from marketplace.comptes.roles import Role
from marketplace.web.socle import signaler

bp = Blueprint("referent_signalements", __name__, url_prefix="/referent/signalements")
signaler.installer(bp, Role.REFERENT)
