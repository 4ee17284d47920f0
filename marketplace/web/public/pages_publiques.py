"""The public home and the pages that say what the law asks: accessibility, personal data, sources, contact."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, render_template

from marketplace.offres.queries import FiltresOffres, offres_ouvertes
from marketplace.recherche.chiffres import chiffres_publics
from marketplace.territoire import queries as territoires
from marketplace.web.socle.acces import acteur_ou_rien, contexte, public

bp = Blueprint("public_pages", __name__)

DECLARATION_DU = date(2026, 11, 21)
OFFRES_MONTREES = 5


def _territoires() -> tuple[territoires.TerritoireVu, ...]:
    with contexte().lecture() as s:
        return territoires.territoires(s)


def _territoire() -> territoires.TerritoireVu | None:
    """The territory of the one signed in, else the first of this base."""
    courant = acteur_ou_rien()
    tous = _territoires()
    if courant is not None:
        return next((t for t in tous if t.id == courant.territoire_id), None)
    return tous[0] if tous else None


@bp.get("/")
@public
def accueil() -> Any:
    """One search box, live lists and figures, and where each audience goes."""
    ctx, territoire = contexte(), _territoire()
    chiffres, offres = None, None
    if territoire is not None:
        with ctx.lecture() as s:
            chiffres = chiffres_publics(s, territoire.id, ctx.aujourdhui())
            offres = offres_ouvertes(s, territoire.id, FiltresOffres())
    return render_template(
        "public/accueil.html",
        territoire=territoire,
        chiffres=chiffres,
        offres=offres.lignes[:OFFRES_MONTREES] if offres else (),
    )


@bp.get("/clause-sociale")
@public
def clause_sociale() -> Any:
    """« La clause sociale, pour moi ? », in plain words, by audience."""
    return render_template("public/clause_sociale.html", territoire=_territoire())


@bp.get("/accessibilite")
@public
def accessibilite() -> Any:
    """The accessibility statement (R129)."""
    return render_template("public/accessibilite.html", territoire=_territoire(), declaration_du=DECLARATION_DU)


@bp.get("/donnees-personnelles")
@public
def donnees_personnelles() -> Any:
    """What is kept of whom, why, for how long, and one's rights."""
    return render_template("public/donnees_personnelles.html", territoire=_territoire())


@bp.get("/sources")
@public
def sources() -> Any:
    """Where the reference data come from."""
    return render_template("public/sources.html", sources=territoires.sources())


@bp.get("/contact")
@public
def contact() -> Any:
    """The team of each territory."""
    return render_template("public/contact.html", territoires=_territoires())


@bp.get("/favicon.ico")
@public
def favicon() -> Any:
    """The icon browsers ask for by themselves."""
    icone = Path(current_app.root_path, "static", "icone.svg").read_bytes()
    return Response(icone, mimetype="image/svg+xml", headers={"Cache-Control": "public, max-age=86400"})
