"""« Toujours d'actualité ? » answered from the mail, in one click, without signing in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from marketplace.erreurs import RegleViolee
from marketplace.offres.liens import lire_question
from marketplace.offres.services import confirmer
from marketplace.propositions.services import clore_offre
from marketplace.web.socle.acces import contexte, public
from marketplace.web.socle.securite import limiteur

bp = Blueprint("public_actualite", __name__, url_prefix="/offre-actuelle")

REPONSES = {
    "oui": "C'est noté : votre offre reste ouverte.",
    "pourvue": "C'est noté : votre offre est marquée pourvue.",
    "fermee": "C'est noté : votre offre est fermée.",
}


def _ferme(erreur: RegleViolee) -> Any:
    return render_template("public/declarer_ferme.html", texte=erreur.message), 410


@bp.get("/<jeton>")
@limiteur.limit("60 per minute")
@public
def question(jeton: str) -> Any:
    """The offre, and three answers."""
    try:
        vue = lire_question(contexte(), jeton)
    except RegleViolee as erreur:
        return _ferme(erreur)
    return render_template("public/actualite.html", q=vue, jeton=jeton)


@bp.post("/<jeton>")
@limiteur.limit("60 per minute")
@public
def repondre(jeton: str) -> Any:
    """Keep, fill or close it."""
    ctx, reponse = contexte(), request.form.get("reponse", "")
    try:
        vue = lire_question(ctx, jeton)
    except RegleViolee as erreur:
        return _ferme(erreur)
    try:
        if reponse == "oui":
            confirmer(ctx, vue.acteur, vue.ref)
        elif reponse in REPONSES:
            clore_offre(ctx, vue.acteur, vue.ref, pourvue=reponse == "pourvue")
    except RegleViolee as erreur:
        flash(erreur.message, "warning")
    else:
        if reponse in REPONSES:
            flash(REPONSES[reponse])
    return redirect(url_for(".question", jeton=jeton))
