"""The 480 h of an association intermédiaire, when the préfet lifts them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from wtforms import DateField, TextAreaField
from wtforms.validators import InputRequired, Length

from marketplace.comptes import queries
from marketplace.comptes.models import TypeOrganisation
from marketplace.comptes.roles import Role
from marketplace.erreurs import RegleViolee
from marketplace.heures.queries.derogations import levees_de_l_organisation
from marketplace.heures.services.derogations import noter_levee_plafond, retirer_levee_plafond
from marketplace.territoire.reglages import reglages_au
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.formulaires import Formulaire, sans_nir

bp = Blueprint("facilitateur_plafonds", __name__, url_prefix="/facilitateur/organisations/<ref>/plafond")


class FormulaireLevee(Formulaire):
    """From when to when, by which act."""

    debut = DateField("Premier jour", [InputRequired("Indiquez le premier jour.")])
    fin = DateField("Dernier jour", [InputRequired("Indiquez le dernier jour.")], description="Trois ans au plus.")
    motif = TextAreaField(
        "Décision du préfet",
        [InputRequired("Écrivez la décision du préfet : sa date, son numéro."), Length(max=500), sans_nir],
        description="Par exemple : arrêté du 3 février 2026, n° 2026-12.",
        render_kw={"rows": 2},
    )


def _page(ref: str, form: FormulaireLevee, code: int = 200) -> Any:
    ctx, moi = contexte(), acteur()
    with ctx.lecture() as s:
        o = queries.organisation(s, moi.territoire_id, ref)
        if o is None or o.type is not TypeOrganisation.AI:
            abort(404)
        levees = levees_de_l_organisation(s, moi.territoire_id, ref, ctx.aujourdhui())
        plafond = reglages_au(s, moi.territoire_id, ctx.aujourdhui()).plafond_ai
    return render_template("facilitateur/plafond.html", o=o, levees=levees, plafond=plafond, form=form), code


@bp.get("")
@reserve_a(Role.FACILITATEUR)
def page(ref: str) -> Any:
    """When the cap is lifted, and one more act of the préfet."""
    return _page(ref, FormulaireLevee(formdata=None))


@bp.post("")
@reserve_a(Role.FACILITATEUR)
def noter(ref: str) -> Any:
    """Write it."""
    form = FormulaireLevee()
    if not form.validate_on_submit() or form.debut.data is None or form.fin.data is None:
        return _page(ref, form, 422)
    try:
        noter_levee_plafond(
            contexte(), acteur(), ref, debut=form.debut.data, fin=form.fin.data, motif=form.motif.data or ""
        )
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return _page(ref, form, 422)
    flash("Levée du plafond enregistrée. Elle vaut pour les heures validées à partir de maintenant.")
    return redirect(url_for(".page", ref=ref))


@bp.post("/<int:levee_id>/retirer")
@reserve_a(Role.FACILITATEUR)
def retirer(ref: str, levee_id: int) -> Any:
    """Remove one noted by mistake."""
    retirer_levee_plafond(contexte(), acteur(), ref, levee_id)
    flash("Levée retirée. Les heures déjà validées ne changent pas.")
    return redirect(url_for(".page", ref=ref))
