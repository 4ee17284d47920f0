"""Organisations: enter them, verify them before they see anybody (R10, R111)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from marketplace.comptes import queries, services
from marketplace.comptes.models import TypeOrganisation
from marketplace.comptes.roles import Role
from marketplace.erreurs import RegleViolee
from marketplace.territoire.queries import chercher_communes
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.formulaires import ChampSuggestions, Formulaire, options
from marketplace.web.socle.listes import numero_de_page, parametres

bp = Blueprint("admin_organisations", __name__, url_prefix="/admin/organisations")


class FormulaireFiche(Formulaire):
    """What the directory says of an organisation."""

    nom = StringField("Nom", [InputRequired("Donnez le nom."), Length(max=200)])
    adresse = StringField("Adresse", [Length(max=200)])
    telephone = StringField("Téléphone", [Length(max=30)], render_kw={"type": "tel"})
    courriel = StringField("Courriel", [Length(max=200)], render_kw={"type": "email"})
    site = StringField("Site", [Length(max=200)], render_kw={"type": "url"})
    activites = TextAreaField("Activités", [Length(max=2000)], description="Métiers et services, en quelques mots.")


class FormulaireOrganisation(FormulaireFiche):
    """A new organisation."""

    type_ = SelectField("Type", choices=options(queries.LIBELLES_TYPES.items()))
    siret = StringField("SIRET", [Length(max=20)], description="14 chiffres.", render_kw={"inputmode": "numeric"})
    commune = ChampSuggestions("Commune", source="/suggestions/communes")


def _fiche(ref: str) -> queries.OrganisationVue:
    with contexte().lecture() as s:
        trouvee = queries.organisation(s, acteur().territoire_id, ref)
    if trouvee is None:
        abort(404)
    return trouvee


@bp.get("/")
@reserve_a(Role.ADMINISTRATEUR)
def liste() -> Any:
    """The organisations of the territory; those to verify are one filter away."""
    texte, type_ = request.args.get("q", "").strip(), request.args.get("type", "")
    etat = request.args.get("etat", "")
    with contexte().lecture() as s:
        page = queries.organisations(
            s,
            acteur().territoire_id,
            texte=texte,
            types=[TypeOrganisation(type_)] if type_ in set(TypeOrganisation) else None,
            verifiees={"verifiees": True, "a_verifier": False}.get(etat),
            page=numero_de_page(),
        )
    return render_template(
        "admin/organisations.html",
        organisations=page,
        texte=texte,
        type_=type_,
        etat=etat,
        types=queries.LIBELLES_TYPES,
        parametres=parametres(q=texte, type=type_, etat=etat),
    )


@bp.get("/nouvelle")
@reserve_a(Role.ADMINISTRATEUR)
def nouvelle() -> Any:
    """The form of a new organisation."""
    return render_template("admin/organisation_nouvelle.html", form=FormulaireOrganisation())


@bp.post("/nouvelle")
@reserve_a(Role.ADMINISTRATEUR)
def creer() -> Any:
    """An organisation entered; not verified yet."""
    form = FormulaireOrganisation()
    if not form.validate():
        return render_template("admin/organisation_nouvelle.html", form=form), 422
    ctx = contexte()
    try:
        with ctx.lecture() as s:
            code = _code_commune(s, form.commune.data or "")
        ref = services.creer_organisation(
            ctx,
            acteur(),
            type_=TypeOrganisation(form.type_.data),
            nom=form.nom.data or "",
            siret=form.siret.data or "",
            code_insee=code,
            adresse=form.adresse.data or "",
            telephone=form.telephone.data or "",
            courriel=form.courriel.data or "",
            site=form.site.data or "",
            activites=form.activites.data or "",
        )
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return render_template("admin/organisation_nouvelle.html", form=form), 422
    flash("L'organisation est inscrite. Vérifiez-la pour qu'elle voie des personnes.")
    return redirect(url_for(".fiche", ref=ref))


def _code_commune(s: Any, texte: str) -> str | None:
    """The commune whose name, « name (département) » or code was typed."""
    if not texte.strip():
        return None
    trouvees = chercher_communes(s, texte.partition("(")[0], limite=20)
    exactes = [c for c in trouvees if texte.strip() in {c.libelle, c.nom, c.code_insee}]
    if not exactes:
        raise RegleViolee("Commune inconnue : choisissez-la dans la liste.", champ="commune")
    return exactes[0].code_insee


def _page_fiche(ref: str, form: FormulaireFiche | None = None, code: int = 200) -> Any:
    ctx = contexte()
    organisation = _fiche(ref)
    with ctx.lecture() as s:
        affectations = queries.affectations_de_l_organisation(s, acteur().territoire_id, ref, ctx.aujourdhui())
    page = render_template(
        "admin/organisation.html",
        organisation=organisation,
        affectations=affectations,
        form=form or FormulaireFiche(obj=organisation),
    )
    return page, code


@bp.get("/<ref>")
@reserve_a(Role.ADMINISTRATEUR)
def fiche(ref: str) -> Any:
    """One organisation, its members, whether it is verified."""
    return _page_fiche(ref)


@bp.post("/<ref>")
@reserve_a(Role.ADMINISTRATEUR)
def modifier(ref: str) -> Any:
    """What the directory says of it, corrected."""
    form = FormulaireFiche()
    if not form.validate():
        return _page_fiche(ref, form, 422)
    try:
        services.modifier_organisation(
            contexte(),
            acteur(),
            ref,
            nom=form.nom.data or "",
            adresse=form.adresse.data or "",
            telephone=form.telephone.data or "",
            courriel=form.courriel.data or "",
            site=form.site.data or "",
            activites=form.activites.data or "",
        )
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return _page_fiche(ref, form, 422)
    flash("L'annuaire est corrigé.")
    return redirect(url_for(".fiche", ref=ref))


@bp.post("/<ref>/verifier")
@reserve_a(Role.ADMINISTRATEUR)
def verifier(ref: str) -> Any:
    """Say that it was checked, or suspend it."""
    verifiee = request.form.get("verifiee") == "oui"
    try:
        services.verifier_organisation(contexte(), acteur(), ref, verifiee=verifiee)
    except RegleViolee as erreur:
        flash(erreur.message, "danger")
    else:
        flash("L'organisation est vérifiée." if verifiee else "L'organisation est suspendue.")
    return redirect(url_for(".fiche", ref=ref))
