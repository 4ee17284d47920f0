"""An employer's marchés: hours due, done, left (N32), and what it may do about them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from marketplace.comptes.roles import Role
from marketplace.heures.queries import avancements
from marketplace.marches.queries import FiltresMarches, fiche_marche, marches_de_l_organisation
from marketplace.marches.queries.liste import GROUPES
from marketplace.marches.rules.etats import LIBELLES
from marketplace.marches.services.intervenants import LIBELLES_ROLES
from marketplace.recherche.structures import FiltresStructures, structures_publiques
from marketplace.territoire.queries import communes_dans_un_rayon, territoires
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.courbes import courbe_heures

bp = Blueprint("employeur_marches", __name__, url_prefix="/employeur/marches")

CHOIX = {"vivants": "En cours", "clos": "Finis", "tous": "Tous"}
RAYON_STRUCTURES_KM = 30
STRUCTURES_MONTREES = 6


@bp.get("")
@reserve_a(Role.EMPLOYEUR)
def liste() -> Any:
    """My marchés."""
    ctx, moi = contexte(), acteur()
    choix = request.args.get("etat", "vivants")
    choix = choix if choix in CHOIX else "vivants"
    numero = request.args.get("page", "1")
    with ctx.lecture() as s:
        page = marches_de_l_organisation(
            s,
            moi.territoire_id,
            moi.organisation_id,
            FiltresMarches(etats=GROUPES.get(choix, ())),
            page=int(numero) if numero.isdigit() and len(numero) < 7 else 1,
        )
        progres = avancements(s, [m.id for m in page.lignes], ctx.aujourdhui())
    return render_template(
        "employeur/marches.html",
        page=page,
        progres_par_marche=progres,
        libelles=LIBELLES,
        choix=CHOIX,
        etat=choix,
        parametres={k: v for k, v in request.args.items() if v and k != "page"},
    )


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
