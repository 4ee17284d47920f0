"""Opérations: what groups the marchés of one project."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for

from marketplace.comptes.roles import Role
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.heures.queries import avancements
from marketplace.marches.queries import fiche_operation, operations_du_territoire, suggestions_operations
from marketplace.marches.rules.etats import LIBELLES
from marketplace.marches.services import creer_operation, modifier_operation
from marketplace.web.facilitateur.formulaires_marches import FormulaireOperation
from marketplace.web.socle.acces import acteur, contexte, reserve_a

bp = Blueprint("facilitateur_operations", __name__, url_prefix="/facilitateur/operations")


@bp.get("")
@reserve_a(Role.FACILITATEUR)
def liste() -> Any:
    """Opérations by title."""
    texte = request.args.get("q", "")[:100]
    with contexte().lecture() as s:
        lignes = operations_du_territoire(s, acteur().territoire_id, texte)
    return render_template("facilitateur/operations.html", lignes=lignes, texte=texte)


@bp.get("/suggestions")
@reserve_a(Role.FACILITATEUR)
def suggestions() -> Any:
    """Opérations for a combobox."""
    with contexte().lecture() as s:
        trouvees = suggestions_operations(s, acteur().territoire_id, request.args.get("q", "")[:100])
    return jsonify([{"valeur": valeur, "libelle": valeur} for valeur, _ in trouvees])


@bp.get("/<ref>")
@reserve_a(Role.FACILITATEUR)
def fiche(ref: str) -> Any:
    """One opération and its marchés, with the sum of their hours."""
    ctx = contexte()
    with ctx.lecture() as s:
        o = fiche_operation(s, acteur(), ref)
        progres = avancements(s, [m.id for m in o.marches], ctx.aujourdhui())
    return render_template("facilitateur/operation.html", o=o, progres_par_marche=progres, libelles=LIBELLES)


@bp.get("/nouvelle")
@reserve_a(Role.FACILITATEUR)
def nouvelle() -> Any:
    """A blank opération."""
    return render_template("facilitateur/operation_saisie.html", form=FormulaireOperation(formdata=None), o=None)


@bp.post("/nouvelle")
@reserve_a(Role.FACILITATEUR)
def enregistrer() -> Any:
    """Open an opération."""
    form = FormulaireOperation()
    if form.validate_on_submit():
        try:
            ref = creer_operation(
                contexte(),
                acteur(),
                intitule=form.intitule.data or "",
                acheteur=form.acheteur.data or "",
                commune=form.commune.data or "",
            )
        except Introuvable:
            raise
        except RegleViolee as erreur:
            form.poser_erreur(erreur)
        else:
            flash("Opération ouverte. Ajoutez-lui ses lots.")
            return redirect(url_for(".fiche", ref=ref))
    return render_template("facilitateur/operation_saisie.html", form=form, o=None), 422


@bp.get("/<ref>/modifier")
@reserve_a(Role.FACILITATEUR)
def modifier(ref: str) -> Any:
    """An opération ready to be corrected."""
    with contexte().lecture() as s:
        o = fiche_operation(s, acteur(), ref)
    form = FormulaireOperation(
        formdata=None,
        intitule=o.intitule,
        acheteur=f"{o.acheteur} ({o.acheteur_ref})",
        commune=o.commune or "",
    )
    return render_template("facilitateur/operation_saisie.html", form=form, o=o)


@bp.post("/<ref>/modifier")
@reserve_a(Role.FACILITATEUR)
def corriger(ref: str) -> Any:
    """Correct an opération."""
    with contexte().lecture() as s:
        o = fiche_operation(s, acteur(), ref)
    form = FormulaireOperation()
    if form.validate_on_submit():
        try:
            modifier_operation(
                contexte(),
                acteur(),
                ref,
                intitule=form.intitule.data or "",
                acheteur=form.acheteur.data or "",
                commune=form.commune.data or "",
            )
        except Introuvable:
            raise
        except RegleViolee as erreur:
            form.poser_erreur(erreur)
        else:
            flash("Opération corrigée.")
            return redirect(url_for(".fiche", ref=ref))
    return render_template("facilitateur/operation_saisie.html", form=form, o=o), 422
