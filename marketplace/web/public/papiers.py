"""Papers: delivered from the page of a marché, an opération or a person, and checked by anyone with their code."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request

from marketplace.bilans.models import TypeAttestation
from marketplace.bilans.papiers import attestation_d_heures, papier_d_operation, papier_du_marche, relire
from marketplace.comptes.roles import Role
from marketplace.erreurs import RegleViolee
from marketplace.web.socle.acces import acteur, chemin_local, contexte, public, reserve_a
from marketplace.web.socle.navigation import accueil_du_role, url_pour

bp = Blueprint("public_papiers", __name__, url_prefix="/papiers")

DU_MARCHE = {
    "realisation": TypeAttestation.REALISATION,
    "achevement": TypeAttestation.ACHEVEMENT,
    "fiche": TypeAttestation.FICHE_BILAN,
}


@bp.get("/verifier")
@public
def verifier() -> Any:
    """Is this paper genuine? What it states, without any name."""
    code = request.args.get("code", "").strip()[:40]
    papier = None
    if code:
        with contexte().lecture() as s:
            papier = relire(s, code)
    return render_template("public/verifier_papier.html", code=code, papier=papier)


@bp.post("/marches/<ref>/<genre>")
@reserve_a(Role.FACILITATEUR, Role.EMPLOYEUR, Role.ACHETEUR)
def du_marche(ref: str, genre: str) -> Any:
    """A paper on one marché of the caller."""
    if genre not in DU_MARCHE:
        abort(404)
    try:
        code, pdf = papier_du_marche(contexte(), acteur(), DU_MARCHE[genre], ref)
    except RegleViolee as refus:
        return _refuser(refus)
    return _remettre(code, pdf, genre)


@bp.post("/operations/<ref>")
@reserve_a(Role.FACILITATEUR, Role.ACHETEUR)
def d_operation(ref: str) -> Any:
    """The one-page fiche of an opération."""
    try:
        code, pdf = papier_d_operation(contexte(), acteur(), ref)
    except RegleViolee as refus:
        return _refuser(refus)
    return _remettre(code, pdf, "operation")


@bp.post("/personnes/<ref>/heures")
@reserve_a(Role.FACILITATEUR, Role.REFERENT)
def de_la_personne(ref: str) -> Any:
    """The hours of a person, on a paper that is hers."""
    try:
        code, pdf = attestation_d_heures(contexte(), acteur(), ref)
    except RegleViolee as refus:
        return _refuser(refus)
    return _remettre(code, pdf, "heures")


def _remettre(code: str, pdf: bytes, genre: str) -> Response:
    reponse = Response(pdf, mimetype="application/pdf")
    reponse.headers["Content-Disposition"] = f'attachment; filename="{genre}-{code}.pdf"'
    return reponse


def _refuser(refus: RegleViolee) -> Any:
    """Back to the page the button was on, with the reason."""
    flash(refus.message, "warning")
    return redirect(chemin_local(request.referrer) or url_pour(accueil_du_role(acteur().role)))
