"""Open offres for a référent's own people."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from marketplace.comptes.roles import Role
from marketplace.offres import queries
from marketplace.offres.queries import FiltresOffres
from marketplace.propositions.services import personnes_proches
from marketplace.propositions.services.lire import lire_souhaits
from marketplace.web.socle import proposer
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.propositions import lire_page

bp = Blueprint("referent_offres", __name__, url_prefix="/referent/offres")


@bp.get("")
@reserve_a(Role.REFERENT)
def liste() -> Any:
    """Open offres, newest first, each with those of her people who come close."""
    ctx, moi = contexte(), acteur()
    texte = request.args.get("q", "").strip()[:100]
    with ctx.lecture() as s:
        filtres = FiltresOffres(texte=texte, page=lire_page(request.args.get("page", "1")))
        page = queries.offres_ouvertes(s, moi.territoire_id, filtres)
    souhaits = lire_souhaits(ctx, moi, "Offres ouvertes") if moi.organisation_verifiee else ()
    proches = personnes_proches(ctx, moi, [o.ref for o in page.lignes]) if moi.organisation_verifiee else {}
    return render_template("referent/offres.html", page=page, texte=texte, proches=proches, souhaits=souhaits)


proposer.installer(bp, Role.REFERENT, proposer.OFFRES)
