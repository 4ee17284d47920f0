"""Marchés that come in by themselves: a file of essential data, then the pistes to qualify."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_wtf.file import FileField, FileRequired
from wtforms import SubmitField

from marketplace.comptes.roles import Role
from marketplace.erreurs import FichierRefuse, RegleViolee
from marketplace.marches.exports.decp import ExportDecp, exporter_decp
from marketplace.marches.imports.decp import importer_decp
from marketplace.marches.queries.pistes import pistes_a_qualifier
from marketplace.marches.services.pistes import ecarter_piste, prendre_piste
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.formulaires import Formulaire

bp = Blueprint("facilitateur_imports", __name__, url_prefix="/facilitateur")


class FormulaireDecp(Formulaire):
    """A file, checked or imported."""

    fichier = FileField("Fichier JSON", [FileRequired("Choisissez un fichier.")])
    verifier = SubmitField("Vérifier sans rien écrire")
    importer = SubmitField("Importer les marchés")


@bp.get("/marches-publies/importer")
@reserve_a(Role.FACILITATEUR)
def decp() -> Any:
    """Choose a file."""
    return render_template("facilitateur/import_decp.html", form=FormulaireDecp(formdata=None), resultat=None)


@bp.post("/marches-publies/importer")
@reserve_a(Role.FACILITATEUR)
def importer() -> Any:
    """Check or import the file, and say what was done with each record."""
    form = FormulaireDecp()
    if not form.validate_on_submit():
        return render_template("facilitateur/import_decp.html", form=form, resultat=None), 422
    essai = not form.importer.data
    try:
        resultat = importer_decp(contexte(), acteur(), form.fichier.data.read(), dry_run=essai)
    except FichierRefuse as refus:
        form.poser_erreur(RegleViolee(refus.message, champ="fichier"))
        return render_template("facilitateur/import_decp.html", form=form, resultat=None), 422
    return render_template(
        "facilitateur/import_decp.html",
        form=form,
        resultat=resultat,
        essai=essai,
        nom=form.fichier.data.filename or "",
    )


@bp.get("/marches-publies")
@reserve_a(Role.FACILITATEUR)
def pistes() -> Any:
    """Published marchés with a social clause, of the buyers of the portfolio."""
    numero = request.args.get("page", "1")
    with contexte().lecture() as s:
        page = pistes_a_qualifier(s, acteur().territoire_id, int(numero) if numero.isdigit() and len(numero) < 7 else 1)
    return render_template("facilitateur/pistes.html", page=page)


@bp.post("/marches-publies/<int:piste_id>/prendre")
@reserve_a(Role.FACILITATEUR)
def prendre(piste_id: int) -> Any:
    """Take one into the ledger, then fix its hours."""
    try:
        ref = prendre_piste(contexte(), acteur(), piste_id)
    except RegleViolee as refus:
        flash(refus.message, "danger")
        return redirect(url_for(".pistes"))
    flash("Marché pris. Ses heures sont dans le contrat : fixez l'objectif.")
    return redirect(url_for("facilitateur_marches.objectif", ref=ref))


@bp.post("/marches-publies/<int:piste_id>/ecarter")
@reserve_a(Role.FACILITATEUR)
def ecarter(piste_id: int) -> Any:
    """Set one aside."""
    try:
        ecarter_piste(contexte(), acteur(), piste_id, request.form.get("motif", ""))
        flash("Piste écartée.")
    except RegleViolee as refus:
        flash(refus.message, "danger")
    return redirect(url_for(".pistes"))


def _annee_demandee() -> int | None:
    """The year of the address; None for all."""
    brut = request.args.get("annee", "")
    return int(brut) if brut.isdigit() and 2000 <= int(brut) <= 2100 else None


def _exporter() -> ExportDecp:
    ctx = contexte()
    with ctx.lecture() as s:
        return exporter_decp(s, acteur(), ctx.aujourdhui(), annee=_annee_demandee())


@bp.get("/marches-publies/exporter")
@reserve_a(Role.FACILITATEUR)
def exporter() -> Any:
    """What would be published of our marchés: how many, what buyers must fill, what cannot go out."""
    cette_annee = contexte().aujourdhui().year
    return render_template(
        "facilitateur/export_decp.html",
        export=_exporter(),
        annee=_annee_demandee(),
        annees=range(cette_annee, cette_annee - 6, -1),
    )


@bp.get("/marches-publies/exporter.json")
@reserve_a(Role.FACILITATEUR)
def exporter_json() -> Response:
    """The file, in the official form."""
    annee = _annee_demandee()
    reponse = Response(_exporter().octets(), mimetype="application/json")
    nom = f"decp-{annee}.json" if annee else "decp.json"
    reponse.headers["Content-Disposition"] = f'attachment; filename="{nom}"'
    return reponse
