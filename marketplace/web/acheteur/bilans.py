"""A buyer's report: its own marchés, nobody named, small counts hidden."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request

from marketplace.bilans.lectures import Demande, annees_possibles
from marketplace.bilans.packs.comite import pack_comite
from marketplace.bilans.perimetre import Perimetre, perimetre_permis
from marketplace.comptes.roles import Role
from marketplace.erreurs import RegleViolee
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.bilans import TYPES, barres, cachet_de, fichier, periode_demandee

bp = Blueprint("acheteur_bilans", __name__, url_prefix="/acheteur/bilan")


@bp.get("")
@reserve_a(Role.ACHETEUR)
def annee() -> Any:
    """The report of a year over my marchés: on the page, or as a file with `?format=`."""
    ctx, moi = contexte(), acteur()
    jour = ctx.aujourdhui()
    periode = periode_demandee(jour)
    genre = request.args.get("format", "")
    if genre and genre not in TYPES:
        abort(404)
    vu = vide = None
    with ctx.lecture() as s:
        annees = annees_possibles(s, moi.territoire_id, jour)
        perimetre = perimetre_permis(moi, Perimetre(moi.territoire_id))
        try:
            vu = pack_comite(s, perimetre, periode, jour)
        except RegleViolee as refus:
            vide = refus.message
        if vu is not None and genre:
            return fichier(genre, vu, cachet_de(ctx, s, Demande(perimetre, moi.organisation_nom, "tout"), periode))
    return render_template(
        "acheteur/bilan.html", vu=vu, vide_parce_que=vide, annee=periode.debut.year, annees=annees, barres=barres
    )
