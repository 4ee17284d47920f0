"""An employer's marchés: hours due, done, left (N32), and what it may do about them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from marketplace.comptes.roles import Role
from marketplace.heures.queries import avancements
from marketplace.marches.queries import fiche_marche
from marketplace.marches.rules.etats import LIBELLES
from marketplace.marches.services.intervenants import LIBELLES_ROLES
from marketplace.recherche.structures import FiltresStructures, structures_publiques
from marketplace.territoire.queries import communes_dans_un_rayon, territoires
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.courbes import courbe_heures
from marketplace.web.socle.marches import liste_de_l_organisation

bp = Blueprint("employeur_marches", __name__, url_prefix="/employeur/marches")

CHOIX = {"vivants": "En cours", "clos": "Finis", "tous": "Tous"}
RAYON_STRUCTURES_KM = 30
STRUCTURES_MONTREES = 6


@bp.get("")
@reserve_a(Role.EMPLOYEUR)
def liste() -> Any:
    """My marchés."""
    return liste_de_l_organisation("employeur/marches.html", CHOIX)


@bp.get("/<ref>")
@reserve_a(Role.EMPLOYEUR)
def fiche(ref: str) -> Any:
    """One marché: what is left, three ways to do it, who is near."""
    ctx, moi = contexte(), acteur()
    with ctx.lecture() as s:
        m = fiche_marche(s, moi, ref)
        avancement = avancements(s, [m.id], ctx.aujourdhui())[m.id]
        distances = communes_dans_un_rayon(s, m.code_insee, RAYON_STRUCTURES_KM) if m.code_insee else None
        structures = structures_publiques(
            s, moi.territoire_id, FiltresStructures(distances=distances), ctx.aujourdhui()
        )
        territoire = next((t for t in territoires(s) if t.id == moi.territoire_id), None)
    return render_template(
        "employeur/marche.html",
        m=m,
        avancement=avancement,
        courbe=courbe_heures(avancement, ctx.aujourdhui(), m.arrets),
        libelles=LIBELLES,
        roles=LIBELLES_ROLES,
        structures=structures.lignes[:STRUCTURES_MONTREES],
        rayon=RAYON_STRUCTURES_KM,
        territoire=territoire,
    )
