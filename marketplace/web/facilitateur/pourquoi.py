"""Why a person stands where she stands for an offre, behind the door of a facilitateur."""

from __future__ import annotations

from marketplace.comptes.roles import Role
from marketplace.web.socle.pourquoi import portes_du_pourquoi

bp = portes_du_pourquoi("facilitateur", Role.FACILITATEUR)
