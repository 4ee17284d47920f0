"""Signing in and out, the second factor, the hat worn, acting for somebody."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, g, jsonify, redirect, render_template, request, session, url_for
from flask_wtf.csrf import generate_csrf
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired

from marketplace.comptes import mots_de_passe, queries, services
from marketplace.comptes.roles import Role
from marketplace.comptes.services import Etape, Identifie
from marketplace.erreurs import RegleViolee
from marketplace.web.public.codes import image_du_code
from marketplace.web.socle.acces import (
    acteur,
    acteur_ou_rien,
    aussi_par_lien,
    chemin_local,
    connecte,
    contexte,
    public,
    reserve_a,
    vers_connexion,
)
from marketplace.web.socle.formulaires import Formulaire
from marketplace.web.socle.navigation import accueil_du_role
from marketplace.web.socle.securite import limiteur
from marketplace.web.socle.session import fermer_session, ouvrir_session, porter, secondes_restantes

bp = Blueprint("public_connexion", __name__)

ATTENTE_SECONDES = 600


class FormulaireConnexion(Formulaire):
    """Address and password."""

    courriel = StringField(
        "Adresse électronique",
        [InputRequired("Tapez votre adresse électronique.")],
        render_kw={"type": "email", "autocomplete": "username", "inputmode": "email"},
    )
    mot_de_passe = PasswordField(
        "Mot de passe",
        [InputRequired("Tapez votre mot de passe.")],
        render_kw={"autocomplete": "current-password"},
    )


class FormulaireCode(Formulaire):
    """The code of the second factor."""

    code = StringField(
        "Code à 6 chiffres",
        [InputRequired("Tapez le code affiché par votre application.")],
        description="Il est affiché par l'application d'authentification de votre téléphone.",
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": "8"},
    )


def _page_connexion(form: FormulaireConnexion, code: int = 200) -> Any:
    ctx = contexte()
    demonstration: tuple[queries.CompteDemonstration, ...] = ()
    if ctx.config.mode_demo:
        with ctx.lecture() as s:
            demonstration = queries.comptes_de_demonstration(s, ctx.aujourdhui())
    suite = chemin_local(request.values.get("suite"))
    return render_template("public/connexion.html", form=form, suite=suite, demonstration=demonstration), code


@bp.get("/connexion")
@public
def connexion() -> Any:
    """The sign-in page; somebody signed in is sent home."""
    if acteur_ou_rien() is not None:
        return redirect(chemin_local(request.args.get("suite")) or url_for(".chez_moi"))
    return _page_connexion(FormulaireConnexion())


@bp.post("/connexion")
@limiteur.limit("30 per minute")
@public
def identifier() -> Any:
    """Address and password typed."""
    form = FormulaireConnexion()
    if not form.validate():
        return _page_connexion(form, 422)
    try:
        identifie = services.connecter(contexte(), form.courriel.data or "", form.mot_de_passe.data or "")
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return _page_connexion(form, 422)
    return _avancer(identifie)


@bp.post("/connexion/demonstration")
@limiteur.limit("30 per minute")
@public
def demonstration() -> Any:
    """One click on an account of the demonstration (never outside demonstration mode)."""
    identifiant = request.form.get("utilisateur", default=0, type=int)
    return _avancer(services.entrer_en_demonstration(contexte(), identifiant))


def _avancer(identifie: Identifie) -> Any:
    suite = chemin_local(request.form.get("suite"))
    if identifie.etape is Etape.OUVRIR:
        return _entrer(identifie.utilisateur_id, suite)
    session["attente"] = {
        "utilisateur": identifie.utilisateur_id,
        "quand": int(contexte().horloge().timestamp()),
        "suite": suite,
        "secret": mots_de_passe.nouveau_secret() if identifie.etape is Etape.ENROLER else None,
    }
    return redirect(url_for(".second_facteur"))


def _entrer(utilisateur_id: int, suite: str | None) -> Any:
    """Open the session, then home, or where one was going; the hat is asked first when there are several."""
    ctx = contexte()
    try:
        jeton, hats = services.ouvrir(ctx, utilisateur_id)
    except RegleViolee as erreur:
        flash(erreur.message, "danger")
        return redirect(url_for(".connexion"))
    ouvrir_session(ctx, jeton, hats)
    if len(hats) > 1:
        return redirect(url_for(".choisir_role", suite=suite))
    return redirect(suite or url_for(".chez_moi"))


def _attente() -> dict[str, Any] | None:
    """The sign-in under way in this browser, while it is fresh."""
    attente: dict[str, Any] | None = session.get("attente")
    if attente and contexte().horloge().timestamp() - attente["quand"] <= ATTENTE_SECONDES:
        return attente
    session.pop("attente", None)
    return None


@bp.get("/connexion/second-facteur")
@public
def second_facteur() -> Any:
    """The code, or the setting up of the authenticator at the first sign-in."""
    attente = _attente()
    return _page_code(attente, FormulaireCode()) if attente else redirect(url_for(".connexion"))


def _page_code(attente: dict[str, Any], form: FormulaireCode, code_http: int = 200) -> Any:
    ctx = contexte()
    with ctx.lecture() as s:
        compte = queries.compte(s, attente["utilisateur"])
    if compte is None:
        return redirect(url_for(".connexion"))
    code_demo = None
    secret = attente["secret"] or compte.totp_secret
    if ctx.config.mode_demo and compte.demonstration and secret:
        code_demo = mots_de_passe.code_utilisable(secret, ctx.horloge(), compte.totp_dernier_pas)
    enrolement = None
    if attente["secret"]:
        enrolement = image_du_code(attente["secret"], compte.courriel)
    page = render_template("public/second_facteur.html", form=form, enrolement=enrolement, code_demo=code_demo)
    return page, code_http


@bp.post("/connexion/second-facteur")
@limiteur.limit("30 per minute")
@public
def verifier_code() -> Any:
    """The code typed."""
    attente = _attente()
    if attente is None:
        return redirect(url_for(".connexion"))
    form = FormulaireCode()
    if not form.validate():
        return _page_code(attente, form, 422)
    try:
        if attente["secret"]:
            services.enroler(contexte(), attente["utilisateur"], attente["secret"], form.code.data or "")
        else:
            services.accepter_code(contexte(), attente["utilisateur"], form.code.data or "")
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return _page_code(attente, form, 422)
    return _entrer(attente["utilisateur"], attente["suite"])


@bp.post("/deconnexion")
@aussi_par_lien
@public
def deconnexion() -> Any:
    """Sign out, on the server too."""
    utilisateur_id = services.utilisateur_de_session(contexte(), session)
    if utilisateur_id is not None:
        services.fermer_sessions(contexte(), utilisateur_id)
    fermer_session(contexte())
    flash("Vous êtes déconnecté.", "info")
    return redirect(url_for("public_pages.accueil"))


@bp.get("/session")
@aussi_par_lien
@public
def etat_session() -> Any:
    """What place.js asks: is the session open, for how long, and the token its forms must carry."""
    courant = acteur_ou_rien()
    reste = secondes_restantes(contexte(), session) if courant else 0
    reponse = jsonify(ouverte=courant is not None, reste=reste, csrf=generate_csrf() if courant else "")
    reponse.headers["Cache-Control"] = "no-store"
    return reponse


@bp.get("/chez-moi")
@connecte
def chez_moi() -> Any:
    """The home of the hat worn."""
    point = accueil_du_role(acteur().role)
    if point not in current_app.view_functions:
        point = "public_compte.mon_compte"
    return redirect(url_for(point))


@bp.get("/choisir-mon-role")
@public
def choisir_role() -> Any:
    """The hats one may wear."""
    ctx = contexte()
    utilisateur_id = services.utilisateur_de_session(ctx, session)
    if utilisateur_id is None:
        return vers_connexion()
    with ctx.lecture() as s:
        affectations = queries.affectations(s, utilisateur_id, ctx.aujourdhui())
    suite = chemin_local(request.args.get("suite"))
    return render_template(
        "public/choisir_role.html", affectations=affectations, suite=suite, courante=session.get("affectation")
    )


@bp.post("/choisir-mon-role")
@public
def prendre_role() -> Any:
    """One hat taken."""
    ctx = contexte()
    utilisateur_id = services.utilisateur_de_session(ctx, session)
    if utilisateur_id is None:
        return vers_connexion()
    affectation_id = request.form.get("affectation", default=0, type=int)
    services.choisir_role(ctx, utilisateur_id, affectation_id)
    session["affectation"] = affectation_id
    porter(None)
    return redirect(chemin_local(request.form.get("suite")) or url_for(".chez_moi"))


@bp.post("/agir-pour")
@reserve_a(Role.FACILITATEUR)
def agir_pour() -> Any:
    """Wear the hat of an organisation, or of a référent: « pour le compte de »."""
    ctx = contexte()
    try:
        pour = services.agir_pour(
            ctx,
            acteur(),
            source=request.form.get("source", ""),
            organisation_ref=request.form.get("organisation") or None,
            affectation_id=request.form.get("affectation", type=int),
        )
    except RegleViolee as erreur:
        flash(erreur.message, "danger")
        return redirect(chemin_local(request.referrer) or url_for(".chez_moi"))
    porter(pour)
    g.acteur = services.acteur_de_session(ctx, session)
    return redirect(chemin_local(request.form.get("suite")) or url_for(".chez_moi"))


@bp.post("/revenir-a-mon-role")
@connecte
def revenir() -> Any:
    """Back to one's own hat."""
    porter(None)
    return redirect(url_for(".chez_moi"))
