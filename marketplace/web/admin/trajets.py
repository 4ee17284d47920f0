"""Real journeys of the territory: a file tried, what it changes, then used or withdrawn."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_wtf.file import FileField, FileRequired
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from marketplace.comptes.roles import Role
from marketplace.erreurs import RegleViolee
from marketplace.propositions.trajets import (
    LIBELLES,
    LectureDeTrajets,
    lire_trajets,
    releves_du_territoire,
    retirer_trajets,
    utiliser_trajets,
)
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.formulaires import Formulaire

bp = Blueprint("admin_trajets", __name__, url_prefix="/admin/trajets")


class FormulaireTrajets(Formulaire):
    """A file of journeys and where it comes from."""

    fichier = FileField(
        "Fichier de trajets",
        [FileRequired("Choisissez un fichier.")],
        description="Un CSV de temps de voiture (.csv ou .csv.gz), ou une archive GTFS (.zip).",
    )
    source = StringField(
        "Source et licence",
        [InputRequired("Dites d'où viennent ces trajets."), Length(max=300)],
        description="Par exemple : OSRM sur OpenStreetMap, mars 2026, licence ODbL.",
    )


def _page(form: FormulaireTrajets, lu: LectureDeTrajets | None = None, code: int = 200) -> Any:
    with contexte().lecture() as s:
        releves = releves_du_territoire(s, acteur().territoire_id)
    return render_template("admin/trajets.html", releves=releves, form=form, lu=lu, libelles=LIBELLES), code


@bp.get("/")
@reserve_a(Role.ADMINISTRATEUR)
def liste() -> Any:
    """What is used, what was tried, and the form."""
    return _page(FormulaireTrajets(formdata=None))


@bp.post("/")
@reserve_a(Role.ADMINISTRATEUR)
def lire() -> Any:
    """Read a file: nothing changes for anyone until it is put in use."""
    form = FormulaireTrajets()
    if not form.validate_on_submit():
        return _page(form, code=422)
    depot = form.fichier.data
    try:
        lu = lire_trajets(
            contexte(),
            acteur(),
            nom=depot.filename or "trajets",
            contenu=depot.read(),
            source=form.source.data or "",
        )
    except RegleViolee as refus:
        form.poser_erreur(refus)
        return _page(form, code=422)
    if lu.releve_id is None:
        form.poser_erreur(RegleViolee("Ce fichier n'est pas gardé : corrigez les lignes ci-dessous.", champ="fichier"))
        return _page(form, lu, 422)
    flash("Fichier lu et gardé à l'essai. Regardez ce qu'il apporte, puis utilisez-le.")
    return redirect(url_for(".liste"))


def _agir(acte: Any, releve_id: int, phrase: str) -> Any:
    try:
        acte(contexte(), acteur(), releve_id)
    except RegleViolee as refus:
        flash(refus.message, "warning")
    else:
        flash(phrase)
    return redirect(url_for(".liste"))


@bp.post("/<int:releve_id>/utiliser")
@reserve_a(Role.ADMINISTRATEUR)
def utiliser(releve_id: int) -> Any:
    """Use a trial."""
    return _agir(utiliser_trajets, releve_id, "Ces trajets servent dès maintenant à tous les classements.")


@bp.post("/<int:releve_id>/retirer")
@reserve_a(Role.ADMINISTRATEUR)
def retirer(releve_id: int) -> Any:
    """Withdraw a version, tried or used."""
    return _agir(retirer_trajets, releve_id, "Version retirée. La précédente, ou l'estimation, reprend sa place.")
