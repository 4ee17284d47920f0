"""Opérations: what groups the marchés of one project."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for

from marketplace.comptes.roles import Role
from marketplace.erreurs import RegleViolee
from marketplace.heures.queries import avancements
from marketplace.marches.queries import fiche_operation, operations_du_territoire, suggestions_operations
from marketplace.marches.rules.etats import AVANT_NOTIFICATION, LIBELLES, EtatMarche
from marketplace.marches.services import avancer_les_lots, creer_operation_avec_lots, modifier_operation
from marketplace.marches.services.lots import LOTS_MAX
from marketplace.territoire.reglages import reglages_au
from marketplace.web.facilitateur.formulaires_lots import FormulaireOperationLots
from marketplace.web.facilitateur.formulaires_marches import FormulaireAvancer, FormulaireOperation
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
    return _fiche(ref, FormulaireAvancer(formdata=None, jour=contexte().aujourdhui()), ())


def _fiche(ref: str, form: FormulaireAvancer, choisis: tuple[str, ...]) -> Any:
    ctx = contexte()
    with ctx.lecture() as s:
        o = fiche_operation(s, acteur(), ref)
        progres = avancements(s, [m.id for m in o.marches], ctx.aujourdhui())
    avancables = {m.ref for m in o.marches if m.etat in AVANT_NOTIFICATION}
    return render_template(
        "facilitateur/operation.html",
        o=o,
        progres_par_marche=progres,
        libelles=LIBELLES,
        form=form,
        choisis=choisis,
        avancables=avancables,
    )


@bp.get("/nouvelle")
@reserve_a(Role.FACILITATEUR)
def nouvelle() -> Any:
    """A blank opération with rows for its lots."""
    ctx = contexte()
    with ctx.lecture() as s:
        r = reglages_au(s, acteur().territoire_id, ctx.aujourdhui())
    form = FormulaireOperationLots(formdata=None, taux=Decimal(r.taux_effort[0]), cout=r.cout_horaire)
    return render_template("facilitateur/operation_nouvelle.html", form=form)


@bp.post("/nouvelle")
@reserve_a(Role.FACILITATEUR)
def enregistrer() -> Any:
    """Enter an opération and its lots, all at once; or the page again with more rows."""
    form = FormulaireOperationLots()
    if request.form.get("ajouter"):
        form.ajouter_des_lignes()
        return render_template("facilitateur/operation_nouvelle.html", form=form)
    if form.validate_on_submit():
        try:
            ref, nombre = creer_operation_avec_lots(contexte(), acteur(), form.saisie(), form.lignes())
        except RegleViolee as erreur:
            form.poser_erreur(erreur)
        else:
            lots = f"{nombre} lots" if nombre > 1 else f"{nombre} lot" if nombre else "aucun lot pour l'instant"
            flash(f"Opération enregistrée, avec {lots}.")
            return redirect(url_for(".fiche", ref=ref))
    return render_template("facilitateur/operation_nouvelle.html", form=form), 422


@bp.post("/<ref>/avancer")
@reserve_a(Role.FACILITATEUR)
def avancer(ref: str) -> Any:
    """Move the lots chosen to the same state: launching a consultation groups them."""
    ctx = contexte()
    form = FormulaireAvancer()
    choisis = request.form.getlist("marches")[:LOTS_MAX]
    if form.validate_on_submit():
        try:
            nombre = avancer_les_lots(
                ctx,
                acteur(),
                ref,
                choisis,
                EtatMarche(form.etat.data),
                jour=form.jour.data,
                motif=form.motif.data or "",
            )
        except RegleViolee as erreur:
            form.poser_erreur(erreur)
        else:
            flash(
                f"{nombre} {'lots sont' if nombre > 1 else 'lot est'} maintenant "
                f"« {LIBELLES[EtatMarche(form.etat.data)]} »."
            )
            return redirect(url_for(".fiche", ref=ref))
    return _fiche(ref, form, tuple(choisis)), 422


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
        except RegleViolee as erreur:
            form.poser_erreur(erreur)
        else:
            flash("Opération corrigée.")
            return redirect(url_for(".fiche", ref=ref))
    return render_template("facilitateur/operation_saisie.html", form=form, o=o), 422
