"""A workbook taken over: send it, check what it would write, take it, undo it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from marketplace import depots
from marketplace.comptes.roles import Role
from marketplace.erreurs import FichierRefuse, Introuvable, RegleViolee
from marketplace.reprise.examen import Examen
from marketplace.reprise.queries import fiche_reprise
from marketplace.reprise.queries import reprises as reprises_du_territoire
from marketplace.reprise.services import JOURS_ANNULATION, annuler_reprise, examiner, reprendre
from marketplace.web.facilitateur.reprises_saisie import (
    GENRES,
    SORTES,
    champs_possibles,
    groupes,
    lire_saisie,
    notes,
    resumer,
)
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.filtres import pluriel

DUREE_DEPOT = 4 * 3600
"""Seconds a workbook waits for its answers."""

bp = Blueprint("facilitateur_reprises", __name__, url_prefix="/facilitateur/reprises")


def _accueil(refus: str = "", code: int = 200) -> Any:
    ctx, moi = contexte(), acteur()
    with ctx.lecture() as s:
        faites = reprises_du_territoire(s, moi.territoire_id, ctx.horloge())
    return render_template("facilitateur/reprises.html", reprises=faites, refus=refus, jours=JOURS_ANNULATION), code


@bp.get("")
@reserve_a(Role.FACILITATEUR)
def liste() -> Any:
    """Send a workbook; those taken over before."""
    return _accueil()


def _page(examen: Examen, jeton: str) -> Any:
    depots.noter(contexte(), acteur(), jeton, notes(examen))
    return render_template(
        "facilitateur/reprise_examen.html",
        e=examen,
        chiffres=resumer(examen),
        groupes=groupes(examen),
        champs=champs_possibles(),
        genres=GENRES,
        sortes=SORTES,
        jeton=jeton,
        nom=examen.fichier,
    )


@bp.post("/examiner")
@reserve_a(Role.FACILITATEUR)
def verifier() -> Any:
    """Read a workbook, or read it again with the answers given; nothing is written."""
    ctx, moi = contexte(), acteur()
    try:
        if "jeton" in request.form:
            jeton, nom = request.form["jeton"], request.form.get("nom", "")
            contenu = depots.relire(ctx, moi, jeton)
            reponses = lire_saisie(request.form, depots.notes_de(ctx, moi, jeton))
        else:
            envoi = request.files.get("fichier")
            if envoi is None or not envoi.filename:
                return _accueil("Choisissez un fichier.", 422)
            contenu, nom, reponses, jeton = envoi.read(), envoi.filename, None, ""
        examen = examiner(ctx, moi, contenu, nom, reponses, accepter=True)
        return _page(examen, jeton or depots.deposer(ctx, moi, contenu, duree=DUREE_DEPOT))
    except Introuvable:
        return _perdu()
    except FichierRefuse as refus:
        return _accueil(refus.message, 422)


@bp.post("/reprendre")
@reserve_a(Role.FACILITATEUR)
def prendre() -> Any:
    """Write what the page showed."""
    ctx, moi = contexte(), acteur()
    try:
        jeton, nom = request.form.get("jeton", ""), request.form.get("nom", "")
        contenu = depots.relire(ctx, moi, jeton)
        reponses = lire_saisie(request.form, depots.notes_de(ctx, moi, jeton))
        ref, examen = reprendre(ctx, moi, contenu, nom, reponses)
    except Introuvable:
        return _perdu()
    except FichierRefuse as refus:
        return _accueil(refus.message, 422)
    if ref is None:
        flash("Rien de nouveau dans ce classeur : rien n'est écrit.", "warning")
        return _page(examen, jeton)
    depots.effacer(ctx, moi, jeton)
    flash(f"Classeur repris : {pluriel(len(examen.plan.nouveaux), 'marché', 'marchés')}.")
    if examen.refuses:
        flash(f"{pluriel(len(examen.refuses), 'ligne laissée', 'lignes laissées')} de côté.", "warning")
    return redirect(url_for(".fiche", ref=ref))


def _perdu() -> Any:
    flash("Ce fichier n'est plus là : envoyez-le de nouveau.", "warning")
    return redirect(url_for(".liste"))


@bp.get("/<ref>")
@reserve_a(Role.FACILITATEUR)
def fiche(ref: str) -> Any:
    """One takeover: its totals, its marchés, what was left out."""
    ctx = contexte()
    with ctx.lecture() as s:
        f = fiche_reprise(s, acteur(), ref, ctx.horloge())
    return render_template("facilitateur/reprise.html", f=f, jours=JOURS_ANNULATION)


@bp.post("/<ref>/annuler")
@reserve_a(Role.FACILITATEUR)
def annuler(ref: str) -> Any:
    """Undo a takeover."""
    try:
        bilan = annuler_reprise(contexte(), acteur(), ref)
    except RegleViolee as refus:
        flash(refus.message, "danger")
        return redirect(url_for(".fiche", ref=ref))
    flash(f"Reprise annulée : {pluriel(bilan.marches, 'marché retiré', 'marchés retirés')}.")
    if bilan.restent:
        flash(f"{pluriel(len(bilan.restent), 'marché gardé', 'marchés gardés')} : la page dit pourquoi.", "warning")
    return redirect(url_for(".fiche", ref=ref))
