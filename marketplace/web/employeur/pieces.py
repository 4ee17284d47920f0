"""A photo or a PDF with signed hours, where the marché takes one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for

from marketplace.comptes.roles import Role
from marketplace.erreurs import RegleViolee
from marketplace.heures.services.pieces import deposer_piece, ouvrir_piece
from marketplace.web.socle.acces import acteur, aussi_par_lien, chemin_local, contexte, reserve_a
from marketplace.web.socle.pieces import envoyer_fichier

bp = Blueprint("employeur_pieces", __name__, url_prefix="/employeur/pieces")


@bp.post("/<int:declaration_id>")
@aussi_par_lien
@reserve_a(Role.EMPLOYEUR)
def deposer(declaration_id: int) -> Any:
    """Send a piece for this declaration, then back to its page."""
    envoi = request.files.get("fichier")
    retour = chemin_local(request.form.get("suite")) or url_for("employeur_declarations.liste")
    try:
        deposer_piece(
            contexte(),
            acteur(),
            declaration_id,
            type_=request.form.get("type", ""),
            nom=envoi.filename or "" if envoi else "",
            contenu=envoi.read() if envoi else b"",
        )
    except RegleViolee as erreur:
        flash(erreur.message, "danger")
        return redirect(retour)
    flash("Pièce reçue. Votre facilitateur la regarde.")
    return redirect(retour)


@bp.get("/<int:piece_id>")
@aussi_par_lien
@reserve_a(Role.EMPLOYEUR)
def montrer(piece_id: int) -> Any:
    """The file, as it is kept."""
    return envoyer_fichier(ouvrir_piece(contexte(), acteur(), piece_id))
