"""The statuses of a person and their proofs; the quartier."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from marketplace.personnes import services
from marketplace.personnes.models import OuiNonAVerifier
from marketplace.personnes.queries import FichePersonne
from marketplace.web.socle.acces import acteur, contexte
from marketplace.web.socle.dossiers.commun import (
    accord,
    agir,
    lire,
    prevenir_mots,
)
from marketplace.web.socle.formulaires_personnes import (
    FormulaireQuartier,
    FormulaireSituation,
)


def _formulaire_quartier(fiche: FichePersonne) -> FormulaireQuartier:
    valeur = (fiche.qpv or OuiNonAVerifier.A_VERIFIER).value
    return FormulaireQuartier(formdata=None, qpv=valeur, source=fiche.qpv_source, le=fiche.qpv_le)


def situation(ref: str) -> Any:
    """The statuses of the person and their proofs; the quartier."""
    ctx, moi = contexte(), acteur()
    fiche = lire(ref).fiche
    form, quartier = FormulaireSituation(), _formulaire_quartier(fiche)
    code = 200
    if request.method == "POST":
        code = agir(
            form,
            lambda: services.ajouter_statut(
                ctx,
                moi,
                ref,
                categorie=form.categorie.data,
                depuis=form.depuis.data,
                jusqu_au=form.jusqu_au.data,
                preuve_type=form.preuve_type.data or "",
                preuve_le=form.preuve_le.data,
                avis=form.avis(),
                accord_proposition=accord(ref),
            ),
        )
        if not code:
            prevenir_mots(form.avis_texte.data or "")
            flash("Situation notée.")
            return redirect(url_for(".situation", ref=ref))
    return render_template("socle/personnes/situation.html", form=form, quartier=quartier, p=fiche), code


def retirer_situation(ref: str, statut_id: int) -> Any:
    """Erase a category written by mistake."""
    services.retirer_statut(contexte(), acteur(), ref, statut_id, accord_proposition=accord(ref))
    flash("Situation retirée de la fiche.")
    return redirect(url_for(".situation", ref=ref))


def quartier(ref: str) -> Any:
    """Say whether she lives in a quartier prioritaire."""
    form = FormulaireQuartier()
    code = agir(
        form,
        lambda: services.noter_qpv(
            contexte(),
            acteur(),
            ref,
            OuiNonAVerifier(form.qpv.data),
            source=form.source.data or "",
            le=form.le.data,
            accord_proposition=accord(ref),
        ),
    )
    if code:
        fiche = lire(ref).fiche
        page = render_template(
            "socle/personnes/situation.html", form=FormulaireSituation(formdata=None), quartier=form, p=fiche
        )
        return page, code
    flash("Quartier noté.")
    return redirect(url_for(".situation", ref=ref))
