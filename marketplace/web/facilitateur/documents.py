"""The papers of a clause: made from the hours in force, kept, made again identically."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, send_file, url_for

from marketplace.comptes.roles import Role
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.marches.documents.champs import manquants, valeurs
from marketplace.marches.documents.queries import documents_du_marche, modeles_du_territoire
from marketplace.marches.documents.services import (
    Fichier,
    faits_du_marche,
    produire_document,
    refaire_document,
)
from marketplace.marches.models import GenreDocument
from marketplace.marches.queries import fiche_marche
from marketplace.territoire.queries import reglages_au
from marketplace.web.socle.acces import acteur, contexte, reserve_a

bp = Blueprint("facilitateur_documents", __name__, url_prefix="/facilitateur/marches/<ref>/documents")
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def envoyer(fichier: Fichier) -> Response:
    """Hand a Word document over."""
    return send_file(io.BytesIO(fichier.contenu), WORD, as_attachment=True, download_name=fichier.nom)


@bp.get("")
@reserve_a(Role.FACILITATEUR)
def documents(ref: str) -> Any:
    """The four papers, what they lack, and those already made."""
    ctx, moi = contexte(), acteur()
    with ctx.lecture() as s:
        m = fiche_marche(s, moi, ref)
        manque: tuple[str, ...] = ()
        if m.clause is not None:
            reglages = reglages_au(s, m.territoire_id, ctx.aujourdhui())
            lues = valeurs(faits_du_marche(s, moi, m, ctx.aujourdhui(), reglages))
            manque = manquants(lues, list(lues))
        faits = documents_du_marche(s, m.id, m.clause.numero if m.clause else None)
        modeles = modeles_du_territoire(s, m.territoire_id)
    return render_template("facilitateur/documents.html", m=m, manque=manque, faits=faits, modeles=modeles)


@bp.post("/<genre>")
@reserve_a(Role.FACILITATEUR)
def produire(ref: str, genre: str) -> Any:
    """Make a paper and hand it over."""
    if genre not in set(GenreDocument):
        raise Introuvable()
    ctx, moi = contexte(), acteur()
    try:
        numero = produire_document(ctx, moi, ref, GenreDocument(genre))
    except RegleViolee as refus:
        flash(refus.message, "danger")
        return redirect(url_for(".documents", ref=ref))
    with ctx.lecture() as s:
        return envoyer(refaire_document(s, moi, ref, numero))


@bp.get("/<int:document_id>.docx")
@reserve_a(Role.FACILITATEUR)
def telecharger(ref: str, document_id: int) -> Any:
    """A paper already made, again, as it was that day."""
    with contexte().lecture() as s:
        return envoyer(refaire_document(s, acteur(), ref, document_id))
