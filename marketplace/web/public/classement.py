"""How lists are ranked, told to everybody (L312-1-3 of the code des relations entre le public et l'administration)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from marketplace.propositions.decisions.queries import couche_en_vigueur
from marketplace.propositions.equite.queries import dernier_public
from marketplace.territoire.queries import territoires
from marketplace.territoire.reglages import reglages_au
from marketplace.web.socle.acces import acteur_ou_rien, contexte, public

bp = Blueprint("public_classement", __name__)


@bp.get("/comment-on-classe")
@public
def regles() -> Any:
    """What is read, what never is, the weights in force, whether something learned counts, how fairness stands."""
    ctx, courant = contexte(), acteur_ou_rien()
    with ctx.lecture() as s:
        tous = territoires(s)
        territoire = next((t for t in tous if courant and t.id == courant.territoire_id), tous[0] if tous else None)
        if territoire is None:
            return render_template("public/comment_on_classe.html", territoire=None)
        return render_template(
            "public/comment_on_classe.html",
            territoire=territoire,
            reglages=reglages_au(s, territoire.id, ctx.aujourdhui()),
            couche=couche_en_vigueur(s, territoire.id),
            rapport=dernier_public(s, territoire.id),
        )
