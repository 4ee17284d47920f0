"""The one-time link by which a person says which document she has: no account, no name shown, one answer."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from wtforms import DateField, FileField, RadioField, SelectField, StringField, TelField
from wtforms.validators import InputRequired, Length, Optional

from marketplace.erreurs import RegleViolee
from marketplace.personnes import services
from marketplace.personnes.rules.pieces import PIECES
from marketplace.web.socle.acces import contexte, public
from marketplace.web.socle.formulaires import Formulaire, options, sans_nir
from marketplace.web.socle.securite import limiteur

bp = Blueprint("public_documents", __name__, url_prefix="/document")


class FormulaireCode(Formulaire):
    """The code of the letter."""

    code = StringField(
        "Code de la lettre",
        [InputRequired("Tapez le code écrit sur la lettre."), Length(max=40)],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )


class FormulaireDocument(Formulaire):
    """Three answers: which document, its date, how it is shown."""

    preuve_type = SelectField(
        "Quel document avez-vous ?",
        [InputRequired("Choisissez un document.")],
        choices=options([("", "Choisissez"), *PIECES.items()]),
        description="Un seul suffit.",
    )
    preuve_le = DateField("Date écrite sur le document", [InputRequired("Écrivez la date qui est sur le document.")])
    remise = RadioField("Comment le montrez-vous ?", [InputRequired("Dites comment vous le montrez.")], choices=[])
    fichier = FileField(
        "Photo ou PDF", [Optional()], description="8 Mo au plus. Le lieu et la date de la photo sont retirés."
    )
    telephone = TelField(
        "Votre téléphone",
        [Optional(), Length(max=30), sans_nir],
        description="Pour que le facilitateur vous rappelle.",
        render_kw={"autocomplete": "tel"},
    )


def _sans_trace(page: str, code: int = 200) -> Any:
    reponse = make_response(page, code)
    reponse.headers["Cache-Control"] = "no-store"
    reponse.headers["X-Robots-Tag"] = "noindex"
    return reponse


def _perime() -> Any:
    """The same page, whether the link is unknown, spent or too old: it says nothing of anybody."""
    return _sans_trace(render_template("public/document_perime.html"), 410)


@bp.get("")
@public
def entree() -> Any:
    """Where the code of a letter is typed."""
    return _sans_trace(render_template("public/document_code.html", form=FormulaireCode()))


@bp.post("")
@limiteur.limit("20 per minute")
@public
def ouvrir() -> Any:
    """From a code to its page."""
    form = FormulaireCode()
    if not form.validate():
        return _sans_trace(render_template("public/document_code.html", form=form), 422)
    mot = "".join(c for c in (form.code.data or "") if c.isalnum() or c == "-")
    return redirect(url_for(".document", jeton=mot or "-"))


@bp.get("/<jeton>")
@limiteur.limit("30 per minute")
@public
def document(jeton: str) -> Any:
    """What is asked, who will see it, how long it is kept. Opening the page spends nothing."""
    try:
        demande = services.lire_demande(contexte(), jeton)
    except RegleViolee:
        return _perime()
    form = FormulaireDocument(formdata=None)
    form.remise.choices = options(demande.remises)
    return _sans_trace(render_template("public/document.html", form=form, demande=demande))


@bp.post("/<jeton>")
@limiteur.limit("20 per minute")
@public
def repondre(jeton: str) -> Any:
    """Her answer; the link is spent."""
    try:
        demande = services.lire_demande(contexte(), jeton)
    except RegleViolee:
        return _perime()
    form = FormulaireDocument()
    form.remise.choices = options(demande.remises)
    if form.validate():
        envoi = request.files.get("fichier")
        try:
            services.annoncer_preuve(
                contexte(),
                jeton,
                preuve_type=form.preuve_type.data,
                preuve_le=form.preuve_le.data,
                remise=form.remise.data,
                telephone=form.telephone.data or "",
                fichier=envoi.read() if envoi is not None and envoi.filename else b"",
            )
        except RegleViolee as refus:
            if refus.champ is None:
                return _perime()
            form.poser_erreur(refus)
        else:
            return _sans_trace(render_template("public/document_recu.html", demande=demande, remise=form.remise.data))
    return _sans_trace(render_template("public/document.html", form=form, demande=demande), 422)
