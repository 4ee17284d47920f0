"""How the hours of a marché are declared: rhythm and pieces, from a month on."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from wtforms import SelectField
from wtforms.validators import InputRequired

from marketplace.comptes.roles import Role
from marketplace.erreurs import RegleViolee
from marketplace.heures.rules.phrases import mois_en_texte
from marketplace.marches.queries import fiche_marche
from marketplace.marches.queries.consignes import LectureConsignes, consignes_de
from marketplace.marches.rules.consignes import LIBELLES_PIECES, LIBELLES_RYTHME
from marketplace.marches.services.consignes import regler_declarations
from marketplace.valeurs import ajouter_mois, premier_du_mois
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.formulaires import Formulaire, options

bp = Blueprint("facilitateur_consignes", __name__, url_prefix="/facilitateur/marches/<ref>/declarations")

MOIS_PROPOSES = 4


class FormulaireConsigne(Formulaire):
    """What changes, and from which month."""

    rythme = SelectField("Rythme", choices=options([("", "Comme le territoire"), *LIBELLES_RYTHME.items()]))
    pieces = SelectField("Pièce jointe", choices=options([("", "Comme le territoire"), *LIBELLES_PIECES.items()]))
    mois = SelectField(
        "À partir des heures de",
        [InputRequired("Choisissez le mois.")],
        description="Les mois passés gardent leur règle.",
    )


def _page(ref: str, form: FormulaireConsigne | None = None, code: int = 200) -> Any:
    ctx, moi = contexte(), acteur()
    ce_mois = premier_du_mois(ctx.aujourdhui())
    with ctx.lecture() as s:
        m = fiche_marche(s, moi, ref)
        courantes = LectureConsignes(s, moi.territoire_id, [m.id]).au(m.id, ce_mois)
        passees = consignes_de(s, m.id)
    if form is None:
        form = FormulaireConsigne(
            formdata=None,
            rythme=courantes.rythme.value if courantes.propre_rythme else "",
            pieces=courantes.pieces.value if courantes.propres_pieces else "",
        )
    _proposer_les_mois(form, ce_mois)
    page = render_template(
        "facilitateur/marche_consignes.html",
        m=m,
        courantes=courantes,
        passees=passees,
        form=form,
        rythmes=LIBELLES_RYTHME,
        pieces=LIBELLES_PIECES,
    )
    return page, code


def _proposer_les_mois(form: FormulaireConsigne, ce_mois: date) -> None:
    mois = [ajouter_mois(ce_mois, i) for i in range(MOIS_PROPOSES)]
    form.mois.choices = options([(m.isoformat(), mois_en_texte(m)) for m in mois])


@bp.get("")
@reserve_a(Role.FACILITATEUR)
def reglages(ref: str) -> Any:
    """What is asked today, what changes and when."""
    return _page(ref)


@bp.post("")
@reserve_a(Role.FACILITATEUR)
def regler(ref: str) -> Any:
    """Change it from a month on."""
    ctx, form = contexte(), FormulaireConsigne()
    _proposer_les_mois(form, premier_du_mois(ctx.aujourdhui()))
    if not form.validate_on_submit():
        return _page(ref, form, 422)
    try:
        regler_declarations(
            ctx,
            acteur(),
            ref,
            rythme=form.rythme.data or "",
            pieces=form.pieces.data or "",
            a_partir_du=date.fromisoformat(form.mois.data),
        )
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return _page(ref, form, 422)
    flash("C'est noté : ce qui est déjà déclaré ne change pas.")
    return redirect(url_for("facilitateur_marches.fiche", ref=ref))
