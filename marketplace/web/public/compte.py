"""One's own account: password, hats, second factor; a password forgotten, an invitation accepted."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, session, url_for
from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired

from marketplace.comptes import mots_de_passe, queries, services
from marketplace.comptes.models import TypeJeton
from marketplace.comptes.rules import second_facteur_exige
from marketplace.erreurs import RegleViolee
from marketplace.web.public.codes import image_du_code
from marketplace.web.public.connexion import FormulaireCode
from marketplace.web.socle.acces import acteur, connecte, contexte, public
from marketplace.web.socle.formulaires import Formulaire
from marketplace.web.socle.securite import limiteur
from marketplace.web.socle.session import fermer_session

bp = Blueprint("public_compte", __name__)

AIDE = (
    "Au moins 14 caractères, de trois sortes : minuscules, majuscules, chiffres, signes. "
    "Une phrase de sept mots convient aussi."
)


def _nouveau() -> PasswordField:
    return PasswordField(
        "Nouveau mot de passe",
        [InputRequired("Choisissez un mot de passe.")],
        description=AIDE,
        render_kw={"autocomplete": "new-password"},
    )


def _encore() -> PasswordField:
    return PasswordField(
        "Encore une fois",
        [
            InputRequired("Retapez le mot de passe."),
            EqualTo("mot_de_passe", "Les deux saisies diffèrent : retapez-les."),
        ],
        render_kw={"autocomplete": "new-password"},
    )


class FormulaireMotDePasse(Formulaire):
    """A first, or another, password."""

    mot_de_passe = _nouveau()
    encore = _encore()


class FormulaireChangement(Formulaire):
    """The old password and the new one."""

    ancien = PasswordField(
        "Mot de passe actuel",
        [InputRequired("Tapez votre mot de passe actuel.")],
        render_kw={"autocomplete": "current-password"},
    )
    mot_de_passe = _nouveau()
    encore = _encore()


class FormulaireOubli(Formulaire):
    """The address of an account."""

    courriel = StringField(
        "Adresse électronique",
        [InputRequired("Tapez votre adresse électronique.")],
        render_kw={"type": "email", "autocomplete": "username", "inputmode": "email"},
    )


class FormulaireSecondFacteur(FormulaireCode):
    """A new authenticator: password again, then its first code."""

    mot_de_passe = PasswordField(
        "Mot de passe actuel",
        [InputRequired("Tapez votre mot de passe.")],
        render_kw={"autocomplete": "current-password"},
    )


def _identifiant() -> int:
    """Id of the user signed in: behind `connecte` there is always one."""
    identifiant = acteur().utilisateur_id
    if identifiant is None:
        raise RuntimeError("a session without a user")
    return identifiant


def _page_compte(form: FormulaireChangement, code: int = 200) -> Any:
    ctx = contexte()
    with ctx.lecture() as s:
        compte = queries.compte(s, _identifiant())
        affectations = queries.affectations(s, _identifiant(), ctx.aujourdhui())
    page = render_template(
        "public/mon_compte.html",
        compte=compte,
        affectations=affectations,
        courante=session.get("affectation"),
        exige=second_facteur_exige(a.role for a in affectations),
        form=form,
    )
    return page, code


@bp.get("/mon-compte")
@connecte
def mon_compte() -> Any:
    """Password, hats, second factor."""
    return _page_compte(FormulaireChangement())


@bp.post("/mon-compte")
@limiteur.limit("20 per minute")
@connecte
def changer_mot_de_passe() -> Any:
    """A new password; the other sessions close, this one goes on."""
    form = FormulaireChangement()
    if not form.validate():
        return _page_compte(form, 422)
    try:
        session["jeton"] = services.changer_mot_de_passe(
            contexte(), _identifiant(), form.ancien.data or "", form.mot_de_passe.data or ""
        )
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return _page_compte(form, 422)
    flash("Votre mot de passe est changé. Vos autres sessions sont fermées.")
    return redirect(url_for(".mon_compte"))


def _page_second_facteur(form: FormulaireSecondFacteur, code: int = 200) -> Any:
    with contexte().lecture() as s:
        compte = queries.compte(s, _identifiant())
    if compte is None:
        return redirect(url_for(".mon_compte"))
    session.setdefault("secret", mots_de_passe.nouveau_secret())
    enrolement = image_du_code(session["secret"], compte.courriel)
    page = render_template("public/mon_second_facteur.html", form=form, enrolement=enrolement, compte=compte)
    return page, code


@bp.get("/mon-compte/second-facteur")
@connecte
def mon_second_facteur() -> Any:
    """Set up or replace one's authenticator."""
    return _page_second_facteur(FormulaireSecondFacteur())


@bp.post("/mon-compte/second-facteur")
@limiteur.limit("20 per minute")
@connecte
def changer_second_facteur() -> Any:
    """The first code of the new authenticator."""
    form = FormulaireSecondFacteur()
    if "secret" not in session or not form.validate():
        return _page_second_facteur(form, 422)
    try:
        services.enroler(
            contexte(),
            _identifiant(),
            session["secret"],
            form.code.data or "",
            mot_de_passe=form.mot_de_passe.data or "",
        )
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return _page_second_facteur(form, 422)
    session.pop("secret")
    flash("Votre second facteur est en place.")
    return redirect(url_for(".mon_compte"))


@bp.get("/mot-de-passe-oublie")
@public
def mot_de_passe_oublie() -> Any:
    """Ask for a link."""
    return render_template("public/mot_de_passe_oublie.html", form=FormulaireOubli())


@bp.post("/mot-de-passe-oublie")
@limiteur.limit("5 per 15 minutes")
@public
def demander_mot_de_passe() -> Any:
    """The same answer whether the account exists or not."""
    form = FormulaireOubli()
    if not form.validate():
        return render_template("public/mot_de_passe_oublie.html", form=form), 422
    services.demander_nouveau_mot_de_passe(contexte(), form.courriel.data or "")
    flash("Si un compte existe à cette adresse, un courriel part avec un lien valable deux heures.", "info")
    return redirect(url_for("public_connexion.connexion"))


@bp.get("/mot-de-passe/<jeton>")
@public
def choisir_mot_de_passe(jeton: str) -> Any:
    """The page of a one-time link; looking at it does not spend it."""
    return _page_jeton(jeton, FormulaireMotDePasse())


def _page_jeton(jeton: str, form: FormulaireMotDePasse, code: int = 200) -> Any:
    try:
        type_ = services.titulaire_du_jeton(contexte(), jeton)
    except RegleViolee as erreur:
        return render_template("public/lien_perime.html", texte=erreur.message), 410
    page = render_template("public/choisir_mot_de_passe.html", form=form, invitation=type_ is TypeJeton.INVITATION)
    return page, code


@bp.post("/mot-de-passe/<jeton>")
@limiteur.limit("20 per minute")
@public
def poser_mot_de_passe(jeton: str) -> Any:
    """The password chosen; then one signs in."""
    form = FormulaireMotDePasse()
    if not form.validate():
        return _page_jeton(jeton, form, 422)
    try:
        services.poser_mot_de_passe(contexte(), jeton, form.mot_de_passe.data or "")
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return _page_jeton(jeton, form, 422)
    fermer_session(contexte())
    flash("Votre mot de passe est enregistré : connectez-vous.")
    return redirect(url_for("public_connexion.connexion"))
