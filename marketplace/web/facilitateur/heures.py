"""Hours to validate: anomalies first, the clean ones in one click, then line by line."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from marketplace.comptes.roles import Role
from marketplace.erreurs import Introuvable, ModifieEntreTemps, RegleViolee
from marketplace.heures.libelles import ETATS_FACILITATEUR, ETATS_LIGNE, MODALITES
from marketplace.heures.queries import a_valider as lire_a_valider
from marketplace.heures.queries import declarations_listees
from marketplace.heures.rules.declaration import MotifCorrection
from marketplace.heures.rules.pieces import LIBELLES_PIECE
from marketplace.heures.services.corrections import ajouter_ligne, corriger_ligne, crediter_malgre_tout
from marketplace.heures.services.lectures import lire_declaration
from marketplace.heures.services.pieces import lire_pieces
from marketplace.heures.services.rappels import renvoyer_lien
from marketplace.heures.services.validation import (
    LIBELLES_MOTIF,
    demander_correction,
    recalculer_attentes,
    valider,
)
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.filtres import heures as en_heures
from marketplace.web.socle.filtres import pluriel
from marketplace.web.socle.formulaires import ChampHeures, Formulaire, options, sans_nir
from marketplace.web.socle.listes import numero_de_page, parametres

bp = Blueprint("facilitateur_heures", __name__, url_prefix="/facilitateur/heures")

DECIMAL = {"type": "text", "inputmode": "decimal", "autocomplete": "off"}
RAISON = TextAreaField(
    "Raison",
    [InputRequired("Écrivez la raison : elle reste dans l'historique."), Length(max=1000), sans_nir],
    render_kw={"rows": 2},
)


class FormulaireCorrection(Formulaire):
    """What is wrong, by code, and a few words."""

    motif = SelectField(
        "Que faut-il corriger ?",
        [InputRequired("Choisissez la raison dans la liste.")],
        choices=options([("", "Choisissez"), *((m.value, LIBELLES_MOTIF[m]) for m in MotifCorrection)]),
    )
    precision = StringField("Précision pour l'employeur", [Optional(), Length(max=300), sans_nir])
    version = HiddenField()


class FormulaireLigne(Formulaire):
    """Hours that replace those of a line."""

    travaillees = ChampHeures("Heures travaillées", [Optional()], render_kw=DECIMAL)
    formation = ChampHeures("Heures de formation", [Optional()], render_kw=DECIMAL)
    motif = RAISON


class FormulaireOubli(FormulaireLigne):
    """The line of a contrat that was forgotten."""

    contrat = SelectField("Personne", [InputRequired("Choisissez la personne.")])


class FormulaireMalgreTout(Formulaire):
    """Refused hours that count all the same."""

    heures = ChampHeures("Heures à compter", [InputRequired("Indiquez les heures.")], render_kw=DECIMAL)
    motif = RAISON


@bp.get("")
@reserve_a(Role.FACILITATEUR)
def a_valider() -> Any:
    """What waits, in the whole territory or in one's own portfolio."""
    ctx, moi = contexte(), acteur()
    miens = request.args.get("miens") == "1"
    with ctx.lecture() as s:
        attente = lire_a_valider(
            s,
            moi.territoire_id,
            ctx.aujourdhui(),
            facilitateur_id=moi.utilisateur_id if miens else None,
        )
    return render_template("facilitateur/heures.html", attente=attente, miens=miens)


@bp.get("/attendues")
@reserve_a(Role.FACILITATEUR)
def attendues() -> Any:
    """Declarations employers have not signed yet, the oldest first."""
    return _liste("attendues")


@bp.get("/validees")
@reserve_a(Role.FACILITATEUR)
def validees() -> Any:
    """Declarations validated, the newest first."""
    return _liste("validees")


def _liste(vue: str) -> Any:
    ctx, moi = contexte(), acteur()
    texte = request.args.get("q", "")[:100]
    with ctx.lecture() as s:
        page = declarations_listees(s, moi.territoire_id, ctx.aujourdhui(), vue=vue, page=numero_de_page(), texte=texte)
    return render_template(
        "facilitateur/heures_liste.html",
        page=page,
        vue=vue,
        texte=texte,
        parametres=parametres(q=texte),
        etats=ETATS_FACILITATEUR,
    )


@bp.post("/valider")
@reserve_a(Role.FACILITATEUR)
def valider_lot() -> Any:
    """Validate the declarations ticked, each with the version that was on the page."""
    versions = {}
    for paire in request.form.getlist("declaration"):
        id_, _, version = paire.partition(":")
        if id_.isdigit() and version.isdigit():
            versions[int(id_)] = int(version)
    try:
        bilan = valider(contexte(), acteur(), list(versions), versions=versions)
    except ModifieEntreTemps as erreur:
        flash(f"{erreur.message} La liste est à jour : recommencez.", "warning")
        return redirect(url_for(".a_valider"))
    except RegleViolee as erreur:
        flash(erreur.message, "danger")
        return redirect(url_for(".a_valider"))
    verbe = "validée" if bilan.declarations == 1 else "validées"
    message = f"{pluriel(bilan.declarations, 'déclaration')} {verbe} : {en_heures(bilan.creditees)} comptées"
    flash(message + (f", {en_heures(bilan.refusees)} non comptées." if bilan.refusees else "."))
    return redirect(url_for(".a_valider"))


def _page(
    declaration_id: int,
    code: int = 200,
    *,
    correction: FormulaireCorrection | None = None,
    ligne: tuple[int, str, Formulaire] | None = None,
    oubli: FormulaireOubli | None = None,
    refus: str = "",
) -> Any:
    """The declaration line by line; `ligne` opens one form of one line."""
    d = lire_declaration(contexte(), acteur(), declaration_id)
    if oubli is None:
        oubli = FormulaireOubli(formdata=None)
    oubli.contrat.choices = options([("", "Choisissez"), *d.oubliables])
    page = render_template(
        "facilitateur/declaration.html",
        d=d,
        etats=ETATS_FACILITATEUR,
        etats_ligne=ETATS_LIGNE,
        modalites=MODALITES,
        pieces=lire_pieces(contexte(), acteur(), declaration_id),
        libelles_piece=LIBELLES_PIECE,
        correction=correction or FormulaireCorrection(formdata=None, version=d.version),
        ligne=ligne,
        oubli=oubli,
        refus=refus,
    )
    return page, code


@bp.get("/<int:declaration_id>")
@reserve_a(Role.FACILITATEUR)
def declaration(declaration_id: int) -> Any:
    """One declaration, with the rule that applies on each line."""
    ouverte = request.args.get("ligne", type=int)
    acte = request.args.get("acte", "")
    if ouverte is None or acte not in {"corriger", "malgre-tout"}:
        return _page(declaration_id)
    form: Formulaire = FormulaireMalgreTout(formdata=None)
    if acte == "corriger":
        form = FormulaireLigne(formdata=None)
        d = lire_declaration(contexte(), acteur(), declaration_id)
        visee = next((x for x in d.lignes if x.id == ouverte), None)
        if visee is None:
            raise Introuvable()
        form = FormulaireLigne(formdata=None, travaillees=visee.travaillees, formation=visee.formation)
    return _page(declaration_id, ligne=(ouverte, acte, form))


@bp.post("/<int:declaration_id>/valider")
@reserve_a(Role.FACILITATEUR)
def valider_une(declaration_id: int) -> Any:
    """Validate this one."""
    version = request.form.get("version", type=int)
    try:
        bilan = valider(
            contexte(),
            acteur(),
            [declaration_id],
            versions={declaration_id: version or 0},
            motif=request.form.get("motif", "")[:1000],
        )
    except ModifieEntreTemps as erreur:
        return _page(declaration_id, 409, refus=erreur.message)
    except RegleViolee as erreur:
        return _page(declaration_id, 422, refus=erreur.message)
    flash(
        f"Heures validées : {en_heures(bilan.creditees)} comptées"
        + (f", {en_heures(bilan.refusees)} non comptées." if bilan.refusees else ".")
    )
    return redirect(url_for(".declaration", declaration_id=declaration_id))


@bp.post("/<int:declaration_id>/correction")
@reserve_a(Role.FACILITATEUR)
def demander(declaration_id: int) -> Any:
    """Send it back to the employer with a reason."""
    form = FormulaireCorrection()
    if not form.validate_on_submit():
        return _page(declaration_id, 422, correction=form)
    try:
        demander_correction(
            contexte(),
            acteur(),
            declaration_id,
            motif=form.motif.data,
            precision=form.precision.data or "",
            version=int(form.version.data) if str(form.version.data).isdigit() else 0,
        )
    except ModifieEntreTemps as erreur:
        return _page(declaration_id, 409, correction=form, refus=erreur.message)
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return _page(declaration_id, 422, correction=form)
    flash("Correction demandée : l'employeur est prévenu, avec la raison.")
    return redirect(url_for(".a_valider"))


@bp.post("/<int:declaration_id>/lien")
@reserve_a(Role.FACILITATEUR)
def envoyer_lien(declaration_id: int) -> Any:
    """Send the link again to those who declare for the firm."""
    try:
        partis = renvoyer_lien(contexte(), acteur(), declaration_id)
    except RegleViolee as erreur:
        flash(erreur.message, "warning")
    else:
        flash(f"Lien envoyé à {pluriel(partis, 'adresse')}.")
    return redirect(url_for(".declaration", declaration_id=declaration_id))


@bp.post("/<int:declaration_id>/recalculer")
@reserve_a(Role.FACILITATEUR)
def recalculer(declaration_id: int) -> Any:
    """Credit what was waiting, if the answer has come."""
    nombre = recalculer_attentes(contexte(), acteur(), declaration_id)
    flash(
        f"{pluriel(nombre, 'ligne')} à jour." if nombre else "Rien n'a changé : la réponse manque toujours.",
        "message" if nombre else "info",
    )
    return redirect(url_for(".declaration", declaration_id=declaration_id))


@bp.post("/<int:declaration_id>/lignes/<int:ligne_id>/corriger")
@reserve_a(Role.FACILITATEUR)
def corriger(declaration_id: int, ligne_id: int) -> Any:
    """Replace a validated line."""
    form = FormulaireLigne()
    return _sur_la_ligne(
        declaration_id,
        (ligne_id, "corriger", form),
        lambda: corriger_ligne(
            contexte(),
            acteur(),
            ligne_id,
            travaillees=form.travaillees.data or Decimal(0),
            formation=form.formation.data or Decimal(0),
            motif=form.motif.data or "",
        ),
        "Ligne corrigée : l'ancienne reste dans l'historique.",
    )


@bp.post("/<int:declaration_id>/lignes/<int:ligne_id>/malgre-tout")
@reserve_a(Role.FACILITATEUR)
def malgre_tout(declaration_id: int, ligne_id: int) -> Any:
    """Credit refused hours with a written reason."""
    form = FormulaireMalgreTout()
    return _sur_la_ligne(
        declaration_id,
        (ligne_id, "malgre-tout", form),
        lambda: crediter_malgre_tout(
            contexte(), acteur(), ligne_id, heures=form.heures.data or Decimal(0), motif=form.motif.data or ""
        ),
        "Heures comptées malgré la règle. Elles ont leur propre ligne dans les bilans.",
    )


def _sur_la_ligne(
    declaration_id: int, ouverte: tuple[int, str, Formulaire], acte: Callable[[], object], reussite: str
) -> Any:
    """An act of the form opened on one line; refused, the form stays open with what was typed."""
    form = ouverte[2]
    if not form.validate_on_submit():
        return _page(declaration_id, 422, ligne=ouverte)
    try:
        acte()
    except ModifieEntreTemps as erreur:
        return _page(declaration_id, 409, ligne=ouverte, refus=erreur.message)
    except RegleViolee as erreur:
        _poser(form, erreur)
        return _page(declaration_id, 422, ligne=ouverte)
    flash(reussite)
    return redirect(url_for(".declaration", declaration_id=declaration_id))


@bp.post("/<int:declaration_id>/lignes")
@reserve_a(Role.FACILITATEUR)
def ajouter(declaration_id: int) -> Any:
    """Add the line of a contrat that was forgotten."""
    ctx, moi, form = contexte(), acteur(), FormulaireOubli()
    d = lire_declaration(ctx, moi, declaration_id)
    form.contrat.choices = options([("", "Choisissez"), *d.oubliables])
    if not form.validate_on_submit():
        return _page(declaration_id, 422, oubli=form)
    try:
        ajouter_ligne(
            ctx,
            moi,
            declaration_id,
            form.contrat.data,
            travaillees=form.travaillees.data or Decimal(0),
            formation=form.formation.data or Decimal(0),
            motif=form.motif.data or "",
        )
    except RegleViolee as erreur:
        _poser(form, erreur)
        return _page(declaration_id, 422, oubli=form)
    flash("Ligne ajoutée.")
    return redirect(url_for(".declaration", declaration_id=declaration_id))


def _poser(form: Formulaire, erreur: RegleViolee) -> None:
    """Errors of the month's rules name the field of the grid: here it is the hours worked."""
    champ = {"h-": "travaillees", "f-": "formation"}.get(erreur.champ or "", erreur.champ)
    form.poser_erreur(RegleViolee(erreur.message, champ=champ))
