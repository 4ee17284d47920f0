"""The journal: what was done, and which people were read."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from marketplace.comptes import registre
from marketplace.comptes.roles import Role
from marketplace.personnes.queries.lectures import lectures_du_territoire
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.listes import date_lue, numero_de_page, parametres

bp = Blueprint("admin_journal", __name__, url_prefix="/admin/journal")


@bp.get("/")
@reserve_a(Role.ADMINISTRATEUR)
def liste() -> Any:
    """Acts of the territory, newest first."""
    filtres = registre.FiltresJournal(
        texte=request.args.get("q", "").strip(),
        action=request.args.get("action", ""),
        du=date_lue("du"),
        au=date_lue("au"),
        page=numero_de_page(),
    )
    with contexte().lecture() as s:
        evenements = registre.evenements(s, acteur().territoire_id, filtres)
        actions = registre.actions_connues(s, acteur().territoire_id)
    return render_template(
        "admin/journal.html",
        evenements=evenements,
        filtres=filtres,
        actions=actions,
        parametres=parametres(
            q=filtres.texte,
            action=filtres.action,
            du=filtres.du.isoformat() if filtres.du else "",
            au=filtres.au.isoformat() if filtres.au else "",
        ),
    )


@bp.get("/lectures")
@reserve_a(Role.ADMINISTRATEUR)
def lectures() -> Any:
    """Who read whom, and why (N2)."""
    personne, du, au = request.args.get("personne", "").strip(), date_lue("du"), date_lue("au")
    with contexte().lecture() as s:
        page = lectures_du_territoire(
            s, acteur().territoire_id, personne_ref=personne, du=du, au=au, page=numero_de_page()
        )
    return render_template(
        "admin/lectures.html",
        lectures=page,
        personne=personne,
        du=du,
        au=au,
        parametres=parametres(personne=personne, du=du.isoformat() if du else "", au=au.isoformat() if au else ""),
    )
