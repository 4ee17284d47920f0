"""Contrats of the territory: the list, one contrat, a new one from a person answered « oui »."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from marketplace.comptes.roles import Role
from marketplace.erreurs import ModifieEntreTemps, RegleViolee
from marketplace.heures.libelles import ETATS_FACILITATEUR, MODALITES
from marketplace.heures.queries.missions import missions_du_contrat
from marketplace.heures.rules.contrats import MotifFin
from marketplace.heures.services.contrats import LIBELLES_FIN, finir_contrat
from marketplace.heures.services.lectures import Embauche, lire_contrat, lire_contrats, lire_embauche
from marketplace.offres.libelles import CONTRATS
from marketplace.offres.models import TypeContrat
from marketplace.propositions.services import embaucher_directement
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.formulaires_contrats import (
    FormulaireContratEmployeur,
    FormulaireContratFacilitateur,
    FormulaireFin,
    valeurs_contrat,
)
from marketplace.web.socle.listes import numero_de_page, parametres

bp = Blueprint("facilitateur_contrats", __name__, url_prefix="/facilitateur/contrats")

VUES = {"en_cours": "En cours", "a_venir": "À venir", "finis": "Terminés", "tous": "Tous"}


@bp.get("")
@reserve_a(Role.FACILITATEUR)
def liste() -> Any:
    """Contrats, filters in the address."""
    vue = request.args.get("vue", "en_cours")
    vue = vue if vue in VUES else "en_cours"
    texte = request.args.get("q", "")[:100]
    page = lire_contrats(contexte(), acteur(), vue=vue, texte=texte, page=numero_de_page())
    return render_template(
        "facilitateur/contrats.html",
        page=page,
        vue=vue,
        vues=VUES,
        texte=texte,
        modalites=MODALITES,
        parametres=parametres(vue=vue, q=texte),
    )


@bp.get("/<ref>")
@reserve_a(Role.FACILITATEUR)
def fiche(ref: str) -> Any:
    """One contrat, month by month."""
    return _fiche(ref, FormulaireFin())


def _fiche(ref: str, form: FormulaireFin, code: int = 200) -> Any:
    ctx, moi = contexte(), acteur()
    c = lire_contrat(ctx, moi, ref)
    with ctx.lecture() as s:
        missions = missions_du_contrat(s, moi.territoire_id, ref, ctx.aujourdhui())
    page = render_template(
        "facilitateur/contrat.html",
        c=c,
        missions=missions,
        form=form,
        modalites=MODALITES,
        contrat=CONTRATS.get(TypeContrat(c.type_contrat), c.type_contrat),
        motif_fin=LIBELLES_FIN[MotifFin(c.motif_fin)] if c.motif_fin else "",
        etats=ETATS_FACILITATEUR,
    )
    return page, code


@bp.post("/<ref>/fin")
@reserve_a(Role.FACILITATEUR)
def finir(ref: str) -> Any:
    """Say when and why it ended."""
    form = FormulaireFin()
    if not form.validate_on_submit() or form.fin.data is None:
        return _fiche(ref, form, 422)
    try:
        finir_contrat(contexte(), acteur(), ref, fin=form.fin.data, motif=form.motif_fin.data)
    except ModifieEntreTemps as erreur:
        form.poser_erreur(erreur)
        return _fiche(ref, form, 409)
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return _fiche(ref, form, 422)
    flash("Fin de contrat enregistrée.")
    return redirect(url_for(".fiche", ref=ref))


def _preparer(validation_ref: str) -> tuple[Embauche, FormulaireContratFacilitateur]:
    """The « oui » and its form with its lists; the employer is asked for when nobody asked for the person."""
    embauche = lire_embauche(contexte(), acteur(), validation_ref)
    form = FormulaireContratEmployeur() if embauche.qui.employeur_id is None else FormulaireContratFacilitateur()
    form.preparer(embauche.marches, embauche.qui.type_employeur)
    return embauche, form


@bp.get("/nouveau/<validation_ref>")
@reserve_a(Role.FACILITATEUR)
def nouveau(validation_ref: str) -> Any:
    """The contrat of a person answered « oui »."""
    embauche, form = _preparer(validation_ref)
    qui = embauche.qui
    form.poste.data, form.marche.data = qui.poste, qui.marche_ref or ""
    form.debut.data = qui.debut_prevu
    return render_template("facilitateur/contrat_nouveau.html", qui=qui, form=form)


@bp.post("/nouveau/<validation_ref>")
@reserve_a(Role.FACILITATEUR)
def creer(validation_ref: str) -> Any:
    """Write it."""
    embauche, form = _preparer(validation_ref)
    qui = embauche.qui
    if not form.validate_on_submit():
        return render_template("facilitateur/contrat_nouveau.html", qui=qui, form=form), 422
    employeur_ref = None
    try:
        if isinstance(form, FormulaireContratEmployeur):
            employeur_ref = embauche.employeurs.get((form.employeur.data or "").strip())
            if employeur_ref is None:
                raise RegleViolee(
                    "Cet employeur n'est pas dans l'annuaire : choisissez-le dans la liste.", champ="employeur"
                )
        ref = embaucher_directement(
            contexte(), acteur(), validation_ref, employeur_ref=employeur_ref, **valeurs_contrat(form)
        )
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return render_template("facilitateur/contrat_nouveau.html", qui=qui, form=form), 422
    flash("Contrat enregistré.")
    return redirect(url_for(".fiche", ref=ref))
