"""Contrats of the territory: the list, one contrat, a new one from a person answered « oui »."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from marketplace.comptes.roles import Role
from marketplace.erreurs import RegleViolee
from marketplace.heures.libelles import ETATS_FACILITATEUR, MODALITES
from marketplace.heures.services.lectures import Embauche, lire_contrat, lire_contrats, lire_embauche
from marketplace.propositions.services import embaucher_directement
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.contrats import noter_la_fin, page_du_contrat
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
    return page_du_contrat(
        "facilitateur/contrat.html", lire_contrat(contexte(), acteur(), ref), ref, form, code, etats=ETATS_FACILITATEUR
    )


@bp.post("/<ref>/fin")
@reserve_a(Role.FACILITATEUR)
def finir(ref: str) -> Any:
    """Say when and why it ended."""
    return noter_la_fin(ref, _fiche)


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
