"""A caseload that arrives as a file, and the information of everyone in one go."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from marketplace.depots import deposer, noter, notes_de, reprendre
from marketplace.erreurs import FichierRefuse, Introuvable, RegleViolee
from marketplace.personnes import services
from marketplace.personnes.queries import FiltresPersonnes
from marketplace.personnes.rules.fichier import lire_date
from marketplace.web.socle.acces import acteur, contexte
from marketplace.web.socle.dossiers.commun import finalite
from marketplace.web.socle.filtres import pluriel
from marketplace.web.socle.formulaires_personnes import CANAUX_PROPOSES

MONTREES = 200


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
    try:
        information = services.Information(_date_dite(ctx.aujourdhui()), canal) if canal else None
        bilan = services.importer_fichier(
            ctx,
            moi,
            contenu,
            request.form.get("nom", ""),
            information=information,
            demander_suivis=request.form.get("demander") == "oui",
        )
    except RegleViolee as refus:
        flash(f"Rien n'est enregistré. {refus.message} Envoyez le fichier de nouveau.", "danger")
        return redirect(url_for(".importer"))
    # The file is erased; what became of it stays an hour beside an empty one, for its sender alone.
    jeton = deposer(ctx, moi, b"")
    noter(ctx, moi, jeton, asdict(bilan) | {"nom": request.form.get("nom", ""), "informees": bool(canal)})
    return redirect(url_for(".resultat_import", jeton=jeton))


def resultat_import(jeton: str) -> Any:
    """What became of each line of the file that was written."""
    return render_template("socle/personnes/importe.html", b=notes_de(contexte(), acteur(), jeton))


def _date_dite(jour: date) -> date:
    """The day people were told; today when nothing is said. Raises RegleViolee."""
    return lire_date(request.form.get("information_le", ""), "information_le") or jour


def informer_ensemble() -> Any:
    """Everyone who still has to be told, the text to give them, and one button to note it."""
    ctx, moi = contexte(), acteur()
    refus = ""
    if request.method == "POST":
        canal = request.form.get("information_canal", "")
        try:
            le = _date_dite(ctx.aujourdhui())
            if request.form.get("qui") == "toutes":
                nombre = services.informer_tous(ctx, moi, canal=canal, le=le)
            else:
                nombre = services.informer_plusieurs(ctx, moi, request.form.getlist("ref"), canal=canal, le=le)
        except RegleViolee as erreur:
            refus = erreur.message
        else:
            flash(f"Information notée pour {pluriel(nombre, 'personne')}.")
            return redirect(url_for(".informer_ensemble"))
    a_informer = services.lire_liste(
        ctx,
        moi,
        FiltresPersonnes(etat="a_informer", referent_id=moi.referent_id, tri="nom"),
        f"{finalite()}, information",
        par_page=MONTREES,
    )
    page = render_template(
        "socle/personnes/informer_ensemble.html",
        liste=a_informer,
        canaux=CANAUX_PROPOSES,
        refus=refus,
        saisi=request.form,
    )
    return (page, 422) if refus else page
