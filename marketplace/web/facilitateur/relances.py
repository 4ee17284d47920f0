"""Calls: noted in one click from any row, settled from « Aujourd'hui »; alertes put to sleep."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from marketplace.comptes.roles import Role
from marketplace.erreurs import RegleViolee
from marketplace.marches.queries import libelle_relance, relances_de
from marketplace.marches.services import noter_relance, reporter_alerte, terminer_relance
from marketplace.web.facilitateur.formulaires_marches import FormulaireRelance, FormulaireReport
from marketplace.web.socle.acces import acteur, chemin_local, contexte, reserve_a

bp = Blueprint("facilitateur_relances", __name__, url_prefix="/facilitateur")


def _suite() -> str:
    return chemin_local(request.values.get("suite")) or url_for("facilitateur_accueil.aujourdhui")


def _page(form: FormulaireRelance, objet_type: str, ref: str, code: int = 200) -> Any:
    moi = acteur()
    with contexte().lecture() as s:
        objet_id, libelle = libelle_relance(s, moi.territoire_id, objet_type, ref)
        anciennes = relances_de(s, moi.territoire_id, objet_type, objet_id, 5)
    if not form.is_submitted() and anciennes:
        form.interlocuteur.data = anciennes[0].interlocuteur
    page = render_template("facilitateur/relance.html", form=form, libelle=libelle, anciennes=anciennes, suite=_suite())
    return page, code


@bp.get("/relances/<objet_type>/<ref>")
@reserve_a(Role.FACILITATEUR)
def nouvelle(objet_type: str, ref: str) -> Any:
    """Three fields about a call, the last person reached already filled in."""
    return _page(FormulaireRelance(formdata=None), objet_type, ref)


@bp.post("/relances/<objet_type>/<ref>")
@reserve_a(Role.FACILITATEUR)
def noter(objet_type: str, ref: str) -> Any:
    """Note the call."""
    form = FormulaireRelance()
    if not form.validate_on_submit():
        return _page(form, objet_type, ref, 422)
    try:
        noter_relance(
            contexte(),
            acteur(),
            objet_type,
            ref,
            interlocuteur=form.interlocuteur.data or "",
            note=form.note.data or "",
            prochaine_date=form.prochaine_date.data,
        )
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return _page(form, objet_type, ref, 422)
    flash("Appel noté.")
    return redirect(_suite())


@bp.post("/relances/<int:relance_id>/terminer")
@reserve_a(Role.FACILITATEUR)
def terminer(relance_id: int) -> Any:
    """A call that no longer has to be made."""
    libelle = terminer_relance(contexte(), acteur(), relance_id)
    flash(f"Réglé : {libelle}.")
    return redirect(_suite())


@bp.get("/alertes/<int:alerte_id>/reporter")
@reserve_a(Role.FACILITATEUR)
def report(alerte_id: int) -> Any:
    """When to say it again, and why not now."""
    return render_template(
        "facilitateur/alerte_reporter.html",
        form=FormulaireReport(formdata=None),
        alerte_id=alerte_id,
        suite=_suite(),
    )


@bp.post("/alertes/<int:alerte_id>/reporter")
@reserve_a(Role.FACILITATEUR)
def reporter(alerte_id: int) -> Any:
    """Put an alerte to sleep."""
    form = FormulaireReport()
    if form.validate_on_submit() and form.jusqu_au.data is not None:
        try:
            reporter_alerte(contexte(), acteur(), alerte_id, form.jusqu_au.data, form.motif.data or "")
        except RegleViolee as erreur:
            form.poser_erreur(erreur)
        else:
            flash("Alerte reportée.")
            return redirect(_suite())
    page = render_template("facilitateur/alerte_reporter.html", form=form, alerte_id=alerte_id, suite=_suite())
    return page, 422
