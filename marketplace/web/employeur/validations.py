"""An employer names somebody it found, and reads yes until when, no, or waiting."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from wtforms import BooleanField, DateField, SelectField, StringField, TelField
from wtforms.validators import InputRequired, Length, Optional

from marketplace.comptes.roles import Role
from marketplace.erreurs import RegleViolee
from marketplace.heures.queries.personne import validations_suivies_d_un_contrat
from marketplace.personnes import services
from marketplace.personnes.queries import marches_ouverts
from marketplace.personnes.services.lectures import lire_validations_demandees
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.formulaires import Formulaire, options, sans_nir

bp = Blueprint("employeur_validations", __name__, url_prefix="/employeur/validations")

OBLIGATOIRE = InputRequired("Remplissez ce champ.")


class FormulaireValidation(Formulaire):
    """Six answers on the person and the job."""

    prenom = StringField("Prénom", [OBLIGATOIRE, Length(max=100), sans_nir], render_kw={"autocomplete": "off"})
    nom = StringField("Nom", [OBLIGATOIRE, Length(max=100), sans_nir], render_kw={"autocomplete": "off"})
    date_naissance = DateField(
        "Date de naissance",
        [OBLIGATOIRE],
        description="Elle évite de confondre deux personnes. Elle ne vous sera plus montrée ensuite.",
    )
    telephone = TelField(
        "Téléphone de la personne",
        [Optional(), sans_nir],
        description="Le facilitateur l'appelle pour qu'elle lui montre ses justificatifs.",
        render_kw={"autocomplete": "off"},
    )
    marche = SelectField("Marché", [OBLIGATOIRE], choices=[])
    poste = StringField(
        "Poste", [OBLIGATOIRE, Length(max=100), sans_nir], description="Par exemple : maçon, agent d'entretien."
    )
    debut = DateField("Début prévu", [OBLIGATOIRE])
    personne_informee = BooleanField(
        "La personne est d'accord, et je lui ai remis la notice",
        [InputRequired("Remettez-lui la notice, puis cochez.")],
    )


def _formulaire() -> FormulaireValidation:
    form, moi = FormulaireValidation(), acteur()
    with contexte().lecture() as s:
        marches = marches_ouverts(s, moi.territoire_id, moi.organisation_id or 0)
    form.marche.choices = options([("", "Choisissez"), *((m.ref, m.intitule) for m in marches)])
    if len(marches) == 1 and not form.is_submitted():
        form.marche.data = marches[0].ref
    return form


@bp.get("")
@reserve_a(Role.EMPLOYEUR)
def liste() -> Any:
    """The questions this organisation asked and their answers."""
    ctx, moi = contexte(), acteur()
    with ctx.lecture() as s:
        embauchees = validations_suivies_d_un_contrat(s, moi.organisation_id)
    demandes = lire_validations_demandees(ctx, moi) if moi.organisation_verifiee else ()
    return render_template("employeur/validations.html", demandes=demandes, embauchees=embauchees)


@bp.get("/nouvelle")
@reserve_a(Role.EMPLOYEUR)
def nouvelle() -> Any:
    """A blank question."""
    return render_template("employeur/demander_validation.html", form=_formulaire())


@bp.post("/nouvelle")
@reserve_a(Role.EMPLOYEUR)
def demander() -> Any:
    """Ask."""
    form = _formulaire()
    if form.validate_on_submit():
        try:
            services.demander_validation(
                contexte(),
                acteur(),
                prenom=form.prenom.data or "",
                nom=form.nom.data or "",
                date_naissance=form.date_naissance.data,
                telephone=form.telephone.data or "",
                poste=form.poste.data or "",
                debut=form.debut.data,
                marche_ref=form.marche.data or "",
                personne_informee=bool(form.personne_informee.data),
            )
        except RegleViolee as erreur:
            if erreur.champ is None:
                raise
            form.poser_erreur(erreur)
        else:
            flash("Demande envoyée. La réponse s'affichera ici, et un courriel vous préviendra.")
            return redirect(url_for(".liste"))
    return render_template("employeur/demander_validation.html", form=form), 422


@bp.post("/<ref>/annuler")
@reserve_a(Role.EMPLOYEUR)
def annuler(ref: str) -> Any:
    """Take a question back."""
    services.annuler_validation(contexte(), acteur(), ref)
    flash("Demande annulée.")
    return redirect(url_for(".liste"))


@bp.get("/notice")
@reserve_a(Role.EMPLOYEUR)
def notice() -> Any:
    """One page to print and hand to the person: what is asked, to whom she shows her papers, her rights."""
    return render_template("employeur/notice_validation.html", territoire=_territoire())


def _territoire() -> Any:
    from marketplace.territoire.queries import territoires

    with contexte().lecture() as s:
        return next(t for t in territoires(s) if t.id == acteur().territoire_id)
