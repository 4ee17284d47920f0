"""A buyer's marchés: how far each has come, in words, without a name of anybody."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from marketplace.comptes.roles import Role
from marketplace.heures.queries import avancements
from marketplace.heures.solde import points_avant_solde
from marketplace.marches.queries import (
    depots_du_marche,
    dossier_marche,
    fiche_marche,
)
from marketplace.marches.rules.depots import LIBELLES_DECISION, LIBELLES_DEPOT
from marketplace.marches.rules.etats import LIBELLES
from marketplace.marches.rules.formes import COMPTEE_QUAND, LIBELLES_FORME, LIBELLES_GENRE
from marketplace.territoire.queries import territoires
from marketplace.web.acheteur.formulaires_depots import FormulaireDepot, formulaires_de_depot
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.courbes import courbe_heures
from marketplace.web.socle.marches import liste_de_l_organisation

bp = Blueprint("acheteur_marches", __name__, url_prefix="/acheteur/marches")

CHOIX = {"vivants": "En cours", "preparation": "En préparation", "clos": "Finis", "tous": "Tous"}


@bp.get("")
@reserve_a(Role.ACHETEUR)
def liste() -> Any:
    """My marchés."""
    return liste_de_l_organisation("acheteur/marches.html", CHOIX, request.args.get("q", "")[:100])


@bp.get("/<ref>")
@reserve_a(Role.ACHETEUR)
def fiche(ref: str) -> Any:
    """One marché: hours and words, no person."""
    return page_du_marche(ref)


def page_du_marche(ref: str, refuse: FormulaireDepot | None = None) -> str:
    """The page of a marché, with what was typed when a deposit was refused."""
    ctx, moi = contexte(), acteur()
    with ctx.lecture() as s:
        m = fiche_marche(s, moi, ref)
        avancement = avancements(s, [m.id], ctx.aujourdhui())[m.id]
        dossier = dossier_marche(s, m, ctx.aujourdhui())
        territoire = next((t for t in territoires(s) if t.id == moi.territoire_id), None)
        depots = depots_du_marche(s, m.id)
        points = points_avant_solde(s, m.id, ctx.aujourdhui(), pour_tiers=True)
    sien = m.acheteur.id == moi.organisation_id
    return render_template(
        "acheteur/marche.html",
        m=m,
        avancement=avancement,
        courbe=courbe_heures(avancement, ctx.aujourdhui(), m.arrets),
        libelles=LIBELLES,
        territoire=territoire,
        dossier=dossier,
        formes=LIBELLES_FORME,
        genres=LIBELLES_GENRE,
        quand=COMPTEE_QUAND,
        depots=depots if sien else (),
        formulaires=formulaires_de_depot(m.etat, refuse) if sien else (),
        refuse=refuse,
        libelles_depot=LIBELLES_DEPOT,
        libelles_decision=LIBELLES_DECISION,
        points=points,
    )
