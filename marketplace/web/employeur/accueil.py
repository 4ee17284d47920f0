"""The employer's home: what to declare, what is missing on its marchés, who waits for an answer."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from marketplace.comptes.roles import Role
from marketplace.heures.acces import etablissements
from marketplace.heures.queries import a_confirmer, declarations_de, marches_de, par_signature, personnes_par_mois
from marketplace.heures.queries.situations import questions_de_suivi
from marketplace.heures.services.rappels import demander_rappel
from marketplace.journal.notifications import nombre_non_lues
from marketplace.propositions.queries import compter_a_repondre
from marketplace.web.socle.acces import acteur, contexte, reserve_a

bp = Blueprint("employeur_accueil", __name__, url_prefix="/employeur")


@bp.get("")
@reserve_a(Role.EMPLOYEUR)
def accueil() -> Any:
    """What waits first, then the hours left on each marché with three ways to do them."""
    ctx, moi = contexte(), acteur()
    with ctx.lecture() as s:
        toutes = declarations_de(s, etablissements(s, moi.organisation_id), ctx.aujourdhui())
        declarations = par_signature([d for d in toutes if d.a_repondre])
        marches = marches_de(s, moi.organisation_id, ctx.aujourdhui())
        confirmables = a_confirmer(s, moi.organisation_id, ctx.aujourdhui())
        # Not verified yet, it sees no person (R10): nobody is proposed to it.
        propositions = compter_a_repondre(s, moi, ctx.aujourdhui()) if moi.organisation_verifiee else 0
        messages = nombre_non_lues(s, moi.utilisateur_id, "/employeur/")
        suivis = questions_de_suivi(s, moi.territoire_id, employeur_id=moi.organisation_id or 0)
    return render_template(
        "employeur/accueil.html",
        suivis=len(suivis) if moi.organisation_verifiee else 0,
        a_declarer=personnes_par_mois(declarations),
        declarations=declarations,
        marches=marches,
        propositions=propositions,
        confirmables=len(confirmables),
        messages=messages,
    )


@bp.post("/rappel/<ref>")
@reserve_a(Role.EMPLOYEUR)
def rappeler(ref: str) -> Any:
    """Ask the facilitateur to call back about a marché."""
    demander_rappel(contexte(), acteur(), ref)
    flash("C'est noté : votre facilitateur vous rappelle.")
    return redirect(url_for(".accueil"))
