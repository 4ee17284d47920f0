"""Following what moves: feeds of the public lists, and one's calendar of deadlines by a secret address."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, session, url_for

from marketplace.erreurs import RegleViolee
from marketplace.recherche.agenda import creer_lien, lien_en_vigueur, lire_agenda, revoquer_lien
from marketplace.recherche.echeances import ROLES
from marketplace.web.socle.acces import acteur, acteur_ou_rien, connecte, contexte, public
from marketplace.web.socle.securite import limiteur

bp = Blueprint("public_agenda", __name__)


@bp.get("/s-abonner")
@public
def s_abonner() -> Any:
    """What can be followed, with what, and how."""
    return _page()


def _page(adresse: str = "") -> Any:
    moi, lien = acteur_ou_rien(), None
    peut = moi is not None and moi.role in ROLES and moi.pour_le_compte_de is None
    if peut:
        with contexte().lecture() as s:
            lien = lien_en_vigueur(s, session["affectation"])
    return render_template("public/s_abonner.html", peut_agenda=peut, lien=lien, adresse_agenda=adresse)


@bp.post("/mon-agenda")
@connecte
def creer() -> Any:
    """A new address, shown this once."""
    try:
        jeton = creer_lien(contexte(), acteur(), session["affectation"])
    except RegleViolee as erreur:
        flash(erreur.message, "danger")
        return redirect(url_for(".s_abonner"))
    reponse = Response(_page(contexte().config.adresse_publique + url_for(".lire", jeton=jeton)))
    reponse.headers["Cache-Control"] = "no-store"
    return reponse


@bp.post("/mon-agenda/coupure")
@connecte
def revoquer() -> Any:
    """The address answers no more."""
    try:
        revoquer_lien(contexte(), acteur(), session["affectation"])
    except RegleViolee as erreur:
        flash(erreur.message, "danger")
    else:
        flash("L'adresse de votre agenda ne répond plus.", "success")
    return redirect(url_for(".s_abonner"))


@bp.get("/agenda/<jeton>.ics")
@limiteur.limit("60 per minute")
@public
def lire(jeton: str) -> Response:
    """The calendar behind this secret."""
    reponse = Response(lire_agenda(contexte(), jeton), mimetype="text/calendar")
    reponse.headers["Cache-Control"] = "private, max-age=900"
    reponse.headers["X-Robots-Tag"] = "noindex"
    return reponse
