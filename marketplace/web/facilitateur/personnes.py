"""The vivier of the territory, the file of a person, and the people to validate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from wtforms import DateField, HiddenField, SelectField, StringField
from wtforms.validators import Length, Optional

from marketplace.comptes.roles import Role
from marketplace.erreurs import Introuvable, ModifieEntreTemps, RegleViolee
from marketplace.personnes import services
from marketplace.personnes.queries import ValidationATraiter, nombre_a_traiter
from marketplace.personnes.rules.pieces import LIBELLES_CATEGORIES, PIECES
from marketplace.personnes.rules.proteges import avertir
from marketplace.propositions.services.doublons import distinguer_fiches, lire_doublons, reunir_fiches
from marketplace.web.socle import dossiers
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.filtres import pluriel
from marketplace.web.socle.formulaires import Formulaire, options, sans_nir

bp = Blueprint("facilitateur_personnes", __name__, url_prefix="/facilitateur/personnes")


class FormulaireReponse(Formulaire):
    """The answer to one question, with the proof just seen if there is one."""

    categorie = SelectField("Situation prouvée", choices=options([("", "Déjà notée"), *LIBELLES_CATEGORIES.items()]))
    depuis = DateField("Depuis le", [Optional("Écrivez une date.")])
    jusqu_au = DateField("Jusqu'au", [Optional("Écrivez une date.")])
    preuve_type = SelectField("Justificatif vu", choices=options([("", "Choisissez"), *PIECES.items()]))
    preuve_le = DateField("Date écrite sur le justificatif", [Optional("Écrivez une date.")])
    type_contrat = SelectField("Contrat prévu", choices=options([("cdd", "CDD, intérim ou autre"), ("cdi", "CDI")]))
    note = StringField(
        "Note pour l'équipe", [Optional(), Length(max=500), sans_nir], description="L'employeur ne la lit pas."
    )
    version = HiddenField()


@bp.get("")
@reserve_a(Role.FACILITATEUR)
def liste() -> Any:
    """People of the territory: names, and yes or no."""
    with contexte().lecture() as s:
        a_valider = nombre_a_traiter(s, acteur().territoire_id)
    return render_template("facilitateur/personnes.html", a_valider=a_valider, **dossiers.page_de_liste(request.args))


@bp.get("/a-valider")
@reserve_a(Role.FACILITATEUR)
def a_valider() -> Any:
    """The queue: those whose proof is in order in one click, then one by one."""
    file = services.lire_validations(contexte(), acteur())
    return render_template("facilitateur/a_valider.html", file=file, pretes=[v for v in file if v.prete])


@bp.post("/a-valider")
@reserve_a(Role.FACILITATEUR)
def valider_en_lot() -> Any:
    """Say yes to the ticked ones."""
    lot = services.repondre_en_lot(contexte(), acteur(), request.form.getlist("ref"))
    if lot.repondues:
        flash(f"{pluriel(len(lot.repondues), 'personne validée', 'personnes validées')}.")
    for ref, motif in lot.laissees:
        flash(f"{ref} : {motif}", "warning")
    if not lot.repondues and not lot.laissees:
        flash("Cochez au moins une personne.", "warning")
    return redirect(url_for(".a_valider"))


def _trouver(ref: str) -> ValidationATraiter:
    for validation in services.lire_validations(contexte(), acteur()):
        if validation.ref == ref:
            return validation
    raise Introuvable()


@bp.get("/a-valider/<ref>")
@reserve_a(Role.FACILITATEUR)
def repondre(ref: str) -> Any:
    """One question, with what was seen and what the answer would open."""
    validation = _trouver(ref)
    form = FormulaireReponse(formdata=None, version=validation.version)
    return render_template("facilitateur/repondre_validation.html", v=validation, form=form)


@bp.post("/a-valider/<ref>")
@reserve_a(Role.FACILITATEUR)
def enregistrer_reponse(ref: str) -> Any:
    """Answer yes or no."""
    form, oui = FormulaireReponse(), request.form.get("reponse") == "oui"
    code = 422
    if form.validate_on_submit():
        preuve = None
        if form.categorie.data and oui:
            preuve = services.PreuveVue(
                form.categorie.data,
                form.preuve_type.data or "",
                form.preuve_le.data,
                form.depuis.data,
                form.jusqu_au.data,
            )
        try:
            services.repondre_validation(
                contexte(),
                acteur(),
                ref,
                oui=oui,
                preuve=preuve,
                type_contrat=form.type_contrat.data or "cdd",
                note=form.note.data or "",
                version=int(form.version.data) if str(form.version.data).isdigit() else 0,
            )
        except ModifieEntreTemps as erreur:
            form.poser_erreur(erreur)
            code = 409
        except Introuvable:
            raise
        except RegleViolee as erreur:
            form.poser_erreur(erreur)
        else:
            if avis := avertir(form.note.data or ""):
                flash(avis, "warning")
            flash("Personne validée." if oui else "Réponse envoyée : non.")
            return redirect(url_for(".a_valider"))
    return render_template("facilitateur/repondre_validation.html", v=_trouver(ref), form=form), code


@bp.get("/doublons")
@reserve_a(Role.FACILITATEUR)
def doublons() -> Any:
    """Files that may be one person's, side by side."""
    return render_template("facilitateur/doublons.html", groupes=lire_doublons(contexte(), acteur()))


@bp.post("/doublons/reunir")
@reserve_a(Role.FACILITATEUR)
def reunir() -> Any:
    """Keep one file, erase the other."""
    return _trancher(reunir_fiches, "Fiches réunies : les référents suivent maintenant la même.")


@bp.post("/doublons/distinguer")
@reserve_a(Role.FACILITATEUR)
def distinguer() -> Any:
    """They are two people."""
    return _trancher(distinguer_fiches, "C'est noté : deux personnes différentes.")


def _trancher(acte: Callable[..., None], fait: str) -> Any:
    try:
        acte(contexte(), acteur(), request.form.get("ref", ""), request.form.get("autre", ""))
    except Introuvable:
        raise
    except RegleViolee as refus:
        flash(refus.message, "warning")
    else:
        flash(fait)
    return redirect(url_for(".doublons"))


@bp.get("/<ref>")
@reserve_a(Role.FACILITATEUR)
def fiche(ref: str) -> Any:
    """One person; her situation only where she agreed to a validation or a proposition."""
    return render_template("facilitateur/personne.html", **dossiers.page_de_fiche(ref))


dossiers.installer(bp, Role.FACILITATEUR)
