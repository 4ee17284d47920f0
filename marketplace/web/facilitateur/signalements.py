"""People of the territory told of to structures of the national platform."""

from __future__ import annotations

from flask import Blueprint

from marketplace.comptes.roles import Role
from marketplace.web.socle import signaler

bp = Blueprint("facilitateur_signalements", __name__, url_prefix="/facilitateur/signalements")
signaler.installer(bp, Role.FACILITATEUR)
