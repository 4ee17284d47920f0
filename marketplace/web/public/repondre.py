"""A proposition answered from the mail, in one click, without signing in. Opening the link answers nothing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from marketplace.erreurs import RegleViolee
from marketplace.propositions.liens import PAR_LIEN, QuestionDeReponse, lire_question
from marketplace.propositions.rules import Transition
from marketplace.propositions.services import repondre as repondre_proposition
from marketplace.web.socle.acces import contexte, public
from marketplace.web.socle.propositions import a_paris
from marketplace.web.socle.reponses import FAITS, FormulaireRefus, FormulaireRencontre
from marketplace.web.socle.securite import limiteur

bp = Blueprint("public_repondre", __name__, url_prefix="/repondre")


Saisie = FormulaireRencontre | FormulaireRefus


def _ferme(erreur: RegleViolee) -> Any:
    return render_template("public/declarer_ferme.html", texte=erreur.message), 410


def _page(
    jeton: str,
    q: QuestionDeReponse,
    saisie: Saisie | None = None,
    *,
    conflit: str = "",
    code: int = 200,
) -> Any:
    version = {"version": str(q.version)}
    rencontre = FormulaireRencontre(formdata=None, data=version | {"lieu": q.lieu})
    refus = FormulaireRefus(formdata=None, data=version)
    return (
        render_template(
            "public/repondre.html",
            q=q,
            jeton=jeton,
            reponses={t.value for t in q.reponses},
            rencontre=saisie if isinstance(saisie, FormulaireRencontre) else rencontre,
            refus=saisie if isinstance(saisie, FormulaireRefus) else refus,
            conflit=conflit,
        ),
        code,
    )


@bp.get("/<jeton>")
@limiteur.limit("60 per minute")
@public
def question(jeton: str) -> Any:
    """The job, the reasons, the slot offered, and the answers."""
    try:
        q = lire_question(contexte(), jeton)
    except RegleViolee as erreur:
        return _ferme(erreur)
    return _page(jeton, q)


@bp.post("/<jeton>")
@limiteur.limit("20 per minute")
@public
def repondre(jeton: str) -> Any:
    """Keep the answer; the page comes back when it does not hold."""
    ctx = contexte()
    try:
        q = lire_question(ctx, jeton)
    except RegleViolee as erreur:
        return _ferme(erreur)
    transition = next((t for t in PAR_LIEN if t.value == request.form.get("reponse")), None)
    if transition is None:
        return redirect(url_for(".question", jeton=jeton))
    form, suite = _lire_formulaire(q, transition)
    if form is not None and not form.validate():
        return _page(jeton, q, form, code=422)
    try:
        repondre_proposition(ctx, q.acteur, q.ref, transition, version=_version(), **suite)
    except RegleViolee as erreur:
        relue = lire_question(ctx, jeton)
        if form is None or not erreur.champ:
            return _page(jeton, relue, conflit=erreur.message, code=409)
        form.poser_erreur(erreur)
        return _page(jeton, relue, form, code=422)
    flash(FAITS[transition])
    return redirect(url_for(".question", jeton=jeton))


def _version() -> int:
    brut = request.form.get("version", "")
    return int(brut) if brut.isascii() and brut.isdigit() and len(brut) < 10 else 0


def _lire_formulaire(q: QuestionDeReponse, transition: Transition) -> tuple[Saisie | None, dict[str, Any]]:
    """The form that this answer fills, if any, and what it says."""
    if transition is Transition.DECLINER:
        refus = FormulaireRefus()
        return refus, {"motif": refus.motif.data}
    if transition is not Transition.RENCONTRER:
        return None, {}
    if request.form.get("garder") == "oui":
        return None, {"creneau": q.creneau}
    rencontre = FormulaireRencontre()
    return rencontre, {"creneau": a_paris(rencontre.creneau.data), "lieu": rencontre.lieu.data or ""}
