"""Hours shared between marchés by a key, and validated hours that pass to another marché."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from wtforms import DateField, FieldList, Form, FormField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from marketplace.comptes.roles import Role
from marketplace.erreurs import ModifieEntreTemps, RegleViolee
from marketplace.heures.queries.contrats import marches_ouverts
from marketplace.heures.queries.partage import cles_du_contrat
from marketplace.heures.services.lectures import lire_contrat
from marketplace.heures.services.partage import PartDemandee, definir_cle
from marketplace.heures.services.reaffectation import Accord, reaffectation_possible, reaffecter
from marketplace.valeurs import premier_du_mois
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.formulaires import ChampDecimal, ChampHeures, Formulaire, options, sans_nir

bp = Blueprint("facilitateur_partages", __name__, url_prefix="/facilitateur")

PARTS = 4
DECIMAL = {"type": "text", "inputmode": "decimal", "autocomplete": "off"}


def _raison() -> TextAreaField:
    return TextAreaField(
        "Raison",
        [InputRequired("Écrivez la raison : elle reste dans l'historique."), Length(max=1000), sans_nir],
        render_kw={"rows": 2},
    )


class FormulairePart(Form):
    """The share of one marché and the agreement of its buyer."""

    marche = SelectField("Marché", [Optional()])
    part = ChampDecimal("Part, en %", [Optional()], render_kw=DECIMAL)
    accord_par = StringField("Accord donné par", [Optional(), Length(max=200), sans_nir])
    accord_le = DateField("Accord donné le", [Optional()])


class FormulaireCle(Formulaire):
    """A dated key; every share empty ends the sharing."""

    a_partir_du = DateField("À partir du mois du", [InputRequired("Indiquez un jour du premier mois partagé.")])
    parts = FieldList(FormField(FormulairePart), min_entries=PARTS, max_entries=PARTS)
    motif = _raison()


class FormulaireReaffectation(Formulaire):
    """Which hours go where, and who agreed."""

    marche = SelectField("Marché qui reçoit ces heures", [InputRequired("Choisissez le marché.")])
    travaillees = ChampHeures("Heures travaillées à déplacer", [Optional()], render_kw=DECIMAL)
    formation = ChampHeures("Heures de formation à déplacer", [Optional()], render_kw=DECIMAL)
    accord_de = StringField(
        "Accord de l'acheteur qui cède ces heures, donné par",
        [InputRequired("Écrivez qui a donné son accord."), Length(max=200), sans_nir],
    )
    accord_de_le = DateField("Accord donné le", [InputRequired("Indiquez le jour de l'accord.")])
    accord_vers = StringField(
        "Accord de l'acheteur qui reçoit ces heures, donné par",
        [InputRequired("Écrivez qui a donné son accord."), Length(max=200), sans_nir],
    )
    accord_vers_le = DateField("Accord donné le", [InputRequired("Indiquez le jour de l'accord.")])
    motif = _raison()


def _page_cle(ref: str, form: FormulaireCle, code: int = 200) -> Any:
    ctx, moi = contexte(), acteur()
    c = lire_contrat(ctx, moi, ref)
    with ctx.lecture() as s:
        marches = marches_ouverts(s, moi.territoire_id)
        cles = cles_du_contrat(s, ref, moi.territoire_id, ctx.aujourdhui())
    for entree in form.parts:
        entree.form.marche.choices = options([("", "Aucun"), *marches])
    page = render_template("facilitateur/partage.html", c=c, form=form, cles=cles)
    return page, code


@bp.get("/contrats/<ref>/partage")
@reserve_a(Role.FACILITATEUR)
def cle(ref: str) -> Any:
    """The keys of a contrat, and a new one prefilled with the one in force."""
    ctx, moi = contexte(), acteur()
    with ctx.lecture() as s:
        cles = cles_du_contrat(s, ref, moi.territoire_id, ctx.aujourdhui())
    form = FormulaireCle(formdata=None, a_partir_du=premier_du_mois(ctx.aujourdhui()))
    actuelle = next((c for c in cles if c.en_vigueur and c.parts), None)
    if actuelle is not None:
        for entree, part in zip(form.parts, actuelle.parts, strict=False):
            entree.form.marche.data, entree.form.part.data = part.marche_ref, part.pourcentage
            entree.form.accord_par.data, entree.form.accord_le.data = part.accord_par, part.accord_le
    else:
        form.parts[0].form.marche.data = lire_contrat(ctx, moi, ref).marche_ref
    return _page_cle(ref, form)


@bp.post("/contrats/<ref>/partage")
@reserve_a(Role.FACILITATEUR)
def definir(ref: str) -> Any:
    """Write the key."""
    ctx, moi, form = contexte(), acteur(), FormulaireCle()
    with ctx.lecture() as s:
        marches = marches_ouverts(s, moi.territoire_id)
    for entree in form.parts:
        entree.form.marche.choices = options([("", "Aucun"), *marches])
    if not form.validate_on_submit() or form.a_partir_du.data is None:
        return _page_cle(ref, form, 422)
    try:
        definir_cle(
            ctx,
            moi,
            ref,
            a_partir_du=form.a_partir_du.data,
            parts=_parts(form),
            motif=form.motif.data or "",
        )
    except RegleViolee as erreur:
        _poser(form, erreur)
        return _page_cle(ref, form, 422)
    flash("Clé de partage enregistrée. Les heures se partageront à chaque validation.")
    return redirect(url_for("facilitateur_contrats.fiche", ref=ref))


def _parts(form: FormulaireCle) -> list[PartDemandee]:
    """The rows that were filled. Raises RegleViolee for a share without a marché, or the reverse."""
    demandees = []
    for entree in form.parts:
        f = entree.form
        if not f.marche.data and f.part.data is None:
            continue
        if not f.marche.data or f.part.data is None:
            raise RegleViolee("Donnez à chaque marché sa part, et à chaque part son marché.", champ="parts")
        part = (f.part.data / 100).quantize(Decimal("0.000001"))
        demandees.append(PartDemandee(f.marche.data, part, f.accord_par.data or "", f.accord_le.data))
    return demandees


def _poser(form: FormulaireCle, erreur: RegleViolee) -> None:
    """The rules on shares speak of them all: said at the top of the form."""
    form.poser_erreur(RegleViolee(erreur.message) if erreur.champ == "parts" else erreur)


def _page_reaffectation(ligne_id: int, form: FormulaireReaffectation | None = None, code: int = 200) -> Any:
    vue = reaffectation_possible(contexte(), acteur(), ligne_id)
    form = form or FormulaireReaffectation(formdata=None)
    form.marche.choices = options([("", "Choisissez"), *vue.marches])
    return render_template("facilitateur/reaffectation.html", v=vue, form=form), code


@bp.get("/heures/lignes/<int:ligne_id>/reaffecter")
@reserve_a(Role.FACILITATEUR)
def reaffectation(ligne_id: int) -> Any:
    """Which hours of a validated line pass to another marché."""
    try:
        return _page_reaffectation(ligne_id)
    except ModifieEntreTemps as erreur:
        flash(erreur.message, "warning")
    except RegleViolee as erreur:
        flash(erreur.message, "danger")
    return redirect(url_for("facilitateur_heures.a_valider"))


@bp.post("/heures/lignes/<int:ligne_id>/reaffecter")
@reserve_a(Role.FACILITATEUR)
def deplacer(ligne_id: int) -> Any:
    """Move them."""
    ctx, moi, form = contexte(), acteur(), FormulaireReaffectation()
    vue = reaffectation_possible(ctx, moi, ligne_id)
    form.marche.choices = options([("", "Choisissez"), *vue.marches])
    if not form.validate_on_submit():
        return _page_reaffectation(ligne_id, form, 422)
    zero = Decimal("0.00")
    try:
        reaffecter(
            ctx,
            moi,
            ligne_id,
            form.marche.data,
            travaillees=form.travaillees.data or zero,
            formation=form.formation.data or zero,
            accord_de=Accord(form.accord_de.data or "", form.accord_de_le.data),
            accord_vers=Accord(form.accord_vers.data or "", form.accord_vers_le.data),
            motif=form.motif.data or "",
        )
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return _page_reaffectation(ligne_id, form, 422)
    flash("Heures réaffectées. L'historique des deux marchés le dit.")
    return redirect(url_for("facilitateur_contrats.fiche", ref=vue.contrat_ref))
