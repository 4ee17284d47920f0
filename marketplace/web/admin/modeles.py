"""The models of the territory's documents: fields, versions, a try, the product's model to start from."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, send_file, url_for
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, SubmitField

from marketplace.comptes.roles import Role
from marketplace.erreurs import FichierRefuse, Introuvable, RegleViolee
from marketplace.marches.documents.modeles import GENRES, modele_par_defaut
from marketplace.marches.documents.mots import CHAMPS
from marketplace.marches.documents.queries import modeles_du_territoire
from marketplace.marches.documents.services import (
    Fichier,
    contenu_du_modele,
    deposer_modele,
    essayer_modele,
    revenir_au_modele_du_produit,
)
from marketplace.marches.models import GenreDocument
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.formulaires import Formulaire, options

bp = Blueprint("admin_modeles", __name__, url_prefix="/admin/modeles")
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class FormulaireModele(Formulaire):
    """A Word file, tried or kept."""

    genre = SelectField("Document", choices=options((g.value, genre.libelle) for g, genre in GENRES.items()))
    fichier = FileField("Fichier Word (.docx)", [FileRequired("Choisissez un fichier.")])
    essayer = SubmitField("Essayer sans rien garder")
    deposer = SubmitField("Utiliser ce modèle")


def _envoyer(fichier: Fichier) -> Response:
    return send_file(io.BytesIO(fichier.contenu), WORD, as_attachment=True, download_name=fichier.nom)


def _genre(texte: str) -> GenreDocument:
    if texte not in set(GenreDocument):
        raise Introuvable()
    return GenreDocument(texte)


def _page(form: FormulaireModele, code: int = 200) -> Any:
    with contexte().lecture() as s:
        modeles = modeles_du_territoire(s, acteur().territoire_id)
    return render_template("admin/modeles.html", modeles=modeles, champs=CHAMPS, form=form), code


@bp.get("/")
@reserve_a(Role.ADMINISTRATEUR)
def liste() -> Any:
    """Each paper, the model in use, and the fields a model may hold."""
    return _page(FormulaireModele(formdata=None))


@bp.post("/")
@reserve_a(Role.ADMINISTRATEUR)
def deposer() -> Any:
    """Try a model, or keep it: a file that does not hold is refused with the reason."""
    form = FormulaireModele()
    if not form.validate_on_submit():
        return _page(form, 422)
    genre, contenu = GenreDocument(form.genre.data), form.fichier.data.read()
    try:
        if not form.deposer.data:
            return _envoyer(essayer_modele(contexte(), acteur(), genre, contenu))
        champs = deposer_modele(contexte(), acteur(), genre, form.fichier.data.filename or "", contenu)
    except FichierRefuse as refus:
        form.poser_erreur(RegleViolee(refus.message, champ="fichier"))
        return _page(form, 422)
    if champs:
        flash(f"Modèle gardé : {len(champs)} champs reconnus. Les documents déjà faits ne changent pas.")
    else:
        flash("Modèle gardé, mais il ne contient aucun champ : le même texte sortira pour tous les marchés.", "warning")
    return redirect(url_for(".liste"))


@bp.get("/<genre>/essai.docx")
@reserve_a(Role.ADMINISTRATEUR)
def essai(genre: str) -> Any:
    """The model in use, filled with a fictitious marché."""
    return _envoyer(essayer_modele(contexte(), acteur(), _genre(genre)))


@bp.get("/<genre>/produit.docx")
@reserve_a(Role.ADMINISTRATEUR)
def produit(genre: str) -> Any:
    """The product's model, to start from."""
    lu = _genre(genre)
    return _envoyer(Fichier(f"modele-{GENRES[lu].fichier}.docx", modele_par_defaut(lu)))


@bp.get("/versions/<int:modele_id>.docx")
@reserve_a(Role.ADMINISTRATEUR)
def version(modele_id: int) -> Any:
    """A version deposited by the territory, as it was."""
    with contexte().lecture() as s:
        return _envoyer(contenu_du_modele(s, acteur(), modele_id))


@bp.post("/<genre>/revenir")
@reserve_a(Role.ADMINISTRATEUR)
def revenir(genre: str) -> Any:
    """Use the product's model again."""
    try:
        revenir_au_modele_du_produit(contexte(), acteur(), _genre(genre))
        flash("Le modèle du produit est utilisé à nouveau. Les documents déjà faits ne changent pas.")
    except RegleViolee as refus:
        flash(refus.message, "danger")
    return redirect(url_for(".liste"))
