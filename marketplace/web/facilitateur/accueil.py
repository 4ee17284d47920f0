"""« Aujourd'hui »: what waits, each with one action; then the portfolio and the week ahead."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from marketplace.comptes.roles import Role
from marketplace.heures.queries.fins import fins_a_preparer
from marketplace.heures.queries.situations import questions_de_suivi
from marketplace.journal.notifications import nombre_non_lues
from marketplace.marches.queries import alertes_du_jour, portefeuille, relances_dues, semaine_a_venir
from marketplace.propositions.attente import attente_du_facilitateur
from marketplace.web.socle.acces import acteur, contexte, reserve_a

bp = Blueprint("facilitateur_accueil", __name__, url_prefix="/facilitateur")

ALERTES_MONTREES = 6


@bp.get("/aujourd-hui")
@reserve_a(Role.FACILITATEUR)
def aujourdhui() -> Any:
    """What waits for the facilitateur."""
    ctx, moi = contexte(), acteur()
    jour = ctx.aujourdhui()
    with ctx.lecture() as s:
        attente = attente_du_facilitateur(s, moi, jour)
        relances = relances_dues(s, moi.territoire_id, jour)
        alertes = alertes_du_jour(s, moi.territoire_id, jour, limite=ALERTES_MONTREES)
        etats = portefeuille(s, moi.territoire_id)
        semaine = semaine_a_venir(s, moi.territoire_id, jour)
        suivis = len(questions_de_suivi(s, moi.territoire_id))
        fins = len(fins_a_preparer(s, moi.territoire_id, jour))
        messages = nombre_non_lues(s, moi.utilisateur_id, "/facilitateur/")
    rien = not (
        attente.declarations
        or attente.validations
        or attente.propositions
        or attente.pistes
        or relances
        or alertes.total
        or suivis
        or fins
        or messages
    )
    return render_template(
        "facilitateur/aujourdhui.html",
        attente=attente,
        relances=relances,
        alertes=alertes,
        etats=etats,
        semaine=semaine,
        suivis=suivis,
        fins=fins,
        messages=messages,
        rien=rien,
    )
