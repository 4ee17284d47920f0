"""Which mails one receives: from one's account, or from the end of any mail, without signing in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from wtforms import SelectField

from marketplace.journal.messages import LIBELLES, Famille, Frequence, choisir, lire_choix, utilisateur_du_jeton
from marketplace.journal.notifications import marquer_lues, nombre_non_lues, non_lues
from marketplace.web.socle.acces import acteur, connecte, contexte, public
from marketplace.web.socle.formulaires import Formulaire, options
from marketplace.web.socle.securite import limiteur

bp = Blueprint("public_messages", __name__)

MONTRES = 50
"""Messages on one page: reading them makes room for the others."""

CHOIX = (
    ("", "Chaque semaine, et tout de suite si l'on attend ma réponse"),
    (Frequence.IMMEDIAT.value, "Un courriel tout de suite, à chaque message"),
    (Frequence.QUOTIDIEN.value, "Un courriel par jour au plus"),
    (Frequence.HEBDOMADAIRE.value, "Un courriel par semaine au plus"),
    (Frequence.AUCUN.value, "Aucun courriel : je lis ici"),
)


def _rythme(famille: Famille) -> SelectField:
    return SelectField(LIBELLES[famille], choices=options(CHOIX))


class FormulaireMessages(Formulaire):
    """One rhythm a family."""

    offres = _rythme(Famille.OFFRES)
    propositions = _rythme(Famille.PROPOSITIONS)
    personnes = _rythme(Famille.PERSONNES)
    marches = _rythme(Famille.MARCHES)


def _page(form: FormulaireMessages, adresse: str, code: int = 200) -> Any:
    return render_template("public/messages.html", form=form, adresse=adresse), code


def _formulaire(utilisateur_id: int) -> FormulaireMessages:
    return FormulaireMessages(formdata=None, data=lire_choix(contexte(), utilisateur_id))


def _garder(utilisateur_id: int, adresse: str) -> Any:
    form = FormulaireMessages()
    if not form.validate():
        return _page(form, adresse, 422)
    choisir(contexte(), utilisateur_id, {f.value: form[f.value].data or "" for f in Famille})
    flash("Vos choix sont enregistrés.")
    return redirect(adresse)


def _du_lien(jeton: str) -> int:
    """Whose link this is; the page of what does not exist otherwise."""
    utilisateur_id = utilisateur_du_jeton(contexte().config.cle_secrete, jeton)
    if utilisateur_id is None:
        abort(404)
    return utilisateur_id


@bp.get("/mes-messages")
@connecte
def lire() -> Any:
    """Messages not read yet under this hat, the newest first; how many wait under the others."""
    moi = acteur()
    with contexte().lecture() as s:
        nouvelles = non_lues(s, moi.utilisateur_id, MONTRES, f"/{moi.role}/")
        ici = nombre_non_lues(s, moi.utilisateur_id, f"/{moi.role}/")
        ailleurs = nombre_non_lues(s, moi.utilisateur_id) - ici
    return render_template("public/mes_messages.html", nouvelles=nouvelles, nombre=ici, ailleurs=ailleurs)


@bp.post("/mes-messages/lus")
@connecte
def ranger() -> Any:
    """Put away the messages that were shown."""
    marquer_lues(contexte(), acteur().utilisateur_id, [int(n) for n in request.form.getlist("id") if n.isdecimal()])
    flash("Messages rangés.")
    return redirect(url_for(".lire"))


@bp.get("/mon-compte/messages")
@connecte
def les_miens() -> Any:
    """One's own choices."""
    numero = acteur().utilisateur_id or 0
    return _page(_formulaire(numero), url_for(".les_miens"))


@bp.post("/mon-compte/messages")
@connecte
def choisir_les_miens() -> Any:
    """Keep them."""
    return _garder(acteur().utilisateur_id or 0, url_for(".les_miens"))


@bp.get("/messages/<jeton>")
@limiteur.limit("30 per minute")
@public
def du_courriel(jeton: str) -> Any:
    """The same, from the link at the end of a mail. Looking changes nothing."""
    numero = _du_lien(jeton)
    return _page(_formulaire(numero), url_for(".du_courriel", jeton=jeton))


@bp.post("/messages/<jeton>")
@limiteur.limit("10 per minute")
@public
def choisir_du_courriel(jeton: str) -> Any:
    """Keep them."""
    return _garder(_du_lien(jeton), url_for(".du_courriel", jeton=jeton))
