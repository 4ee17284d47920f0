"""The rankings of the territory: weights in force, what decisions taught, who is shown; approve, refuse, switch off."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from wtforms import BooleanField, HiddenField, SubmitField, TextAreaField
from wtforms.validators import Length

from marketplace.comptes.roles import Role
from marketplace.erreurs import ModifieEntreTemps, RegleViolee
from marketplace.propositions.decisions import services
from marketplace.propositions.decisions.queries import couche, couche_en_vigueur, couches, decisions_du_territoire
from marketplace.propositions.equite.queries import rapport as lire_rapport
from marketplace.propositions.equite.services import refaire_le_rapport
from marketplace.territoire.queries import reglages_en_vigueur
from marketplace.web.admin.reglages import texte_de
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.equite import page_rapport
from marketplace.web.socle.formulaires import Formulaire

bp = Blueprint("admin_classement", __name__, url_prefix="/admin/classement")

REGLAGES = (
    "poids_a_la_main",
    "poids_metier_proche",
    "poids_metier_voisin",
    "part_trajet_max",
    "personnes_montrees",
    "equite_alerte",
)
"""The settings that weigh on the rankings."""


class FormulaireCouche(Formulaire):
    """What a human decides of a learned layer."""

    mot = TextAreaField(
        "Votre motif",
        [Length(max=2000)],
        description="Une phrase, lisible par tous ceux que le classement concerne.",
        render_kw={"rows": "3"},
    )
    alerte_lue = BooleanField("J'ai lu l'alerte du rapport et je l'explique ci-dessus")
    version = HiddenField()
    approuver = SubmitField("Approuver : elle comptera")
    refuser = SubmitField("Refuser")


@bp.get("")
@reserve_a(Role.ADMINISTRATEUR)
def accueil() -> Any:
    """Weights in force, the learned layer if any, the last report of fairness."""
    ctx, moi = contexte(), acteur()
    with ctx.lecture() as s:
        en_vigueur = {r.parametre.cle: r for r in reglages_en_vigueur(s, moi.territoire_id, ctx.aujourdhui())}
        return render_template(
            "admin/classement.html",
            reglages=[en_vigueur[cle] for cle in REGLAGES],
            texte_de=texte_de,
            active=couche_en_vigueur(s, moi.territoire_id),
            couches=couches(s, moi.territoire_id),
            decisions=decisions_du_territoire(s, moi.territoire_id),
            minimum=services.MINIMUM,
            rapport=lire_rapport(s, moi),
        )


@bp.post("/apprendre")
@reserve_a(Role.ADMINISTRATEUR)
def apprendre() -> Any:
    """Learn from the decisions taken so far; what is learned waits to be examined."""
    try:
        fait = services.apprendre_des_decisions(contexte(), acteur())
    except RegleViolee as refus:
        flash(refus.message, "warning")
        return redirect(url_for(".accueil"))
    if not fait.nouvelle:
        flash("Aucune décision nouvelle : voici ce qui en fut déjà appris.", "warning")
    return redirect(url_for(".examiner", ref=fait.ref))


@bp.get("/couches/<ref>")
@reserve_a(Role.ADMINISTRATEUR)
def examiner(ref: str) -> Any:
    """What was learned, how well it foretells, and its report of fairness."""
    return _page(ref, FormulaireCouche(formdata=None))


def _page(ref: str, form: FormulaireCouche, code: int = 200, conflit: str = "") -> Any:
    with contexte().lecture() as s:
        vue = couche(s, acteur().territoire_id, ref)
        rapport = lire_rapport(s, acteur(), vue.rapport_id) if vue.rapport_id else None
    form.version.data = str(vue.version)
    return render_template("admin/couche.html", c=vue, r=rapport, form=form, conflit=conflit), code


@bp.post("/couches/<ref>")
@reserve_a(Role.ADMINISTRATEUR)
def decider(ref: str) -> Any:
    """Approve or refuse, in a word."""
    form = FormulaireCouche()
    if not form.validate_on_submit():
        return _page(ref, form, 422)
    version = int(form.version.data) if str(form.version.data).isdigit() else 0
    mot = form.mot.data or ""
    try:
        if form.approuver.data:
            services.approuver_couche(
                contexte(), acteur(), ref, mot, alerte_lue=bool(form.alerte_lue.data), version=version
            )
            flash("Approuvée : les prochains classements en tiennent compte, et le disent.")
        else:
            services.refuser_couche(contexte(), acteur(), ref, mot, version=version)
            flash("Refusée : les classements ne changent pas.")
    except ModifieEntreTemps as erreur:
        return _page(ref, form, 409, erreur.message)
    except RegleViolee as refus:
        form.poser_erreur(refus)
        return _page(ref, form, 422)
    return redirect(url_for(".accueil"))


@bp.post("/couches/<ref>/eteindre")
@reserve_a(Role.ADMINISTRATEUR)
def eteindre(ref: str) -> Any:
    """Off at once."""
    services.eteindre_couche(contexte(), acteur(), ref)
    flash("Éteinte : le prochain classement ne l'utilise plus.")
    return redirect(url_for(".accueil"))


@bp.get("/equite")
@reserve_a(Role.ADMINISTRATEUR)
def equite() -> Any:
    """The last report of fairness."""
    return page_rapport("admin_classement.rapport")


@bp.get("/equite/<int:rapport_id>")
@reserve_a(Role.ADMINISTRATEUR)
def rapport(rapport_id: int) -> Any:
    """One report."""
    return page_rapport("admin_classement.rapport", rapport_id)


@bp.post("/equite")
@reserve_a(Role.ADMINISTRATEUR)
def refaire() -> Any:
    """The report of this month, made again now."""
    numero = refaire_le_rapport(contexte(), acteur())
    flash("Le rapport du mois est refait.")
    return redirect(url_for(".rapport", rapport_id=numero))
