"""Pages of signalements, shared by référents and facilitateurs: each gets them behind her own door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from wtforms import DateField, HiddenField, RadioField
from wtforms.validators import InputRequired, Optional

from marketplace.comptes.roles import Role
from marketplace.erreurs import ModifieEntreTemps, RegleViolee
from marketplace.propositions.signalements import services
from marketplace.propositions.signalements.queries import GROUPES, structures_a_signaler
from marketplace.propositions.signalements.rules import LIBELLES
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.dossiers.commun import lire
from marketplace.web.socle.formulaires import Formulaire, options
from marketplace.web.socle.propositions import CANAUX, lire_page, version_de


class FormulaireSignalement(Formulaire):
    """The agreement, once the application is made."""

    accord_canal = RadioField(
        "Comment a-t-elle donné son accord pour cette structure ?",
        [InputRequired("Dites comment la personne a donné son accord.")],
        choices=options((c.value, CANAUX[c.value]) for c in services.CANAUX_ACCORD),
    )
    accord_le = DateField("Le", [Optional()], description="Aujourd'hui, si vous ne dites rien.")
    structure = HiddenField()
    offre = HiddenField()


class FormulaireResultat(Formulaire):
    """What came of it."""

    resultat = RadioField(
        "Où en est-on ?",
        [InputRequired("Choisissez ce qui est arrivé.")],
        choices=options((r.value, libelle) for r, libelle in LIBELLES.items()),
    )
    resultat_le = DateField("Le", [Optional()], description="Le jour de la rencontre, de l'embauche ou de la réponse.")
    version = HiddenField()


def liste() -> Any:
    """Who is told of where, the oldest without news first."""
    groupe = request.args.get("groupe", "en_cours")
    groupe = groupe if groupe in GROUPES else "en_cours"
    page = services.lire_signalements(
        contexte(), acteur(), groupe=groupe, page=lire_page(request.args.get("page", "1"))
    )
    return render_template("socle/signalements/liste.html", page=page, groupe=groupe)


def nouveau(personne_ref: str) -> Any:
    """Choose a structure, then the page that leads to the national platform."""
    structure, offre = request.args.get("structure", ""), request.args.get("offre", "")
    if structure or offre:
        form = FormulaireSignalement(data={"structure": structure, "offre": offre})
        return _page_signaler(personne_ref, form)
    p = lire(personne_ref).fiche
    texte = request.args.get("q", "").strip()[:100]
    with contexte().lecture() as s:
        choix = structures_a_signaler(s, acteur().territoire_id, texte)
    return render_template("socle/signalements/choisir.html", p=p, choix=choix, texte=texte)


def _page_signaler(personne_ref: str, form: FormulaireSignalement, code: int = 200) -> Any:
    vu = services.preparer(
        contexte(),
        acteur(),
        personne_ref,
        organisation_ref=form.structure.data or None,
        offre_ref=form.offre.data or None,
    )
    return render_template("socle/signalements/signaler.html", vu=vu, form=form), code


def enregistrer(personne_ref: str) -> Any:
    """Keep that the application was made."""
    form = FormulaireSignalement()
    if not form.validate_on_submit():
        return _page_signaler(personne_ref, form, 422)
    try:
        ref = services.signaler(
            contexte(),
            acteur(),
            personne_ref,
            accord_canal=form.accord_canal.data,
            accord_le=form.accord_le.data,
            organisation_ref=form.structure.data or None,
            offre_ref=form.offre.data or None,
        )
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return _page_signaler(personne_ref, form, 422)
    flash("C'est noté. Dites ici ce qui arrive ensuite.")
    return redirect(url_for(".fiche", ref=ref))


def fiche(ref: str) -> Any:
    """One signalement: where it is, what to copy, what came of it."""
    return _page_fiche(ref, None)


def _page_fiche(ref: str, form: FormulaireResultat | None, code: int = 200) -> Any:
    vu, champs = services.lire_signalement(contexte(), acteur(), ref)
    if form is None:
        form = FormulaireResultat(formdata=None, data={"resultat": vu.resultat.value, "version": str(vu.version)})
    page = render_template("socle/signalements/fiche.html", x=vu, champs=champs, form=form, canaux=CANAUX)
    return page, code


def noter(ref: str) -> Any:
    """Write what came of it; a refusal keeps what was typed."""
    form = FormulaireResultat()
    if not form.validate_on_submit():
        return _page_fiche(ref, form, 422)
    try:
        services.noter_resultat(
            contexte(), acteur(), ref, form.resultat.data, le=form.resultat_le.data, version=version_de(form)
        )
    except ModifieEntreTemps as erreur:
        form.poser_erreur(erreur)
        return _page_fiche(ref, form, 409)
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return _page_fiche(ref, form, 422)
    flash("C'est noté.")
    return redirect(url_for(".fiche", ref=ref))


PAGES: tuple[tuple[str, str, str, Callable[..., Any]], ...] = (
    ("", "liste", "GET", liste),
    ("/nouveau/<personne_ref>", "nouveau", "GET", nouveau),
    ("/nouveau/<personne_ref>", "enregistrer", "POST", enregistrer),
    ("/<ref>", "fiche", "GET", fiche),
    ("/<ref>/resultat", "noter", "POST", noter),
)


def installer(bp: Blueprint, role: Role) -> None:
    """Hang these pages on an audience's blueprint, behind its door."""
    for chemin, nom, methode, vue in PAGES:
        bp.add_url_rule(chemin, nom, reserve_a(role)(vue), methods=[methode])
