"""The missions of a salarié lent to a firm: the series, a new one in two fields, a prolongation in one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from wtforms import DateField, StringField
from wtforms.validators import InputRequired, Length, Optional

from marketplace.comptes.roles import Role
from marketplace.erreurs import Introuvable, ModifieEntreTemps, RegleViolee
from marketplace.heures.queries.missions import missions_du_contrat
from marketplace.heures.services.lectures import lire_salaries
from marketplace.heures.services.missions import ajouter_mission, prolonger_mission
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.formulaires import Formulaire, sans_nir

bp = Blueprint("employeur_missions", __name__, url_prefix="/employeur/salaries")


class FormulaireMission(Formulaire):
    """A new mission."""

    debut = DateField("Premier jour", [InputRequired("Indiquez le premier jour.")])
    fin = DateField("Dernier jour", [InputRequired("Indiquez le dernier jour.")])
    numero = StringField("Votre numéro de mission", [Optional(), Length(max=40), sans_nir])


class FormulaireProlongation(Formulaire):
    """A later end."""

    fin = DateField("Nouveau dernier jour", [InputRequired("Indiquez le nouveau dernier jour.")], id="nouvelle-fin")


def _page(
    ref: str, code: int = 200, mission: FormulaireMission | None = None, suite: FormulaireProlongation | None = None
) -> Any:
    ctx, moi = contexte(), acteur()
    salarie = lire_salaries(ctx, moi, ref)[0]
    with ctx.lecture() as s:
        vues = missions_du_contrat(s, moi.territoire_id, ref, ctx.aujourdhui())
    if vues is None:
        raise Introuvable()
    page = render_template(
        "employeur/missions.html",
        c=salarie,
        v=vues,
        form=mission or FormulaireMission(formdata=None),
        suite=suite or FormulaireProlongation(formdata=None),
    )
    return page, code


@bp.get("/<ref>/missions")
@reserve_a(Role.EMPLOYEUR)
def liste(ref: str) -> Any:
    """The series, and the form of the next one."""
    return _page(ref)


@bp.post("/<ref>/missions")
@reserve_a(Role.EMPLOYEUR)
def ajouter(ref: str) -> Any:
    """Add a mission: to this contrat, or to a new one when too many days went by."""
    form = FormulaireMission()
    if not form.validate_on_submit() or form.debut.data is None or form.fin.data is None:
        return _page(ref, 422, mission=form)
    try:
        suite = ajouter_mission(
            contexte(), acteur(), ref, debut=form.debut.data, fin=form.fin.data, numero=form.numero.data or ""
        )
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return _page(ref, 409 if isinstance(erreur, ModifieEntreTemps) else 422, mission=form)
    if suite == ref:
        flash("Mission ajoutée.")
    else:
        flash(f"Mission ajoutée dans un nouveau contrat, {suite} : la précédente était finie depuis trop longtemps.")
    return redirect(url_for(".liste", ref=suite))


@bp.post("/<ref>/missions/<int:mission_id>/prolonger")
@reserve_a(Role.EMPLOYEUR)
def prolonger(ref: str, mission_id: int) -> Any:
    """Move the end of the last mission."""
    form = FormulaireProlongation()
    if not form.validate_on_submit() or form.fin.data is None:
        return _page(ref, 422, suite=form)
    try:
        prolonger_mission(contexte(), acteur(), ref, mission_id, fin=form.fin.data)
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return _page(ref, 409 if isinstance(erreur, ModifieEntreTemps) else 422, suite=form)
    flash("Mission prolongée.")
    return redirect(url_for(".liste", ref=ref))
