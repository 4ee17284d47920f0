"""The employer's salariés in insertion: who, until when, how many hours; a new contrat, an end."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from marketplace.comptes.roles import Role
from marketplace.erreurs import Introuvable, ModifieEntreTemps, RegleViolee
from marketplace.heures.libelles import MODALITES
from marketplace.heures.queries import embauche_possible, marches_ouverts, salaries_de
from marketplace.heures.rules.contrats import MotifFin
from marketplace.heures.services.contrats import LIBELLES_FIN, embaucher_validee, finir_contrat
from marketplace.journal.services import noter_lectures
from marketplace.offres.libelles import CONTRATS
from marketplace.offres.models import TypeContrat
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.formulaires_contrats import FormulaireContrat, FormulaireFin, valeurs_contrat

bp = Blueprint("employeur_contrats", __name__, url_prefix="/employeur/salaries")


@bp.get("")
@reserve_a(Role.EMPLOYEUR)
def liste() -> Any:
    """Everyone at work, then those who left."""
    ctx, moi = contexte(), acteur()
    with ctx.transaction() as s:
        salaries = salaries_de(s, moi.organisation_id, ctx.aujourdhui())
        noter_lectures(s, ctx.horloge(), moi, (x.personne_id for x in salaries), "liste de mes salariés")
    return render_template(
        "employeur/contrats.html",
        en_cours=[x for x in salaries if x.en_cours],
        finis=[x for x in salaries if not x.en_cours],
    )


@bp.get("/<ref>")
@reserve_a(Role.EMPLOYEUR)
def fiche(ref: str) -> Any:
    """One salarié, and how to say that the contrat ended."""
    return _fiche(ref, FormulaireFin())


def _fiche(ref: str, form: FormulaireFin, code: int = 200) -> Any:
    ctx, moi = contexte(), acteur()
    with ctx.transaction() as s:
        trouves = salaries_de(s, moi.organisation_id, ctx.aujourdhui(), ref=ref)
        if not trouves:
            raise Introuvable()
        noter_lectures(s, ctx.horloge(), moi, [trouves[0].personne_id], f"contrat {ref}")
    page = render_template(
        "employeur/contrat.html",
        c=trouves[0],
        form=form,
        modalites=MODALITES,
        contrat=CONTRATS.get(TypeContrat(trouves[0].type_contrat), ""),
        motif_fin=LIBELLES_FIN[MotifFin(trouves[0].motif_fin)] if trouves[0].motif_fin else "",
    )
    return page, code


@bp.post("/<ref>/fin")
@reserve_a(Role.EMPLOYEUR)
def finir(ref: str) -> Any:
    """Say when and why a contrat ended."""
    form = FormulaireFin()
    if not form.validate_on_submit() or form.fin.data is None:
        return _fiche(ref, form, 422)
    try:
        finir_contrat(contexte(), acteur(), ref, fin=form.fin.data, motif=form.motif_fin.data)
    except ModifieEntreTemps as erreur:
        form.poser_erreur(erreur)
        return _fiche(ref, form, 409)
    except Introuvable:
        raise
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return _fiche(ref, form, 422)
    flash("Fin de contrat enregistrée.")
    return redirect(url_for(".fiche", ref=ref))


def _saisie(validation_ref: str, form: FormulaireContrat, code: int = 200) -> Any:
    ctx, moi = contexte(), acteur()
    with ctx.transaction() as s:
        qui = embauche_possible(s, moi.territoire_id, validation_ref)
        if qui.employeur_id != moi.organisation_id:
            raise Introuvable()
        marches = marches_ouverts(s, moi.territoire_id, employeur_id=moi.organisation_id)
        form.preparer(marches, qui.type_employeur)
        noter_lectures(s, ctx.horloge(), moi, [qui.personne_id], "nouveau contrat")
    if request.method == "GET":
        form.poste.data, form.marche.data = qui.poste, qui.marche_ref or ""
        form.debut.data = qui.debut_prevu
    return render_template("employeur/contrat_nouveau.html", qui=qui, form=form), code


@bp.get("/nouveau/<validation_ref>")
@reserve_a(Role.EMPLOYEUR)
def nouveau(validation_ref: str) -> Any:
    """The contrat of a person the facilitateur answered « oui » for."""
    return _saisie(validation_ref, FormulaireContrat())


@bp.post("/nouveau/<validation_ref>")
@reserve_a(Role.EMPLOYEUR)
def creer(validation_ref: str) -> Any:
    """Write it."""
    ctx, moi, form = contexte(), acteur(), FormulaireContrat()
    with ctx.lecture() as s:
        qui = embauche_possible(s, moi.territoire_id, validation_ref)
        form.preparer(marches_ouverts(s, moi.territoire_id, employeur_id=moi.organisation_id), qui.type_employeur)
    if not form.validate_on_submit():
        return _saisie(validation_ref, form, 422)
    try:
        ref = embaucher_validee(ctx, moi, validation_ref, **valeurs_contrat(form))
    except Introuvable:
        raise
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return _saisie(validation_ref, form, 422)
    flash("Contrat enregistré. Vous déclarerez ses heures chaque mois.")
    return redirect(url_for(".fiche", ref=ref))
