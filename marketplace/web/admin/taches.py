"""The scheduled jobs: whether the scheduler lives, what each job did, what failed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from marketplace.comptes.roles import Role
from marketplace.journal import queries
from marketplace.journal.models import EtatPassage
from marketplace.web.socle.acces import contexte, reserve_a
from marketplace.web.socle.listes import numero_de_page, parametres

bp = Blueprint("admin_taches", __name__, url_prefix="/admin/taches")

SECONDES_DE_SILENCE = 180


@bp.get("/")
@reserve_a(Role.ADMINISTRATEUR)
def liste() -> Any:
    """Last run of each job, then every run."""
    ctx = contexte()
    tache, etat = request.args.get("tache", ""), request.args.get("etat", "")
    with ctx.lecture() as s:
        taches = queries.taches_connues(s)
        passages = queries.passages(
            s,
            tache=tache,
            etat=EtatPassage(etat) if etat in set(EtatPassage) else None,
            page=numero_de_page(),
        )
        battement = queries.dernier_battement(s)
        envois = queries.etat_des_envois(s)
    vivant = battement is not None and (ctx.horloge() - battement).total_seconds() <= SECONDES_DE_SILENCE
    return render_template(
        "admin/taches.html",
        taches=taches,
        passages=passages,
        battement=battement,
        vivant=vivant,
        envois=envois,
        tache=tache,
        etat=etat,
        parametres=parametres(tache=tache, etat=etat),
    )
