"""Five questions after a contrat, opened by a code and answered without a name (N18)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from marketplace.erreurs import RegleViolee
from marketplace.heures.rules.questionnaire import ECHELLE, MOTS_MAX, QUESTIONS, code_lu, mots_a_relire
from marketplace.heures.services.questionnaires import (
    QuestionnaireOuvert,
    ReponseLue,
    effacer_reponse,
    ouvrir_questionnaire,
    repondre_questionnaire,
)
from marketplace.web.socle.acces import contexte, public
from marketplace.web.socle.formulaires import Formulaire, options, sans_nir
from marketplace.web.socle.securite import limiteur

bp = Blueprint("public_votre_avis", __name__, url_prefix="/votre-avis")


class FormulaireCodeAvis(Formulaire):
    """The code of the sheet."""

    code = StringField(
        "Code de votre papier",
        [InputRequired("Tapez le code écrit sur votre papier."), Length(max=30)],
        description="Dix lettres et chiffres, par exemple ABCDE-23456.",
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )


def _question(nom: str) -> RadioField:
    return RadioField(QUESTIONS[nom], [Optional()], choices=options(ECHELLE.items()))


class FormulaireAvis(Formulaire):
    """Five questions, and words if one likes."""

    accueil = _question("accueil")
    respect = _question("respect")
    apprentissage = _question("apprentissage")
    appui = _question("appui")
    suite = _question("suite")
    mots = TextAreaField(
        "Que faudrait-il changer ?",
        [Optional(), Length(max=MOTS_MAX, message=f"Écrivez {MOTS_MAX} signes au plus."), sans_nir],
        description="N'écrivez aucun nom, ni le vôtre ni celui d'un autre. Ne parlez pas de votre santé.",
        render_kw={"rows": 4},
    )


@bp.get("")
@limiteur.limit("60 per minute")
@public
def saisir_code() -> Any:
    """Where the code is typed."""
    return render_template("public/votre_avis_code.html", form=FormulaireCodeAvis(formdata=None))


@bp.post("")
@limiteur.limit("10 per minute")
@public
def ouvrir() -> Any:
    """From the code typed to its page."""
    form = FormulaireCodeAvis()
    if form.validate():
        code = code_lu(form.code.data or "")
        try:
            ouvrir_questionnaire(contexte(), code)
        except RegleViolee as erreur:
            form.poser_erreur(erreur)
        else:
            return redirect(url_for(".questions", code=code))
    return render_template("public/votre_avis_code.html", form=form), 422


@bp.get("/<code>")
@limiteur.limit("20 per minute")
@public
def questions(code: str) -> Any:
    """The questions, or one's own answer once given."""
    return _page(code, FormulaireAvis(formdata=None))


def _page(code: str, form: FormulaireAvis, statut: int = 200, *, a_relire: str = "") -> Any:
    try:
        ouvert: QuestionnaireOuvert | ReponseLue = ouvrir_questionnaire(contexte(), code)
    except RegleViolee as erreur:
        vide = FormulaireCodeAvis(formdata=None)
        vide.poser_erreur(erreur)
        return render_template("public/votre_avis_code.html", form=vide), 410
    if isinstance(ouvert, ReponseLue):
        return render_template(
            "public/votre_avis_lu.html", reponse=ouvert, code=code, questions=QUESTIONS, echelle=ECHELLE
        )
    page = render_template("public/votre_avis.html", ouvert=ouvert, code=code, form=form, a_relire=a_relire)
    return page, statut


@bp.post("/<code>")
@limiteur.limit("20 per minute")
@public
def repondre(code: str) -> Any:
    """Keep the answer; sensitive words are shown once before they leave."""
    form = FormulaireAvis()
    if not form.validate():
        return _page(code, form, 422)
    mots = form.mots.data or ""
    avis = mots_a_relire(mots)
    if avis and request.form.get("relu") != "oui":
        return _page(code, form, 422, a_relire=avis)
    try:
        repondre_questionnaire(contexte(), code, {q: form[q].data for q in QUESTIONS}, mots)
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return _page(code, form, 422)
    flash("Merci. Vos réponses sont gardées, sans votre nom.")
    return redirect(url_for(".questions", code=code))


@bp.post("/<code>/effacer")
@limiteur.limit("10 per minute")
@public
def effacer(code: str) -> Any:
    """Take one's answer back."""
    try:
        effacer_reponse(contexte(), code)
    except RegleViolee as erreur:
        flash(erreur.message, "warning")
    else:
        flash("Vos réponses sont effacées.")
    return redirect(url_for(".saisir_code"))
