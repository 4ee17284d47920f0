"""What comes next for one's people: questions of follow-up answered in one click, ends to prepare."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from marketplace.erreurs import RegleViolee
from marketplace.heures.rules.situations import AVEC_DUREE, DUREES, EN_POSTE, EN_UN_CLIC, SITUATIONS
from marketplace.heures.services.experiences import ajouter_contrat_au_parcours
from marketplace.heures.services.fins import DECISIONS, lire_fins, noter_suite
from marketplace.heures.services.situations import lire_questions, repondre_situation
from marketplace.web.socle.acces import acteur, contexte

AUTRES = [
    (f"{code}:{duree}" if duree else code, f"{libelle}, {texte}" if duree else libelle)
    for code, libelle in SITUATIONS.items()
    for duree, texte in (DUREES.items() if code in AVEC_DUREE else [("", "")])
]
"""Every answer after an end, lengths spelt out."""


def situations() -> Any:
    """Where people are, some months after the hire or the end: one button an answer."""
    return render_template(
        "socle/personnes/situations.html",
        questions=lire_questions(contexte(), acteur()),
        en_poste=EN_POSTE,
        en_un_clic=EN_UN_CLIC,
        autres=AUTRES,
    )


def repondre_question(point_id: int) -> Any:
    """Keep an answer."""
    try:
        repondre_situation(contexte(), acteur(), point_id, request.form.get("situation", ""))
    except RegleViolee as refus:
        flash(refus.message, "warning")
    else:
        flash("Situation notée.")
    if request.form.get("retour") == "accueil":
        return redirect(url_for("referent_accueil.accueil"))
    return redirect(url_for(".situations"))


def fins() -> Any:
    """What ends within the delay, without a next step yet."""
    return render_template(
        "socle/personnes/fins.html", fins=lire_fins(contexte(), acteur()), decisions=DECISIONS, refus="", saisie={}
    )


def decider_suite(ref: str) -> Any:
    """Keep the next step; a refusal keeps what was typed."""
    saisie = {nom: request.form.get(nom, "") for nom in ("objet", "echeance", "decision", "prevue_le")}
    try:
        noter_suite(
            contexte(),
            acteur(),
            ref,
            objet=saisie["objet"],
            echeance=_date(saisie["echeance"]),
            decision=saisie["decision"],
            prevue_le=_date(saisie["prevue_le"]),
        )
    except RegleViolee as erreur:
        page = render_template(
            "socle/personnes/fins.html",
            fins=lire_fins(contexte(), acteur()),
            decisions=DECISIONS,
            refus=erreur.message,
            saisie=saisie | {"ref": ref},
        )
        return page, 422
    flash("Suite notée.")
    return redirect(url_for(".fins"))


def ajouter_au_parcours(ref: str, contrat_ref: str) -> Any:
    """A finished contrat becomes a past job, in one click."""
    try:
        texte = ajouter_contrat_au_parcours(contexte(), acteur(), ref, contrat_ref)
    except RegleViolee as refus:
        flash(refus.message, "warning")
    else:
        flash(f"Ajouté à son parcours : {texte}.")
    return redirect(url_for(".fiche", ref=ref))


def _date(texte: str) -> date | None:
    try:
        return date.fromisoformat(texte)
    except ValueError:
        return None
