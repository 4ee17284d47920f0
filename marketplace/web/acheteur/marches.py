"""A buyer's marchés: how far each has come, in words, without a name of anybody."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from marketplace.comptes.roles import Role
from marketplace.heures.queries import avancements
from marketplace.heures.solde import points_avant_solde
from marketplace.marches.queries import (
    FiltresMarches,
    depots_du_marche,
    dossier_marche,
    fiche_marche,
    marches_de_l_organisation,
)
from marketplace.marches.queries.liste import GROUPES
from marketplace.marches.rules.depots import LIBELLES_DECISION, LIBELLES_DEPOT
from marketplace.marches.rules.etats import LIBELLES
from marketplace.marches.rules.formes import COMPTEE_QUAND, LIBELLES_FORME, LIBELLES_GENRE
from marketplace.territoire.queries import territoires
from marketplace.web.acheteur.formulaires_depots import FormulaireDepot, formulaires_de_depot
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.courbes import courbe_heures

bp = Blueprint("acheteur_marches", __name__, url_prefix="/acheteur/marches")

CHOIX = {"vivants": "En cours", "preparation": "En préparation", "clos": "Finis", "tous": "Tous"}


@bp.get("")
@reserve_a(Role.ACHETEUR)
def liste() -> Any:
    """My marchés."""
    ctx, moi = contexte(), acteur()
    choix = request.args.get("etat", "vivants")
    choix = choix if choix in CHOIX else "vivants"
    numero = request.args.get("page", "1")
    filtres = FiltresMarches(texte=request.args.get("q", "")[:100], etats=GROUPES.get(choix, ()))
    with ctx.lecture() as s:
        page = marches_de_l_organisation(
            s,
            moi.territoire_id,
            moi.organisation_id,
            filtres,
            page=int(numero) if numero.isdigit() and len(numero) < 7 else 1,
        )
        progres = avancements(s, [m.id for m in page.lignes], ctx.aujourdhui())
    return render_template(
        "acheteur/marches.html",
        page=page,
        progres_par_marche=progres,
        libelles=LIBELLES,
        choix=CHOIX,
        etat=choix,
        parametres={k: v for k, v in request.args.items() if v and k != "page"},
    )


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
