"""The yearly report: its tables, what makes each cell, its files, and the frozen reports with what came after."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from wtforms import BooleanField, DateField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from marketplace.bilans import lectures
from marketplace.bilans.correspondances import definitions_au
from marketplace.bilans.detail import lignes_de_la_cellule
from marketplace.bilans.exports.cachet import Cachet
from marketplace.bilans.exports.tableur_csv import fichiers_du_registre
from marketplace.bilans.lectures import Demande, arretes, choix, demande
from marketplace.bilans.models import DimensionBilan
from marketplace.bilans.packs import PACKS, fabriquer
from marketplace.bilans.photo import bilan_vu
from marketplace.bilans.queries import lire_faits
from marketplace.bilans.rules.tableaux import Registre
from marketplace.bilans.services import (
    arreter,
    charger_arrete,
    ne_plus_signaler,
    nommer,
    regularisations,
    signaler_exceptionnelle,
)
from marketplace.bilans.vue import de_dict
from marketplace.comptes.roles import Role
from marketplace.erreurs import RegleViolee
from marketplace.territoire.models import Territoire
from marketplace.valeurs import somme
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.bilans import (
    TYPES,
    barres,
    cachet_de,
    fichier,
    periode_demandee,
)
from marketplace.web.socle.formulaires import Formulaire, options

bp = Blueprint("facilitateur_bilans", __name__, url_prefix="/facilitateur/bilan")


class FormulaireArrete(Formulaire):
    """Freeze a report."""

    note = TextAreaField(
        "Note", validators=[Length(max=500)], description="Par exemple : validé par le comité de pilotage du 4 février."
    )


class FormulaireNom(Formulaire):
    """Name a row of the report for a buyer."""

    valeur = SelectField("Acheteur", validators=[InputRequired("Choisissez un acheteur.")])
    libelle = StringField("Nom de la ligne dans le bilan", validators=[InputRequired("Donnez un nom."), Length(max=80)])
    jour = DateField("À partir du", validators=[InputRequired("Donnez une date.")])
    principal = BooleanField("C'est l'acheteur principal : ses nouveaux marchés sont comptés à part")
    source = StringField("D'où vient ce choix", validators=[Length(max=200)])


class FormulaireExceptionnelle(Formulaire):
    """Set an opération apart."""

    operation = SelectField("Opération", validators=[InputRequired("Choisissez une opération.")])
    nom = StringField("Nom de sa ligne", validators=[InputRequired("Donnez un nom."), Length(max=80)])
    motif = StringField("Pourquoi", validators=[InputRequired("Dites pourquoi, en une ligne."), Length(max=200)])


def _demande(s: Session) -> Demande:
    """What the address asks to see."""
    return demande(
        s,
        acteur().territoire_id,
        acheteur=request.args.get("acheteur", "")[:30],
        gestionnaire=request.args.get("gestionnaire", "")[:100],
        sans=request.args.get("sans") == "1",
    )


def _parametres() -> dict[str, Any]:
    return {k: v for k, v in request.args.items() if v and k in {"annee", "acheteur", "gestionnaire", "sans"}}


@bp.get("")
@reserve_a(Role.FACILITATEUR)
def annee() -> Any:
    """The report of a year."""
    ctx, moi = contexte(), acteur()
    jour = ctx.aujourdhui()
    periode = periode_demandee(jour)
    with ctx.lecture() as s:
        d = _demande(s)
        offerts = choix(s, moi.territoire_id, jour)
        publies = arretes(s, moi.territoire_id)
    vu = vide = None
    try:
        vu = bilan_vu(ctx, d.perimetre, periode, d.libelle)
    except RegleViolee as refus:
        vide = refus.message
    return render_template(
        "facilitateur/bilan.html",
        vu=vu,
        vide_parce_que=vide,
        annee=periode.debut.year,
        choix=offerts,
        libelle=d.libelle,
        packs=PACKS.values(),
        barres=barres,
        arretes=publies,
        finie=periode.fin < jour,
        form=FormulaireArrete(),
        parametres=_parametres(),
    )


@bp.get("/lignes")
@reserve_a(Role.FACILITATEUR)
def lignes() -> Any:
    """What makes a cell: contrats and marchés, nobody named."""
    ctx = contexte()
    periode = periode_demandee(ctx.aujourdhui())
    tableau, ligne = request.args.get("tableau", ""), request.args.get("ligne", "")
    try:
        with ctx.lecture() as s:
            d = _demande(s)
            trouvees = lignes_de_la_cellule(s, d.perimetre, periode, tableau, ligne)
    except RegleViolee:
        abort(404)
    return render_template(
        "facilitateur/bilan_lignes.html",
        lignes=trouvees,
        ligne=ligne,
        libelle=d.libelle,
        annee=periode.debut.year,
        total=somme(li.heures for li in trouvees),
        retour=_parametres(),
    )


@bp.get("/fichier/<genre>")
@reserve_a(Role.FACILITATEUR)
def telecharger(genre: str) -> Any:
    """The report as a workbook, CSV files or a PDF."""
    if genre not in TYPES:
        abort(404)
    ctx = contexte()
    periode = periode_demandee(ctx.aujourdhui())
    autres: dict[str, bytes] = {}
    with ctx.lecture() as s:
        d = _demande(s)
        cachet = cachet_de(ctx, s, d, periode)
        if genre == "csv":
            faits = lire_faits(s, d.perimetre, periode)
            registre = Registre(faits, definitions_au(s, d.perimetre.territoire_id, faits.periodes))
            autres = dict(fichiers_du_registre(registre))
    try:
        vu = bilan_vu(ctx, d.perimetre, periode, d.libelle)
    except RegleViolee as refus:
        flash(refus.message, "danger")
        return redirect(url_for(".annee", **_parametres()))
    return fichier(genre, vu, cachet, autres)


@bp.get("/dossiers/<code>")
@reserve_a(Role.FACILITATEUR)
def dossier(code: str) -> Any:
    """A pack, ready for a partner: on the page, or as a file with `?format=`."""
    if code not in PACKS:
        abort(404)
    genre = request.args.get("format", "")
    if genre and genre not in TYPES:
        abort(404)
    ctx = contexte()
    periode = periode_demandee(ctx.aujourdhui())
    try:
        with ctx.lecture() as s:
            d = _demande(s)
            vu = fabriquer(s, code, d.perimetre, periode, ctx.aujourdhui())
            cachet = cachet_de(ctx, s, d, periode)
    except RegleViolee as refus:
        flash(refus.message, "warning")
        return redirect(url_for(".annee", **_parametres()))
    if genre:
        return fichier(genre, vu, cachet)
    return render_template(
        "facilitateur/bilan_dossier.html",
        vu=vu,
        pack=PACKS[code],
        annee=periode.debut.year,
        barres=barres,
        parametres=_parametres(),
    )


@bp.post("/arreter")
@reserve_a(Role.FACILITATEUR)
def arreter_bilan() -> Any:
    """Freeze the report of the year shown."""
    ctx, form = contexte(), FormulaireArrete()
    with ctx.lecture() as s:
        d = _demande(s)
    try:
        if not form.validate_on_submit():
            raise RegleViolee("La note compte 500 lettres au plus.")
        periode = periode_demandee(ctx.aujourdhui())
        ref = arreter(ctx, acteur(), d.perimetre, periode, d.libelle, note=form.note.data or "")
    except RegleViolee as refus:
        flash(refus.message, "danger")
        return redirect(url_for(".annee", **_parametres()))
    flash("Le bilan est arrêté : ses chiffres ne bougent plus.", "success")
    return redirect(url_for(".arrete", ref=ref))


@bp.get("/arretes/<ref>")
@reserve_a(Role.FACILITATEUR)
def arrete(ref: str) -> Any:
    """A frozen report, and what changed since."""
    with contexte().lecture() as s:
        bilan = charger_arrete(s, acteur(), ref)
        ecarts = regularisations(s, bilan)
    return render_template(
        "facilitateur/bilan_arrete.html",
        b=bilan,
        vu=de_dict(bilan.contenu),
        ecarts=ecarts,
        somme=somme(e.ecart for e in ecarts),
        barres=barres,
    )


@bp.get("/arretes/<ref>/fichier/<genre>")
@reserve_a(Role.FACILITATEUR)
def telecharger_arrete(ref: str, genre: str) -> Any:
    """The files of a frozen report: as published."""
    if genre not in TYPES:
        abort(404)
    with contexte().lecture() as s:
        b = charger_arrete(s, acteur(), ref)
        territoire = s.get_one(Territoire, b.territoire_id).nom
    vu = de_dict(b.contenu)
    arrete_en = f"{b.ref}, note : {b.note or 'aucune'}"
    return fichier(
        genre,
        vu,
        Cachet(territoire, vu.titre, vu.perimetre, vu.debut, vu.fin, "tout", b.arrete_le, b.empreinte, arrete_en),
    )


@bp.route("/lignes-du-bilan", methods=["GET", "POST"])
@reserve_a(Role.FACILITATEUR)
def noms() -> Any:
    """How buyers are named in the report, and which opérations stand apart."""
    ctx, moi = contexte(), acteur()
    form, exception = FormulaireNom(prefix="nom"), FormulaireExceptionnelle(prefix="ex")
    with ctx.lecture() as s:
        offerts = choix(s, moi.territoire_id, ctx.aujourdhui())
        toutes = lectures.operations(s, moi.territoire_id)
        apart = lectures.exceptionnelles(s, moi.territoire_id)
        nommes = lectures.noms(s, moi.territoire_id)
    form.valeur.choices = options([("", "Choisissez"), *offerts.acheteurs])
    exception.operation.choices = options([("", "Choisissez"), *toutes])
    code = 200
    if request.method == "POST":
        quoi = exception if "ex-operation" in request.form else form
        try:
            if quoi.validate_on_submit():
                if quoi is form:
                    nommer(
                        ctx,
                        moi,
                        DimensionBilan.ACHETEUR,
                        form.valeur.data,
                        form.libelle.data,
                        form.jour.data,
                        principal=form.principal.data,
                        source=form.source.data or "",
                    )
                else:
                    signaler_exceptionnelle(
                        ctx, moi, exception.operation.data, exception.nom.data, exception.motif.data
                    )
                flash("C'est enregistré : le bilan le montre dès maintenant.", "success")
                return redirect(url_for(".noms"))
        except RegleViolee as refus:
            quoi.poser_erreur(refus)
        code = 422
    return (
        render_template(
            "facilitateur/bilan_noms.html",
            form=form,
            exception=exception,
            apart=apart,
            nommes=nommes,
        ),
        code,
    )


@bp.post("/exceptionnelles/<ref>/retirer")
@reserve_a(Role.FACILITATEUR)
def remettre(ref: str) -> Any:
    """Put an opération back among the others."""
    ne_plus_signaler(contexte(), acteur(), ref)
    flash("L'opération est de nouveau comptée avec les autres.", "success")
    return redirect(url_for(".noms"))
