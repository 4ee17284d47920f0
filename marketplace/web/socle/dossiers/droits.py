"""What is written on her: to read, to copy, to erase."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from marketplace.bilans.exports.dossier import donnees_pdf
from marketplace.erreurs import RegleViolee
from marketplace.personnes.rules.saisie import NIVEAUX
from marketplace.propositions.services.droits_de_la_personne import (
    effacer_personne,
    en_clair,
    lire_donnees,
)
from marketplace.territoire.queries import territoires
from marketplace.web.socle.acces import acteur, contexte
from marketplace.web.socle.dossiers.commun import (
    CANAUX_TOUS,
    accord,
)


def donnees(ref: str) -> Any:
    """Everything held on her, to read together or to print."""
    lues = lire_donnees(contexte(), acteur(), ref, accord_proposition=accord(ref))
    return render_template(
        "socle/personnes/donnees.html", d=lues, p=lues.fiche, niveaux=NIVEAUX, canaux_tous=CANAUX_TOUS
    )


def copie(ref: str) -> Any:
    """The same, as a JSON file to hand over."""
    lues = lire_donnees(contexte(), acteur(), ref, accord_proposition=accord(ref), export=True)
    reponse = Response(json.dumps(en_clair(lues), ensure_ascii=False, indent=2), mimetype="application/json")
    reponse.headers["Content-Disposition"] = f'attachment; filename="donnees-{ref}.json"'
    return reponse


def copie_pdf(ref: str) -> Any:
    """The same, as a PDF to hand over."""
    ctx, moi = contexte(), acteur()
    lues = lire_donnees(ctx, moi, ref, accord_proposition=accord(ref), export=True)
    with ctx.lecture() as s:
        territoire = next(t.nom for t in territoires(s) if t.id == moi.territoire_id)
    reponse = Response(donnees_pdf(lues, territoire), mimetype="application/pdf")
    reponse.headers["Content-Disposition"] = f'attachment; filename="donnees-{ref}.pdf"'
    return reponse


def effacer(ref: str) -> Any:
    """Erase who she is, at her request."""
    if request.form.get("confirme") != "oui":
        flash("Cochez la case pour confirmer l'effacement.", "warning")
        return redirect(url_for(".donnees", ref=ref))
    try:
        effacer_personne(contexte(), acteur(), ref)
    except RegleViolee as refus:
        flash(refus.message, "warning")
        return redirect(url_for(".donnees", ref=ref))
    flash("La fiche est effacée. Les heures déjà comptées restent comptées, sans nom.")
    return redirect(url_for(".liste"))
