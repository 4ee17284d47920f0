"""The vivier of the territory, the file of a person, files that may be one person's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from marketplace.comptes.roles import Role
from marketplace.erreurs import RegleViolee
from marketplace.heures.queries.questionnaires import opinions as lire_opinions
from marketplace.heures.rules.questionnaire import ECHELLE, QUESTIONS
from marketplace.personnes.queries import nombre_a_traiter
from marketplace.propositions.libres import lire_libres
from marketplace.propositions.services.doublons import distinguer_fiches, lire_doublons, reunir_fiches
from marketplace.web.socle import dossiers
from marketplace.web.socle.acces import acteur, contexte, reserve_a

bp = Blueprint("facilitateur_personnes", __name__, url_prefix="/facilitateur/personnes")


@bp.get("")
@reserve_a(Role.FACILITATEUR)
def liste() -> Any:
    """People of the territory: names, and yes or no."""
    with contexte().lecture() as s:
        a_valider = nombre_a_traiter(s, acteur().territoire_id)
    return render_template("facilitateur/personnes.html", a_valider=a_valider, **dossiers.page_de_liste(request.args))


@bp.get("/opinions")
@reserve_a(Role.FACILITATEUR)
def opinions() -> Any:
    """What people said at the end of their contrats, five answers at least."""
    with contexte().lecture() as s:
        lues = lire_opinions(s, acteur().territoire_id, contexte().aujourdhui())
    return render_template("facilitateur/opinions.html", o=lues, questions=QUESTIONS, echelle=ECHELLE)


@bp.get("/libres")
@reserve_a(Role.FACILITATEUR)
def libres() -> Any:
    """People already answered « oui » and without work today: those « combler l'écart » counts."""
    return render_template("facilitateur/libres.html", libres=lire_libres(contexte(), acteur()))


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


dossiers.installer_rattachements(bp, Role.FACILITATEUR)
dossiers.installer(bp, Role.FACILITATEUR)
