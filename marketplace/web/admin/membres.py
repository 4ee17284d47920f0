"""Members: who may sign in here, under which hats."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired

from marketplace.comptes import queries, services
from marketplace.comptes.roles import LIBELLES, Role
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.web.socle import dossiers
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.formulaires import Formulaire, options
from marketplace.web.socle.listes import numero_de_page, parametres

bp = Blueprint("admin_membres", __name__, url_prefix="/admin/membres")


class FormulaireInvitation(Formulaire):
    """Somebody to let in, and the hat given."""

    courriel = StringField(
        "Adresse électronique",
        [InputRequired("Donnez l'adresse.")],
        render_kw={"type": "email", "autocomplete": "off"},
    )
    prenom = StringField("Prénom", [InputRequired("Donnez le prénom.")], render_kw={"autocomplete": "off"})
    nom = StringField("Nom", [InputRequired("Donnez le nom.")], render_kw={"autocomplete": "off"})
    role = SelectField("Rôle", choices=options(LIBELLES.items()))
    organisation = SelectField("Organisation", validate_choice=False)


@bp.get("/")
@reserve_a(Role.ADMINISTRATEUR)
def liste() -> Any:
    """Every member, 25 a page."""
    ctx = contexte()
    texte = request.args.get("q", "").strip()
    role = request.args.get("role", "")
    with ctx.lecture() as s:
        page = queries.membres(
            s,
            acteur().territoire_id,
            ctx.aujourdhui(),
            texte=texte,
            role=Role(role) if role in set(Role) else None,
            page=numero_de_page(),
        )
    return render_template(
        "admin/membres.html",
        membres=page,
        texte=texte,
        role=role,
        roles=LIBELLES,
        maintenant=ctx.horloge(),
        parametres=parametres(q=texte, role=role),
    )


def _page_invitation(form: FormulaireInvitation, code: int = 200) -> Any:
    with contexte().lecture() as s:
        organisations = queries.organisations(s, acteur().territoire_id, par_page=None)
    form.organisation.choices = options((o.ref, f"{o.nom} ({o.type_libelle})") for o in organisations.lignes)
    return render_template("admin/inviter.html", form=form), code


@bp.get("/inviter")
@reserve_a(Role.ADMINISTRATEUR)
def inviter() -> Any:
    """The form of an invitation."""
    form = FormulaireInvitation(organisation=request.args.get("organisation"))
    return _page_invitation(form)


@bp.post("/inviter")
@reserve_a(Role.ADMINISTRATEUR)
def envoyer_invitation() -> Any:
    """Somebody invited: the link leaves by mail, and is shown once to the administrator."""
    form = FormulaireInvitation()
    if not form.validate():
        return _page_invitation(form, 422)
    try:
        lien = services.inviter(
            contexte(),
            acteur(),
            courriel=form.courriel.data or "",
            prenom=form.prenom.data or "",
            nom=form.nom.data or "",
            role=Role(form.role.data),
            organisation_ref=form.organisation.data or "",
        )
    except Introuvable:
        form.poser_erreur(RegleViolee("Choisissez une organisation de la liste.", champ="organisation"))
        return _page_invitation(form, 422)
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return _page_invitation(form, 422)
    if lien is None:
        flash("Le rôle est donné. Cette personne a déjà un compte : elle se connecte comme d'habitude.")
        return redirect(url_for(".liste"))
    return render_template("admin/invitation_envoyee.html", lien=lien, courriel=form.courriel.data)


@bp.post("/<int:utilisateur_id>/renvoyer")
@reserve_a(Role.ADMINISTRATEUR)
def renvoyer(utilisateur_id: int) -> Any:
    """A new link for somebody who never opened the account."""
    lien = services.renvoyer_invitation(contexte(), acteur(), utilisateur_id)
    return render_template("admin/invitation_envoyee.html", lien=lien, courriel=None)


@bp.post("/<int:utilisateur_id>/desactiver")
@reserve_a(Role.ADMINISTRATEUR)
def desactiver(utilisateur_id: int) -> Any:
    """Close an account."""
    return _agir(lambda: services.desactiver(contexte(), acteur(), utilisateur_id), "Le compte est désactivé.")


@bp.post("/<int:utilisateur_id>/reactiver")
@reserve_a(Role.ADMINISTRATEUR)
def reactiver(utilisateur_id: int) -> Any:
    """Open it again."""
    return _agir(lambda: services.reactiver(contexte(), acteur(), utilisateur_id), "Le compte est réactivé.")


@bp.post("/<int:utilisateur_id>/second-facteur")
@reserve_a(Role.ADMINISTRATEUR)
def reinitialiser(utilisateur_id: int) -> Any:
    """Forget a lost authenticator."""
    return _agir(
        lambda: services.reinitialiser_second_facteur(contexte(), acteur(), utilisateur_id),
        "Le second facteur est effacé : un nouveau sera demandé à la prochaine connexion.",
    )


@bp.post("/roles/<int:affectation_id>/terminer")
@reserve_a(Role.ADMINISTRATEUR)
def terminer(affectation_id: int) -> Any:
    """End a hat."""
    return _agir(lambda: services.terminer_affectation(contexte(), acteur(), affectation_id), "Le rôle est terminé.")


def _agir(acte: Any, reussite: str) -> Any:
    """One act from a row of the list, and back to it with what happened."""
    try:
        acte()
    except RegleViolee as erreur:
        flash(erreur.message, "danger")
    else:
        flash(reussite)
    return redirect(url_for(".liste"))


dossiers.installer_rattachements(bp, Role.ADMINISTRATEUR)
