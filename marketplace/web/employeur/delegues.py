"""Whom the firm lets declare for it: an accountant, a site manager, on some marchés or on all."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from wtforms import DateField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from marketplace.comptes.roles import Role
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.heures.queries.delegations import delegues_de, marches_delegables
from marketplace.heures.services.delegations import fermer_les_liens, nommer_delegue, retirer_delegue
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.formulaires import Formulaire, options, sans_nir

bp = Blueprint("employeur_delegues", __name__, url_prefix="/employeur/delegues")


class FormulaireDelegue(Formulaire):
    """Who, for which marchés, until when."""

    nom = StringField("Nom", [InputRequired("Écrivez le nom de cette personne."), Length(max=200), sans_nir])
    courriel = StringField(
        "Adresse électronique",
        [InputRequired("Écrivez son adresse."), Length(max=200)],
        description="Les rappels et les codes lui sont envoyés à cette adresse.",
        render_kw={"type": "email", "autocomplete": "off"},
    )
    fonction = StringField(
        "Fonction", [Optional(), Length(max=200), sans_nir], description="Par exemple : comptable, chef de chantier."
    )
    marches = SelectMultipleField(
        "Pour quels marchés ?",
        [Optional()],
        description="Rien de coché : tous les marchés, ceux à venir compris.",
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    jusqu_au = DateField("Jusqu'au", [Optional()], description="Vide : jusqu'à ce que vous le retiriez.")


def _page(form: FormulaireDelegue | None = None, code: int = 200) -> Any:
    ctx, moi = contexte(), acteur()
    if not moi.organisation_verifiee or moi.organisation_id is None:
        raise Introuvable()
    form = form or FormulaireDelegue(formdata=None)
    with ctx.lecture() as s:
        delegues = delegues_de(s, moi.organisation_id, ctx.aujourdhui())
        form.marches.choices = options(marches_delegables(s, moi.organisation_id))
    return render_template("employeur/delegues.html", delegues=delegues, form=form), code


@bp.get("")
@reserve_a(Role.EMPLOYEUR)
def liste() -> Any:
    """Those named today, and the form to name one."""
    return _page()


@bp.post("")
@reserve_a(Role.EMPLOYEUR)
def nommer() -> Any:
    """Name somebody, who gets a link at once."""
    ctx, moi, form = contexte(), acteur(), FormulaireDelegue()
    with ctx.lecture() as s:
        form.marches.choices = options(marches_delegables(s, moi.organisation_id or 0))
    if not form.validate_on_submit():
        return _page(form, 422)
    try:
        nommer_delegue(
            ctx,
            moi,
            courriel=form.courriel.data or "",
            nom=form.nom.data or "",
            fonction=form.fonction.data or "",
            marches=form.marches.data or (),
            jusqu_au=form.jusqu_au.data,
        )
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return _page(form, 422)
    flash(f"C'est fait : {form.nom.data} reçoit un lien pour déclarer.")
    return redirect(url_for(".liste"))


@bp.post("/fermer-les-liens")
@reserve_a(Role.EMPLOYEUR)
def fermer() -> Any:
    """Close every link sent so far: a mail went to the wrong hands."""
    fermer_les_liens(contexte(), acteur())
    flash("C'est fait : aucun lien déjà envoyé ne s'ouvre plus. Le prochain courriel en portera un nouveau.")
    return redirect(url_for(".liste"))


@bp.post("/<int:delegation_id>/retirer")
@reserve_a(Role.EMPLOYEUR)
def retirer(delegation_id: int) -> Any:
    """Take it back, on every marché."""
    retirer_delegue(contexte(), acteur(), delegation_id)
    flash("C'est fait : ses liens ne s'ouvrent plus.")
    return redirect(url_for(".liste"))
