"""Open offres for a référent's own people."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from marketplace.comptes.roles import Role
from marketplace.offres import queries
from marketplace.offres.queries import FiltresOffres
from marketplace.propositions.queries import souhaits_ouverts
from marketplace.propositions.services import personnes_proches
from marketplace.web.socle import proposer as pages
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
        souhaits = souhaits_ouverts(s, moi, ctx.aujourdhui()) if moi.organisation_verifiee else ()
    proches = personnes_proches(ctx, moi, [o.ref for o in page.lignes]) if moi.organisation_verifiee else {}
    return render_template("referent/offres.html", page=page, texte=texte, proches=proches, souhaits=souhaits)


@bp.get("/<ref>")
@reserve_a(Role.REFERENT)
def fiche(ref: str) -> Any:
    """One offre and her own people, ranked."""
    return pages.page_offre("referent", ref)


@bp.get("/<ref>/proposer/<personne_ref>")
@reserve_a(Role.REFERENT)
def proposer(ref: str, personne_ref: str) -> Any:
    """Before proposing."""
    return pages.montrer("referent", ref, personne_ref)


@bp.post("/<ref>/proposer/<personne_ref>")
@reserve_a(Role.REFERENT)
def enregistrer(ref: str, personne_ref: str) -> Any:
    """Propose."""
    return pages.enregistrer("referent", ref, personne_ref)


@bp.post("/<ref>/ne-pas-proposer/<personne_ref>")
@reserve_a(Role.REFERENT)
def fermer_souhait(ref: str, personne_ref: str) -> Any:
    """Answer an employer's wish by not proposing."""
    return pages.fermer_souhait("referent", ref, personne_ref)
