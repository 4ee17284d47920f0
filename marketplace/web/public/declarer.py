"""The link of a mail: a short code, then the declarations of one firm. Opening the link alone sends nothing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from marketplace.erreurs import RegleViolee
from marketplace.heures.services.liens import demander_code, lire_lien, ouvrir_par_code
from marketplace.web.socle.acces import contexte, public
from marketplace.web.socle.formulaires import Formulaire
from marketplace.web.socle.securite import limiteur
from marketplace.web.socle.session import ouvrir_session_par_lien

bp = Blueprint("public_declarer", __name__, url_prefix="/declarer")


class FormulaireCodeCourt(Formulaire):
    """The six digits of the mail."""

    code = StringField(
        "Code à 6 chiffres",
        [InputRequired("Tapez le code reçu par courriel."), Length(max=20)],
        description="Il est dans le courriel que nous venons d'envoyer. Il sert pendant dix minutes.",
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": "12"},
    )


def _ferme(erreur: RegleViolee) -> Any:
    return render_template("public/declarer_ferme.html", texte=erreur.message), 410


@bp.get("/<jeton>")
@limiteur.limit("60 per minute")
@public
def arriver(jeton: str) -> Any:
    """For which firm, to which address the code goes."""
    try:
        lien = lire_lien(contexte(), jeton)
    except RegleViolee as erreur:
        return _ferme(erreur)
    return render_template("public/declarer.html", lien=lien, jeton=jeton)


@bp.post("/<jeton>/code")
@limiteur.limit("10 per minute")
@public
def envoyer_code(jeton: str) -> Any:
    """Send the code."""
    try:
        code = demander_code(contexte(), jeton)
    except RegleViolee as erreur:
        try:
            lire_lien(contexte(), jeton)
        except RegleViolee:
            return _ferme(erreur)
        flash(erreur.message, "danger")
        return redirect(url_for(".taper", jeton=jeton))
    flash("Code envoyé : regardez vos courriels, et les indésirables.")
    if code is not None:
        flash(f"Démonstration, sans vrai courriel. Le code est {code}.", "info")
    return redirect(url_for(".taper", jeton=jeton))


@bp.get("/<jeton>/code")
@limiteur.limit("60 per minute")
@public
def taper(jeton: str) -> Any:
    """Where the code is typed."""
    return _page(jeton, FormulaireCodeCourt(formdata=None))


def _page(jeton: str, form: FormulaireCodeCourt, code: int = 200) -> Any:
    try:
        lien = lire_lien(contexte(), jeton)
    except RegleViolee as erreur:
        return _ferme(erreur)
    return render_template("public/declarer_code.html", lien=lien, jeton=jeton, form=form), code


@bp.post("/<jeton>")
@limiteur.limit("20 per minute")
@public
def ouvrir(jeton: str) -> Any:
    """The code typed: a session that declares, and nothing else."""
    form, ctx = FormulaireCodeCourt(), contexte()
    if not form.validate():
        return _page(jeton, form, 422)
    try:
        secret = ouvrir_par_code(ctx, jeton, form.code.data or "")
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return _page(jeton, form, 422)
    ouvrir_session_par_lien(ctx, secret)
    return redirect(url_for("employeur_declarations.liste", premiere=1))
