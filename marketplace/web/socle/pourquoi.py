"""Why a person stands where she stands for an offre: one page, to read with her and to hand over."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from wtforms import RadioField
from wtforms.validators import InputRequired

from marketplace.comptes.roles import Role
from marketplace.erreurs import RegleViolee
from marketplace.propositions.decisions.services import MOTIFS_AVIS, donner_avis
from marketplace.propositions.services.pourquoi import pourquoi
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.formulaires import Formulaire, options


class FormulaireAvis(Formulaire):
    """A référent's word on a rank."""

    sens = RadioField(
        "Selon vous, sa place devrait être",
        [InputRequired("Dites dans quel sens.")],
        choices=options([("plus_haut", "plus haut"), ("plus_bas", "plus bas")]),
    )
    motif = RadioField(
        "À cause de quoi ?", [InputRequired("Dites à cause de quoi.")], choices=options(MOTIFS_AVIS.items())
    )


def _page(audience: str, ref: str, personne_ref: str, form: FormulaireAvis, code: int = 200) -> Any:
    try:
        vu = pourquoi(contexte(), acteur(), ref, personne_ref)
    except RegleViolee as refus:
        flash(refus.message, "warning")
        return redirect(url_for(f"{audience}_personnes.fiche", ref=personne_ref))
    return render_template("socle/pourquoi.html", audience=audience, vu=vu, form=form), code


def _montrer(audience: str, ref: str, personne_ref: str) -> Any:
    """The reasons of one rank."""
    return _page(audience, ref, personne_ref, FormulaireAvis(formdata=None))


def _noter_avis(audience: str, ref: str, personne_ref: str) -> Any:
    """Keep a word on the rank; the list does not move."""
    form = FormulaireAvis()
    if not form.validate_on_submit():
        return _page(audience, ref, personne_ref, form, 422)
    donner_avis(contexte(), acteur(), ref, personne_ref, favorable=form.sens.data == "plus_haut", motif=form.motif.data)
    flash("C'est noté. La liste ne change pas, et vous pouvez toujours proposer cette personne.")
    return redirect(url_for(".montrer", ref=ref, personne_ref=personne_ref))


def portes_du_pourquoi(audience: str, role: Role) -> Blueprint:
    """The two pages of this audience, behind its door."""
    bp = Blueprint(f"{audience}_pourquoi", __name__, url_prefix=f"/{audience}/offres/<ref>/pourquoi")

    @bp.get("/<personne_ref>")
    @reserve_a(role)
    def montrer(ref: str, personne_ref: str) -> Any:
        """The reasons, to read with the person."""
        return _montrer(audience, ref, personne_ref)

    @bp.post("/<personne_ref>")
    @reserve_a(role)
    def noter(ref: str, personne_ref: str) -> Any:
        """A word on this rank."""
        return _noter_avis(audience, ref, personne_ref)

    return bp
