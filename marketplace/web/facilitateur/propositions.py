"""What became of each proposition, and the employers' wishes to answer."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from marketplace.comptes.roles import Role
from marketplace.contexte import PARIS
from marketplace.propositions.delais import delais as lire_delais
from marketplace.propositions.queries import motifs_agreges
from marketplace.propositions.rules import MOTIFS
from marketplace.propositions.services import plan_de_la_semaine, suggerer
from marketplace.territoire.ruralite import DEFINITION
from marketplace.web.socle import proposer
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.chiffres import csv_des_delais, periode
from marketplace.web.socle.filtres import pluriel
from marketplace.web.socle.formulaires import Formulaire
from marketplace.web.socle.listes import numero_de_page

bp = Blueprint("facilitateur_propositions", __name__, url_prefix="/facilitateur/propositions")

CONSEILS_MAX = 500
"""Lines of a plan taken in one go."""


@bp.get("/plan")
@reserve_a(Role.FACILITATEUR)
def plan() -> Any:
    """The week's plan, to tick."""
    vu = plan_de_la_semaine(contexte(), acteur(), numero_de_page())
    return render_template("facilitateur/plan.html", plan=vu, form=Formulaire())


@bp.post("/plan")
@reserve_a(Role.FACILITATEUR)
def suggerer_propositions() -> Any:
    """Tell the référents of what was ticked."""
    nombre = suggerer(contexte(), acteur(), request.form.getlist("conseils")[:CONSEILS_MAX])
    if nombre:
        flash(f"{pluriel(nombre, 'suggestion envoyée', 'suggestions envoyées')} aux référents.")
    else:
        flash("Rien de nouveau à envoyer : cochez au moins une ligne.", "warning")
    return redirect(url_for(".plan", page=numero_de_page()))


@bp.get("/delais")
@reserve_a(Role.FACILITATEUR)
def delais() -> Any:
    """How long each step takes: all, by kind of employer, rural or urban, by territory, by structure."""
    ctx = contexte()
    du, au = periode(ctx.aujourdhui())
    with ctx.lecture() as s:
        vus = lire_delais(s, acteur().territoire_id, du, au)
        debut = datetime.combine(du, time(), tzinfo=PARIS)
        motifs = motifs_agreges(s, acteur().territoire_id, debut)
    if request.args.get("format") == "csv":
        lignes = (vus.ensemble, *vus.employeurs, *vus.lieux, *vus.territoires, *vus.structures)
        return csv_des_delais(f"delais-{du}-{au}", lignes)
    return render_template(
        "facilitateur/delais.html", vus=vus, du=du, au=au, motifs=motifs, libelles=MOTIFS, definition=DEFINITION
    )


proposer.installer(bp, Role.FACILITATEUR, proposer.PROPOSITIONS)
