"""One's named views: keep, rename, choose the one that opens first, forget."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from marketplace.comptes.roles import Role
from marketplace.erreurs import RegleViolee
from marketplace.recherche.vues import (
    LISTES,
    enregistrer_vue,
    ouvrir_par_defaut,
    renommer_vue,
    supprimer_vue,
    vues_de,
)
from marketplace.web.socle.acces import acteur, connecte, contexte
from marketplace.web.socle.vues import ADRESSES

bp = Blueprint("public_vues", __name__, url_prefix="/mes-vues")


@bp.get("")
@connecte
def liste() -> Any:
    """Every view of the one signed in, by list."""
    return _page()


def _page(erreur: RegleViolee | None = None, vue_id: int | None = None, nom: str = "") -> Any:
    with contexte().lecture() as s:
        vues = vues_de(s, acteur().utilisateur_id)
    permises = [code for code in LISTES if code != "registre" or acteur().role is Role.FACILITATEUR]
    return render_template(
        "public/vues.html",
        listes=[(LISTES[code], url_for(ADRESSES[code]), [v for v in vues if v.liste == code]) for code in permises],
        erreur=erreur,
        vue_fautive=vue_id,
        nom_fautif=nom,
    ), (200 if erreur is None else 422)


@bp.post("")
@connecte
def enregistrer() -> Any:
    """Keep the filters of a list under a name, and come back to it."""
    code, filtres = request.form.get("liste", ""), request.form.get("filtres", "")
    if code not in LISTES:
        abort(404)
    try:
        enregistrer_vue(contexte(), acteur(), code, request.form.get("nom", ""), filtres)
    except RegleViolee as erreur:
        flash(erreur.message, "danger")
    else:
        flash("Vue enregistrée : elle est à un clic, au-dessus de la liste.", "success")
    return redirect(f"{url_for(ADRESSES[code])}?{filtres or 'tout=1'}")


@bp.post("/<int:vue_id>/nom")
@connecte
def renommer(vue_id: int) -> Any:
    """Another name."""
    nom = request.form.get("nom", "")
    try:
        renommer_vue(contexte(), acteur(), vue_id, nom)
    except RegleViolee as erreur:
        return _page(erreur, vue_id, nom)
    flash("Vue renommée.", "success")
    return redirect(url_for(".liste"))


@bp.post("/<int:vue_id>/ouverture")
@connecte
def ouvrir(vue_id: int) -> Any:
    """The list opens with this view, or no longer does."""
    oui = request.form.get("oui") == "1"
    ouvrir_par_defaut(contexte(), acteur(), vue_id, oui)
    flash("La liste s'ouvre maintenant sur cette vue." if oui else "La liste s'ouvre de nouveau entière.", "success")
    return redirect(url_for(".liste"))


@bp.post("/<int:vue_id>/suppression")
@connecte
def supprimer(vue_id: int) -> Any:
    """Forget it."""
    supprimer_vue(contexte(), acteur(), vue_id)
    flash("Vue supprimée.", "success")
    return redirect(url_for(".liste"))
