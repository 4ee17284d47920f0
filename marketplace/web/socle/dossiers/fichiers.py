"""A caseload that arrives as a file, and the information of everyone in one go."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from marketplace.depots import deposer, reprendre
from marketplace.erreurs import FichierRefuse, Introuvable, RegleViolee
from marketplace.personnes import services
from marketplace.personnes.queries import FiltresPersonnes
from marketplace.web.socle.acces import acteur, contexte
from marketplace.web.socle.dossiers.commun import finalite
from marketplace.web.socle.filtres import pluriel
from marketplace.web.socle.formulaires_personnes import CANAUX_PROPOSES


def importer() -> Any:
    """Send a file and read what importing it would do; nothing is written yet."""
    if request.method == "GET":
        return render_template("socle/personnes/importer.html", bilan=None, refus="")
    envoi = request.files.get("fichier")
    if envoi is None or not envoi.filename:
        return render_template("socle/personnes/importer.html", bilan=None, refus="Choisissez un fichier."), 422
    ctx, moi, contenu = contexte(), acteur(), envoi.read()
    try:
        bilan = services.examiner_fichier(ctx, moi, contenu, envoi.filename)
    except FichierRefuse as refus:
        return render_template("socle/personnes/importer.html", bilan=None, refus=refus.message), 422
    jeton = deposer(ctx, moi, contenu)
    return render_template(
        "socle/personnes/importer.html", bilan=bilan, refus="", jeton=jeton, nom=envoi.filename, canaux=CANAUX_PROPOSES
    )


def importer_vraiment() -> Any:
    """Write the good lines of the file that was just read."""
    ctx, moi = contexte(), acteur()
    canal = request.form.get("information_canal", "")
    try:
        contenu = reprendre(ctx, moi, request.form.get("jeton", ""))
    except Introuvable:
        flash("Ce fichier n'est plus là : envoyez-le de nouveau.", "warning")
        return redirect(url_for(".importer"))
    information = services.Information(ctx.aujourdhui(), canal) if canal else None
    bilan = services.importer_fichier(ctx, moi, contenu, request.form.get("nom", ""), information=information)
    flash(f"{pluriel(bilan.bonnes, 'personne enregistrée', 'personnes enregistrées')}.")
    if bilan.refusees:
        flash(f"{pluriel(len(bilan.refusees), 'ligne laissée', 'lignes laissées')} de côté.", "warning")
    return redirect(url_for(".liste") if canal else url_for(".informer_ensemble"))


def informer_ensemble() -> Any:
    """Everyone who still has to be told, the text to give them, and one button to note it."""
    ctx, moi = contexte(), acteur()
    if request.method == "POST":
        refs = request.form.getlist("ref")
        try:
            nombre = services.informer_plusieurs(ctx, moi, refs, canal=request.form.get("information_canal", ""))
        except RegleViolee as refus:
            flash(refus.message, "danger")
        else:
            flash(f"Information notée pour {pluriel(nombre, 'personne')}.")
        return redirect(url_for(".informer_ensemble"))
    a_informer = services.lire_liste(
        ctx,
        moi,
        FiltresPersonnes(etat="a_informer", referent_id=moi.referent_id, tri="nom"),
        f"{finalite()}, information",
        par_page=200,
    )
    return render_template("socle/personnes/informer_ensemble.html", liste=a_informer, canaux=CANAUX_PROPOSES)
