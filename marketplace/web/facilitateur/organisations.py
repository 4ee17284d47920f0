"""The directory: firms, structures, buyers and services, and acting for them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from marketplace.comptes import queries
from marketplace.comptes.annuaire import annuaire, suggestions_organisations
from marketplace.comptes.effectifs import EFFECTIFS
from marketplace.comptes.models import STRUCTURES_INSERTION, TypeOrganisation
from marketplace.comptes.queries import LIBELLES_TYPES
from marketplace.comptes.roles import LIBELLES_SOURCE, Role
from marketplace.comptes.services import creer_organisation, tenir_annuaire, verifier_organisation
from marketplace.erreurs import RegleViolee
from marketplace.heures.queries import avancements
from marketplace.marches.queries import FiltresMarches, marches_de_l_organisation, relances_de
from marketplace.marches.services.saisie import lire_commune_saisie
from marketplace.territoire.queries import communes_dans_un_rayon
from marketplace.web.facilitateur.filtres_marches import RAYONS, entier
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.formulaires import ChampSuggestions, Formulaire, options

bp = Blueprint("facilitateur_organisations", __name__, url_prefix="/facilitateur/organisations")

FAMILLES = {
    "": ("Toutes", ()),
    "structures": ("Structures d'insertion et du handicap", tuple(STRUCTURES_INSERTION)),
    "entreprises": ("Entreprises", (TypeOrganisation.ENTREPRISE, TypeOrganisation.ETT)),
    "acheteurs": ("Acheteurs", (TypeOrganisation.ACHETEUR,)),
    "prescripteurs": ("Services prescripteurs", (TypeOrganisation.PRESCRIPTEUR,)),
}
ENTREPRISES = tuple(
    t
    for t in TypeOrganisation
    if t not in (TypeOrganisation.ACHETEUR, TypeOrganisation.PRESCRIPTEUR, TypeOrganisation.OPCS)
)


RESERVEES = (TypeOrganisation.OPCS, TypeOrganisation.PRESCRIPTEUR)
"""Those who see people's situations are opened by an administrator alone."""


class FormulaireOrganisation(Formulaire):
    """A firm, a structure, a buyer."""

    nom = StringField("Nom", [InputRequired("Donnez un nom."), Length(max=200)])
    type = SelectField(
        "Type",
        [InputRequired("Choisissez un type.")],
        choices=options(
            [("", "Choisissez"), *((t.value, LIBELLES_TYPES[t]) for t in TypeOrganisation if t not in RESERVEES)]
        ),
    )
    commune = ChampSuggestions("Commune", [Optional()], source="/suggestions/communes")
    siret = StringField("SIRET", [Optional()], render_kw={"inputmode": "numeric"})
    activites = StringField("Activités", [Optional()])
    telephone = StringField("Téléphone", [Optional(), Length(max=30)], render_kw={"type": "tel"})
    courriel = StringField("Courriel", [Optional(), Length(max=200)], render_kw={"type": "email"})


class FormulaireAnnuaire(Formulaire):
    """What the directory says of an organisation, as it was just told."""

    activites = TextAreaField("Activités", [Length(max=2000)], description="Métiers et services, en quelques mots.")
    capacite = IntegerField(
        "Capacité",
        [Optional()],
        description="Nombre de places ou de postes, si la structure le dit.",
        render_kw={"inputmode": "numeric", "type": "text"},
    )
    effectif = SelectField(
        "Taille",
        choices=options([("", "Non précisée"), *EFFECTIFS.items()]),
        default="",
        description="Pour les bilans.",
    )
    adresse = StringField("Adresse", [Length(max=200)])
    telephone = StringField("Téléphone", [Length(max=30)], render_kw={"type": "tel"})
    courriel = StringField("Courriel", [Length(max=200)], render_kw={"type": "email"})
    site = StringField("Site", [Length(max=200)])


@bp.get("")
@reserve_a(Role.FACILITATEUR)
def liste() -> Any:
    """The directory, by type, activity and distance."""
    moi, erreur, distances = acteur(), "", None
    famille = request.args.get("famille", "")
    types: tuple[TypeOrganisation, ...] = FAMILLES.get(famille, FAMILLES[""])[1]
    if famille in set(TypeOrganisation):
        types = (TypeOrganisation(famille),)
    commune = request.args.get("commune", "").strip()
    rayon = entier(request.args.get("rayon", "20"), 20)
    with contexte().lecture() as s:
        if commune:
            try:
                code = lire_commune_saisie(s, moi.territoire_id, commune)
                distances = communes_dans_un_rayon(s, code or "", rayon)
            except RegleViolee as refus:
                erreur = refus.message
        page = annuaire(
            s,
            moi.territoire_id,
            types=types,
            texte=request.args.get("q", "")[:100],
            distances=distances,
            page=entier(request.args.get("page", "1"), 1),
        )
    parametres = {k: v for k, v in request.args.items() if v and k != "page"}
    choix = {v: libelle for v, (libelle, _) in FAMILLES.items()} | {
        t.value: LIBELLES_TYPES[t] for t in TypeOrganisation
    }
    return render_template(
        "facilitateur/organisations.html",
        page=page,
        parametres=parametres,
        familles=choix,
        rayons=RAYONS,
        erreur=erreur,
    )


@bp.get("/suggestions")
@reserve_a(Role.FACILITATEUR)
def suggestions() -> Any:
    """Names for a combobox."""
    types = (TypeOrganisation.ACHETEUR,) if request.args.get("type") == "acheteur" else ENTREPRISES
    with contexte().lecture() as s:
        noms = suggestions_organisations(s, acteur().territoire_id, request.args.get("q", "")[:100], types)
    return jsonify([{"valeur": nom, "libelle": nom} for nom in noms])


@bp.get("/nouvelle")
@reserve_a(Role.FACILITATEUR)
def nouvelle() -> Any:
    """A blank organisation."""
    form = FormulaireOrganisation(formdata=None)
    return render_template("facilitateur/organisation_saisie.html", form=form)


@bp.post("/nouvelle")
@reserve_a(Role.FACILITATEUR)
def enregistrer() -> Any:
    """Enter an organisation."""
    form, ctx, moi = FormulaireOrganisation(), contexte(), acteur()
    if form.validate_on_submit():
        try:
            with ctx.lecture() as s:
                commune = lire_commune_saisie(s, moi.territoire_id, form.commune.data or "")
            ref = creer_organisation(
                ctx,
                moi,
                type_=TypeOrganisation(form.type.data),
                nom=form.nom.data or "",
                siret=form.siret.data or "",
                code_insee=commune,
                telephone=form.telephone.data or "",
                courriel=form.courriel.data or "",
                activites=form.activites.data or "",
            )
        except RegleViolee as erreur:
            form.poser_erreur(erreur)
        else:
            flash(f"{form.nom.data} est dans l'annuaire.")
            return redirect(url_for(".fiche", ref=ref))
    return render_template("facilitateur/organisation_saisie.html", form=form), 422


@bp.get("/<ref>")
@reserve_a(Role.FACILITATEUR)
def fiche(ref: str) -> Any:
    """One organisation: how to reach it, its marchés, acting for it."""
    ctx, moi = contexte(), acteur()
    with ctx.lecture() as s:
        o = queries.organisation(s, moi.territoire_id, ref)
        if o is None:
            abort(404)
        membres = queries.affectations_de_l_organisation(s, moi.territoire_id, ref, ctx.aujourdhui())
        marches = marches_de_l_organisation(s, moi.territoire_id, o.id, FiltresMarches())
        progres = avancements(s, [m.id for m in marches.lignes], ctx.aujourdhui())
        relances = relances_de(s, moi.territoire_id, "organisation", o.id, 5)
    agissables: list[tuple[str, int | str, str]] = []
    if o.type is TypeOrganisation.PRESCRIPTEUR:
        agissables = [("affectation", m.id, m.utilisateur_nom) for m in membres if m.role is Role.REFERENT]
    elif o.type is not TypeOrganisation.OPCS:
        agissables = [("organisation", o.ref, o.nom)]
    return render_template(
        "facilitateur/organisation.html",
        o=o,
        membres=membres,
        marches=marches,
        progres_par_marche=progres,
        relances=relances,
        agissables=agissables,
        sources=LIBELLES_SOURCE,
        verifiable=o.verifiee_le is None and o.type not in RESERVEES,
    )


@bp.post("/<ref>/verifier")
@reserve_a(Role.FACILITATEUR)
def verifier(ref: str) -> Any:
    """Say that an organisation was checked: it may now see people proposed to it."""
    verifier_organisation(contexte(), acteur(), ref)
    flash("Organisation vérifiée : elle peut voir les personnes qu'on lui propose.")
    return redirect(url_for(".fiche", ref=ref))


def _fiche_annuaire(ref: str) -> queries.OrganisationVue:
    with contexte().lecture() as s:
        o = queries.organisation(s, acteur().territoire_id, ref)
    if o is None or o.type in RESERVEES:
        abort(404)
    return o


@bp.get("/<ref>/annuaire")
@reserve_a(Role.FACILITATEUR)
def annuaire_saisie(ref: str) -> Any:
    """What the directory says of it, to correct."""
    o = _fiche_annuaire(ref)
    return render_template("facilitateur/organisation_annuaire.html", o=o, form=FormulaireAnnuaire(None, obj=o))


@bp.post("/<ref>/annuaire")
@reserve_a(Role.FACILITATEUR)
def annuaire_enregistrer(ref: str) -> Any:
    """Correct it, and date it of today."""
    o, form = _fiche_annuaire(ref), FormulaireAnnuaire()
    if form.validate_on_submit():
        try:
            tenir_annuaire(
                contexte(),
                acteur(),
                ref,
                activites=form.activites.data or "",
                adresse=form.adresse.data or "",
                telephone=form.telephone.data or "",
                courriel=form.courriel.data or "",
                site=form.site.data or "",
                capacite=form.capacite.data,
                effectif=form.effectif.data or "",
            )
        except RegleViolee as erreur:
            form.poser_erreur(erreur)
        else:
            flash(f"La fiche de {o.nom} est à jour d'aujourd'hui.")
            return redirect(url_for(".fiche", ref=ref))
    return render_template("facilitateur/organisation_annuaire.html", o=o, form=form), 422
