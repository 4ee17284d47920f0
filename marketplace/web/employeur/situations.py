"""A few months after the hire, and on the last day: is the salarié still there? One click."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from marketplace.comptes.roles import Role
from marketplace.erreurs import RegleViolee
from marketplace.heures.rules.questionnaire import ECHELLE, QUESTIONS
from marketplace.heures.rules.situations import EN_POSTE
from marketplace.heures.services.questionnaires import lire_opinion
from marketplace.heures.services.situations import lire_questions, repondre_situation
from marketplace.web.socle.acces import acteur, contexte, reserve_a

bp = Blueprint("employeur_situations", __name__, url_prefix="/employeur/situations")

REPONSES = {
    "cdi": "CDI",
    "cdd:plus_de_6": "CDD de plus de six mois",
    "cdd:six_exactement": "CDD de six mois",
    "cdd:moins_de_6": "CDD de moins de six mois",
    "formation_qualifiante": "Formation",
    "rupture_essai": "Période d'essai arrêtée",
    "sans_nouvelle": "Je ne sais pas",
}
"""What an employer sees on the last day, and nothing of the person's situation."""


@bp.get("")
@reserve_a(Role.EMPLOYEUR)
def liste() -> Any:
    """The questions about one's own salariés."""
    return render_template(
        "employeur/situations.html",
        questions=lire_questions(contexte(), acteur()),
        en_poste=EN_POSTE,
        reponses=REPONSES,
    )


@bp.get("/avis")
@reserve_a(Role.EMPLOYEUR)
def opinion() -> Any:
    """What former salariés said of the structure, five answers at least."""
    return render_template(
        "employeur/opinion.html", o=lire_opinion(contexte(), acteur()), questions=QUESTIONS, echelle=ECHELLE
    )


@bp.post("/<int:point_id>")
@reserve_a(Role.EMPLOYEUR)
def repondre(point_id: int) -> Any:
    """Keep an answer."""
    try:
        repondre_situation(contexte(), acteur(), point_id, request.form.get("situation", ""))
    except RegleViolee as refus:
        flash(refus.message, "warning")
    else:
        flash("Merci, c'est noté.")
    return redirect(url_for(".liste"))
