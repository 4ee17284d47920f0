"""The employer's salariés in insertion: who, until when, how many hours; a new contrat, an end."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from marketplace.comptes.roles import Role
from marketplace.erreurs import RegleViolee
from marketplace.heures.services.lectures import Embauche, lire_embauche, lire_salaries
from marketplace.propositions.salaries import compter_salaries_en_fin
from marketplace.propositions.services import embaucher_directement
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.contrats import noter_la_fin, page_du_contrat
from marketplace.web.socle.formulaires_contrats import FormulaireContrat, FormulaireFin, valeurs_contrat

bp = Blueprint("employeur_contrats", __name__, url_prefix="/employeur/salaries")


@bp.get("")
@reserve_a(Role.EMPLOYEUR)
def liste() -> Any:
    """Everyone at work, then those who left."""
    ctx, moi = contexte(), acteur()
    salaries = lire_salaries(ctx, moi)
    with ctx.lecture() as s:
        suites = compter_salaries_en_fin(s, moi, ctx.aujourdhui())
    return render_template(
        "employeur/contrats.html",
        en_cours=[x for x in salaries if x.en_cours],
        finis=[x for x in salaries if not x.en_cours],
        suites=suites,
    )


@bp.get("/<ref>")
@reserve_a(Role.EMPLOYEUR)
def fiche(ref: str) -> Any:
    """One salarié, and how to say that the contrat ended."""
    return _fiche(ref, FormulaireFin())


def _fiche(ref: str, form: FormulaireFin, code: int = 200) -> Any:
    return page_du_contrat("employeur/contrat.html", lire_salaries(contexte(), acteur(), ref)[0], ref, form, code)


@bp.post("/<ref>/fin")
@reserve_a(Role.EMPLOYEUR)
def finir(ref: str) -> Any:
    """Say when and why a contrat ended."""
    return noter_la_fin(ref, _fiche)


def _saisie(embauche: Embauche, form: FormulaireContrat, code: int = 200) -> Any:
    return render_template("employeur/contrat_nouveau.html", qui=embauche.qui, form=form), code


@bp.get("/nouveau/<validation_ref>")
@reserve_a(Role.EMPLOYEUR)
def nouveau(validation_ref: str) -> Any:
    """The contrat of a person the facilitateur answered « oui » for."""
    embauche = lire_embauche(contexte(), acteur(), validation_ref)
    form = FormulaireContrat()
    form.preparer(embauche.marches, embauche.qui.type_employeur)
    form.poste.data, form.marche.data = embauche.qui.poste, embauche.qui.marche_ref or ""
    form.debut.data = embauche.qui.debut_prevu
    return _saisie(embauche, form)


@bp.post("/nouveau/<validation_ref>")
@reserve_a(Role.EMPLOYEUR)
def creer(validation_ref: str) -> Any:
    """Write it."""
    ctx, moi, form = contexte(), acteur(), FormulaireContrat()
    embauche = lire_embauche(ctx, moi, validation_ref)
    form.preparer(embauche.marches, embauche.qui.type_employeur)
    if not form.validate_on_submit():
        return _saisie(embauche, form, 422)
    try:
        ref = embaucher_directement(ctx, moi, validation_ref, **valeurs_contrat(form))
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return _saisie(embauche, form, 422)
    flash("Contrat enregistré. Vous déclarerez ses heures chaque mois.")
    return redirect(url_for(".fiche", ref=ref))
