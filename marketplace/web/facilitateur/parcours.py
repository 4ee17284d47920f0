"""Paths of people shared with the facilitateur of another territory, until a day."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from wtforms import DateField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from marketplace.comptes.roles import Role
from marketplace.heures.rules.parcours import FINALITES
from marketplace.heures.services.parcours import (
    arreter_partage,
    lire_parcours_partage,
    lire_partages,
    lire_partages_de,
    partager_parcours,
)
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.dossiers.commun import CANAUX_TOUS, agir
from marketplace.web.socle.formulaires import Formulaire, options, sans_nir

bp = Blueprint("facilitateur_parcours", __name__, url_prefix="/facilitateur/parcours")


class FormulairePartage(Formulaire):
    """To whom, why, until when, and her agreement."""

    courriel = StringField(
        "Adresse du facilitateur",
        [InputRequired("Écrivez son adresse électronique."), Length(max=200), sans_nir],
        description="Celle avec laquelle il se connecte ici, dans un autre territoire.",
        render_kw={"type": "email", "autocomplete": "off"},
    )
    finalite = SelectField("Pourquoi", choices=options(FINALITES.items()))
    accord_le = DateField("Accord de la personne, le", [Optional()])
    accord_canal = SelectField("Accord donné", choices=options(CANAUX_TOUS))
    jusqu_au = DateField("Ouvert jusqu'au", [Optional()], description="Un an au plus. Le partage se ferme seul.")


@bp.get("")
@reserve_a(Role.FACILITATEUR)
def liste() -> Any:
    """What others opened to me, what others may read here."""
    return render_template("facilitateur/parcours.html", vus=lire_partages(contexte(), acteur()))


@bp.route("/partager/<ref>", methods=["GET", "POST"])
@reserve_a(Role.FACILITATEUR)
def partager(ref: str) -> Any:
    """Open a path."""
    form, code = FormulairePartage(), 200
    if form.is_submitted():
        code = agir(
            form,
            lambda: partager_parcours(
                contexte(),
                acteur(),
                ref,
                courriel=form.courriel.data or "",
                finalite=form.finalite.data,
                accord_le=form.accord_le.data,
                accord_canal=form.accord_canal.data,
                jusqu_au=form.jusqu_au.data,
            ),
        )
        if code == 0:
            flash("Parcours partagé. Il se fermera seul à la date dite.")
            return redirect(url_for(".partager", ref=ref))
    nom, partages = lire_partages_de(contexte(), acteur(), ref)
    return render_template("facilitateur/parcours_partager.html", form=form, ref=ref, nom=nom, partages=partages), code


@bp.post("/<int:numero>/arreter")
@reserve_a(Role.FACILITATEUR)
def arreter(numero: int) -> Any:
    """Close a share."""
    ref = arreter_partage(contexte(), acteur(), numero)
    flash("Partage arrêté : le parcours n'est plus lisible.")
    return redirect(url_for(".partager", ref=ref))


@bp.get("/<int:numero>")
@reserve_a(Role.FACILITATEUR)
def lire(numero: int) -> Any:
    """A path opened to me, to read only."""
    return render_template("facilitateur/parcours_lu.html", lu=lire_parcours_partage(contexte(), acteur(), numero))
