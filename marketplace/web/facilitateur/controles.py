"""The control of hours afterwards: draw, print, write what was found."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from marketplace.comptes.roles import Role
from marketplace.erreurs import ModifieEntreTemps, RegleViolee
from marketplace.heures.queries.controles import controles_du_territoire
from marketplace.heures.rules.controle import LIBELLES_RESULTAT, TAILLE_MAX
from marketplace.heures.rules.phrases import mois_en_texte
from marketplace.heures.services.controles import lire_controle, relever, tirer_controle
from marketplace.valeurs import ajouter_mois, lire_heures, premier_du_mois
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.formulaires import Formulaire, options, sans_nir

bp = Blueprint("facilitateur_controles", __name__, url_prefix="/facilitateur/heures/controles")

MOIS_PROPOSES = 24


class FormulaireTirage(Formulaire):
    """What to draw from, how much, with which seed."""

    debut = SelectField("Premier mois", [InputRequired("Choisissez le mois.")])
    fin = SelectField("Dernier mois", [InputRequired("Choisissez le mois.")])
    taille = IntegerField(
        "Nombre de lignes",
        [InputRequired("Indiquez combien de lignes.")],
        default=10,
        description=f"Une ligne, c'est une personne et un mois. {TAILLE_MAX} au plus.",
        render_kw={"inputmode": "numeric", "type": "text"},
    )
    graine = StringField(
        "Graine",
        [Optional(), Length(max=64), sans_nir],
        description="Vide : elle est tirée au sort. Avec la même graine, les mêmes lignes sortent.",
        render_kw={"autocomplete": "off"},
    )


def _formulaire(*, vide: bool) -> FormulaireTirage:
    dernier = ajouter_mois(premier_du_mois(contexte().aujourdhui()), -1)
    mois = [ajouter_mois(dernier, -i) for i in range(MOIS_PROPOSES)]
    choix = options([(m.isoformat(), mois_en_texte(m)) for m in mois])
    trimestre = ajouter_mois(dernier, -2).isoformat()
    form = FormulaireTirage(formdata=None, debut=trimestre, fin=dernier.isoformat()) if vide else FormulaireTirage()
    form.debut.choices = form.fin.choices = choix
    return form


def _liste(form: FormulaireTirage, code: int = 200) -> Any:
    with contexte().lecture() as s:
        controles = controles_du_territoire(s, acteur().territoire_id)
    return render_template("facilitateur/controles.html", controles=controles, form=form), code


@bp.get("")
@reserve_a(Role.FACILITATEUR)
def liste() -> Any:
    """Every control, and the form to draw one."""
    return _liste(_formulaire(vide=True))


@bp.post("")
@reserve_a(Role.FACILITATEUR)
def tirer() -> Any:
    """Draw, then the page of the draw."""
    form = _formulaire(vide=False)
    if not form.validate_on_submit():
        return _liste(form, 422)
    try:
        ref = tirer_controle(
            contexte(),
            acteur(),
            debut=date.fromisoformat(form.debut.data),
            fin=date.fromisoformat(form.fin.data),
            taille=form.taille.data or 0,
            graine=form.graine.data or "",
        )
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return _liste(form, 422)
    flash("Tirage fait : il est gardé avec sa graine.")
    return redirect(url_for(".fiche", ref=ref))


def _fiche(ref: str, code: int = 200, *, refus: tuple[int, str] | None = None) -> Any:
    c = lire_controle(contexte(), acteur(), ref)
    page = render_template(
        "facilitateur/controle.html", c=c, resultats=LIBELLES_RESULTAT, refus=refus, typee=request.form
    )
    return page, code


@bp.get("/<ref>")
@reserve_a(Role.FACILITATEUR)
def fiche(ref: str) -> Any:
    """The lines drawn, printable; what was found."""
    return _fiche(ref)


@bp.post("/<ref>/<int:rang>")
@reserve_a(Role.FACILITATEUR)
def ecrire(ref: str, rang: int) -> Any:
    """Write what was found for one line."""
    try:
        texte = request.form.get("constatees", "").strip()
        corrigee = relever(
            contexte(),
            acteur(),
            ref,
            rang,
            resultat=request.form.get("resultat", ""),
            constatees=lire_heures(texte, champ="constatees") if texte else None,
            constat=request.form.get("constat", "")[:500],
        )
    except ModifieEntreTemps as erreur:
        return _fiche(ref, 409, refus=(rang, erreur.message))
    except RegleViolee as erreur:
        return _fiche(ref, 422, refus=(rang, erreur.message))
    flash("Écrit. La ligne est corrigée, l'employeur est prévenu." if corrigee else "Écrit.")
    return redirect(url_for(".fiche", ref=ref, _anchor=f"ligne-{rang}"))
