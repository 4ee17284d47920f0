"""What a buyer deposits on its marché: award, avenant, decision on a penalty."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, url_for

from marketplace.comptes.roles import Role
from marketplace.erreurs import RegleViolee
from marketplace.marches.models import GenreDepot
from marketplace.marches.services import deposer, retirer_depot
from marketplace.web.acheteur.formulaires_depots import formulaire_recu
from marketplace.web.acheteur.marches import bp, page_du_marche
from marketplace.web.socle.acces import acteur, contexte, reserve_a


@bp.post("/<ref>/deposer/<genre>")
@reserve_a(Role.ACHETEUR)
def deposer_sur(ref: str, genre: str) -> Any:
    """Deposit; the page again with everything typed when it is refused."""
    if genre not in set(GenreDepot):
        abort(404)
    form = formulaire_recu(GenreDepot(genre))
    if not form.validate_on_submit():
        return page_du_marche(ref, form), 422
    try:
        deposer(contexte(), acteur(), ref, form.saisie())
    except RegleViolee as refus:
        form.poser_erreur(refus)
        return page_du_marche(ref, form), 422
    flash("C'est reçu. Le facilitateur est prévenu, rien d'autre ne change.")
    return redirect(url_for(".fiche", ref=ref) + "#depots")


@bp.post("/<ref>/depots/<int:depot_id>/retirer")
@reserve_a(Role.ACHETEUR)
def retirer(ref: str, depot_id: int) -> Any:
    """Take back a deposit made by mistake."""
    try:
        retirer_depot(contexte(), acteur(), ref, depot_id)
        flash("Dépôt retiré.")
    except RegleViolee as refus:
        flash(refus.message, "danger")
    return redirect(url_for(".fiche", ref=ref) + "#depots")
