"""The facilitateur's answers on pieces: seen on paper, taken, refused with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for

from marketplace.comptes.roles import Role
from marketplace.erreurs import RegleViolee
from marketplace.heures.services.pieces import accepter_piece, noter_piece_vue, ouvrir_piece, refuser_piece
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.filtres import pluriel
from marketplace.web.socle.pieces import envoyer_fichier

bp = Blueprint("facilitateur_pieces", __name__, url_prefix="/facilitateur/heures/<int:declaration_id>/pieces")


def _faire(declaration_id: int, acte: Callable[[], int | None], message: str) -> Any:
    """Do it, say what it released, and back to the declaration."""
    try:
        liberees = acte()
    except RegleViolee as erreur:
        flash(erreur.message, "danger")
    else:
        suite = f" {pluriel(liberees, 'ligne compte', 'lignes comptent')} maintenant." if liberees else ""
        flash(message + suite)
    return redirect(url_for("facilitateur_heures.declaration", declaration_id=declaration_id))


@bp.post("/vue")
@reserve_a(Role.FACILITATEUR)
def noter(declaration_id: int) -> Any:
    """A piece shown on paper: its kind is noted, nothing is kept."""
    type_, precision = request.form.get("type", ""), request.form.get("precision", "")[:200]
    return _faire(
        declaration_id,
        lambda: noter_piece_vue(contexte(), acteur(), declaration_id, type_=type_, precision=precision),
        "Pièce notée comme vue.",
    )


@bp.get("/<int:piece_id>")
@reserve_a(Role.FACILITATEUR)
def montrer(declaration_id: int, piece_id: int) -> Any:
    """The file."""
    return envoyer_fichier(ouvrir_piece(contexte(), acteur(), piece_id))


@bp.post("/<int:piece_id>/accepter")
@reserve_a(Role.FACILITATEUR)
def accepter(declaration_id: int, piece_id: int) -> Any:
    """It will do."""
    return _faire(declaration_id, lambda: accepter_piece(contexte(), acteur(), piece_id), "Pièce acceptée.")


@bp.post("/<int:piece_id>/refuser")
@reserve_a(Role.FACILITATEUR)
def refuser(declaration_id: int, piece_id: int) -> Any:
    """It will not: the firm reads why."""
    motif = request.form.get("motif", "")[:200]
    return _faire(
        declaration_id,
        lambda: refuser_piece(contexte(), acteur(), piece_id, motif=motif),
        "Pièce refusée : l'employeur est prévenu.",
    )
