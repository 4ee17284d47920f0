"""Structures and their posts brought level with the files of the national platform: checked first, then written."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template
from flask_wtf.file import FileRequired, MultipleFileField
from wtforms import SubmitField

from marketplace.comptes.roles import Role
from marketplace.erreurs import FichierRefuse, RegleViolee
from marketplace.offres.imports.siae import importer_siae
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.formulaires import Formulaire

bp = Blueprint("facilitateur_imports_structures", __name__, url_prefix="/importer-structures")

PAGE = "facilitateur/import_structures.html"


class FormulaireStructures(Formulaire):
    """Files, checked or imported."""

    fichiers = MultipleFileField(
        "Fichiers JSON ou CSV",
        [FileRequired("Choisissez un fichier, ou toutes les pages ensemble.")],
        description="20 Mo au plus en tout.",
    )
    verifier = SubmitField("Vérifier sans rien écrire")
    importer = SubmitField("Importer les structures")


@bp.get("")
@reserve_a(Role.FACILITATEUR, Role.ADMINISTRATEUR)
def choisir() -> Any:
    """Choose the files."""
    return render_template(PAGE, form=FormulaireStructures(formdata=None), resultat=None)


@bp.post("")
@reserve_a(Role.FACILITATEUR, Role.ADMINISTRATEUR)
def importer() -> Any:
    """Check or import the files, and say what was done with each line."""
    form = FormulaireStructures()
    if not form.validate_on_submit():
        return render_template(PAGE, form=form, resultat=None), 422
    essai = not form.importer.data
    contenus = [(f.filename or "fichier", f.read()) for f in form.fichiers.data]
    try:
        resultat = importer_siae(contexte(), acteur(), contenus, dry_run=essai)
    except FichierRefuse as refus:
        form.poser_erreur(RegleViolee(refus.message, champ="fichiers"))
        return render_template(PAGE, form=form, resultat=None), 422
    return render_template(PAGE, form=form, resultat=resultat, essai=essai, noms=[nom for nom, _ in contenus])
