"""The acts on one marché: its hours, its state, its stops, its firms, its removal."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from marketplace.comptes.roles import Role
from marketplace.erreurs import ModifieEntreTemps, RegleViolee
from marketplace.marches.queries import FicheMarche
from marketplace.marches.queries.attaches import ce_qui_retient
from marketplace.marches.rules.dimensionnement import Calibrage, dimensionner
from marketplace.marches.rules.etats import AVANT_NOTIFICATION, LIBELLES, EtatMarche, choix_etat
from marketplace.marches.rules.phrases import formule_en_texte
from marketplace.marches.services import (
    ajouter_intervenant,
    changer_etat,
    fixer_clause,
    noter_arret,
    reprendre_apres_arret,
    retirer_arret,
    retirer_intervenant,
    supprimer_marche,
)
from marketplace.territoire.queries import Reglages, reglages_au
from marketplace.web.facilitateur.formulaires_marches import (
    FormulaireArret,
    FormulaireClause,
    FormulaireEtat,
    FormulaireIntervenant,
    FormulaireReprise,
)
from marketplace.web.facilitateur.marches import agir, bp, charger, version_lue
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.calibrages import calcul_garde, pour_dimensionnement
from marketplace.web.socle.formulaires import Formulaire


def _apres(m: FicheMarche) -> bool:
    return m.etat not in AVANT_NOTIFICATION


def _reglages() -> Reglages:
    ctx = contexte()
    with ctx.lecture() as s:
        return reglages_au(s, acteur().territoire_id, ctx.aujourdhui())


def _defauts_du_calcul(m: FicheMarche, r: Reglages) -> dict[str, Decimal | None]:
    """The last sizing kept with the clause, else what the territory proposes for that sector."""
    garde = m.clause.calcul if m.clause else {}
    if "montant_ht" in garde:
        return {
            "montant": Decimal(garde["montant_ht"]),
            "part": Decimal(garde["part_main_oeuvre"]) * 100,
            "taux": Decimal(garde["taux_effort"]) * 100,
            "cout": Decimal(garde["cout_horaire"]),
        }
    part = r.parts_main_oeuvre.get(m.secteur)
    return {
        "montant": m.montant_ht,
        "part": None if part is None else part * 100,
        "taux": Decimal(r.taux_effort[0]),
        "cout": r.cout_horaire,
    }


def _calibrer(form: FormulaireClause, r: Reglages) -> Calibrage | None:
    """What the four figures give; None when one is missing. Raises RegleViolee next to its field."""
    entrees = form.calcul()
    if entrees is None:
        return None
    try:
        return dimensionner(*entrees, contexte().aujourdhui(), pour_dimensionnement(r))
    except RegleViolee as refus:
        champs = {"montant_ht": "montant", "part_main_oeuvre": "part", "taux_effort": "taux", "cout_horaire": "cout"}
        raise RegleViolee(refus.message, champ=champs.get(refus.champ or "", refus.champ)) from None


@bp.get("/<ref>/objectif")
@reserve_a(Role.FACILITATEUR)
def objectif(ref: str) -> Any:
    """The hours in force, ready to be changed, and what a sizing would give."""
    m, r = charger(ref), _reglages()
    form = FormulaireClause(
        formdata=None,
        heures_prevues=m.clause.heures_prevues if m.clause else None,
        lien_objet=m.clause.lien_objet if m.clause else "",
        a_partir_du=contexte().aujourdhui(),
        version=str(m.version),
        **_defauts_du_calcul(m, r),
    )
    return render_template("facilitateur/marche_objectif.html", form=form, m=m, apres=_apres(m))


def _calculer(form: FormulaireClause, m: FicheMarche, r: Reglages) -> Any:
    """The page again, hours filled by the sizing; nothing is written."""
    calibrage = None
    form.validate()
    form.heures_prevues.errors = ()
    try:
        calibrage = _calibrer(form, r)
        if calibrage is None:
            form.poser_erreur(RegleViolee("Remplissez les quatre champs du calcul.", champ="montant"))
    except RegleViolee as refus:
        form.poser_erreur(refus)
    if calibrage is not None:
        form.heures_prevues.raw_data = None
        form.heures_prevues.data = calibrage.heures
    page = render_template(
        "facilitateur/marche_objectif.html",
        form=form,
        m=m,
        apres=_apres(m),
        calibrage=calibrage,
        formule=None if calibrage is None else formule_en_texte(calibrage),
    )
    return page, 422 if calibrage is None else 200


@bp.post("/<ref>/objectif")
@reserve_a(Role.FACILITATEUR)
def fixer_objectif(ref: str) -> Any:
    """A new version of the hours, with the sizing it comes from when there is one."""
    m, r = charger(ref), _reglages()
    form = FormulaireClause()
    if request.form.get("calculer"):
        return _calculer(form, m, r)

    def acte() -> None:
        calibrage = _calibrer(form, r)
        fixer_clause(
            contexte(),
            acteur(),
            ref,
            form.heures_prevues.data or Decimal(0),
            motif=form.motif.data or "",
            a_partir_du=form.a_partir_du.data,
            lien_objet=form.lien_objet.data or "",
            calcul=None if calibrage is None else calcul_garde(calibrage),
            version=version_lue(form),
        )

    refus = agir(form, acte, "facilitateur/marche_objectif.html", m=m, apres=_apres(m))
    if refus is not None:
        return refus
    flash("Objectif enregistré. L'ancienne version reste au dossier.")
    return redirect(url_for(".fiche", ref=ref))


@bp.get("/<ref>/etat")
@reserve_a(Role.FACILITATEUR)
def etat(ref: str) -> Any:
    """The moves that are open to this marché."""
    m = charger(ref)
    form = FormulaireEtat(formdata=None, jour=contexte().aujourdhui(), version=str(m.version))
    form.proposer(choix_etat(m.etat), titulaire=m.titulaire is not None)
    form.etat.data = request.args.get("vers", "")
    return render_template("facilitateur/marche_etat.html", form=form, m=m, libelles=LIBELLES)


@bp.post("/<ref>/etat")
@reserve_a(Role.FACILITATEUR)
def passer(ref: str) -> Any:
    """Move a marché on."""
    m = charger(ref)
    form = FormulaireEtat()
    form.proposer(choix_etat(m.etat), titulaire=m.titulaire is not None)

    def acte() -> None:
        changer_etat(
            contexte(),
            acteur(),
            ref,
            EtatMarche(form.etat.data),
            jour=form.jour.data,
            motif=form.motif.data or "",
            titulaire=form.donnee("titulaire"),
            clausable=None if form.etat.data != EtatMarche.ETUDIE else form.donnee("clausable") != "non",
            version=version_lue(form),
        )

    refus = agir(form, acte, "facilitateur/marche_etat.html", m=m, libelles=LIBELLES)
    if refus is not None:
        return refus
    flash(f"Le marché est maintenant « {LIBELLES[EtatMarche(form.etat.data)]} ».")
    return redirect(url_for(".fiche", ref=ref))


@bp.get("/<ref>/arret")
@reserve_a(Role.FACILITATEUR)
def arret(ref: str) -> Any:
    """A stop to note, or the one to close."""
    m = charger(ref)
    ouvert = any(a.fin is None for a in m.arrets)
    form: Formulaire = FormulaireReprise(formdata=None) if ouvert else FormulaireArret(formdata=None)
    return render_template("facilitateur/marche_arret.html", form=form, m=m, ouvert=ouvert)


@bp.post("/<ref>/arret")
@reserve_a(Role.FACILITATEUR)
def arreter(ref: str) -> Any:
    """Note a stop, or its end."""
    m = charger(ref)
    ouvert = any(a.fin is None for a in m.arrets)
    if ouvert:
        reprise = FormulaireReprise()

        def reprendre() -> None:
            assert reprise.fin.data is not None
            reprendre_apres_arret(contexte(), acteur(), ref, reprise.fin.data)

        refus = agir(reprise, reprendre, "facilitateur/marche_arret.html", m=m, ouvert=True)
    else:
        form = FormulaireArret()

        def noter() -> None:
            assert form.debut.data is not None
            noter_arret(contexte(), acteur(), ref, form.debut.data, form.fin.data, motif=form.motif.data or "")

        refus = agir(form, noter, "facilitateur/marche_arret.html", m=m, ouvert=False)
    if refus is not None:
        return refus
    flash("Reprise notée." if ouvert else "Arrêt noté : la courbe attendue se fige pendant l'arrêt.")
    return redirect(url_for(".fiche", ref=ref))


@bp.post("/<ref>/arrets/<int:arret_id>/retirer")
@reserve_a(Role.FACILITATEUR)
def oter_arret(ref: str, arret_id: int) -> Any:
    """Remove a stop noted by mistake."""
    try:
        retirer_arret(contexte(), acteur(), ref, arret_id)
        flash("Arrêt retiré.")
    except RegleViolee as erreur:
        flash(erreur.message, "danger")
    return redirect(url_for(".fiche", ref=ref) + "#t-versions")


@bp.get("/<ref>/intervenants/nouveau")
@reserve_a(Role.FACILITATEUR)
def nouvel_intervenant(ref: str) -> Any:
    """A firm to add."""
    m = charger(ref)
    form = FormulaireIntervenant(formdata=None)
    form.proposer(m)
    return render_template("facilitateur/marche_intervenant.html", form=form, m=m)


@bp.post("/<ref>/intervenants/nouveau")
@reserve_a(Role.FACILITATEUR)
def inscrire_intervenant(ref: str) -> Any:
    """Add a firm."""
    m = charger(ref)
    form = FormulaireIntervenant()
    form.proposer(m)

    def acte() -> None:
        ajouter_intervenant(
            contexte(),
            acteur(),
            ref,
            form.organisation.data or "",
            form.role_choisi(),
            parent_id=int(form.parent_id.data) if form.parent_id.data else None,
            part=None if form.part.data is None else Decimal(form.part.data) / 100,
        )

    refus = agir(form, acte, "facilitateur/marche_intervenant.html", m=m)
    if refus is not None:
        return refus
    flash("Intervenant ajouté.")
    return redirect(url_for(".fiche", ref=ref) + "#intervenants")


@bp.post("/<ref>/intervenants/<int:intervenant_id>/retirer")
@reserve_a(Role.FACILITATEUR)
def oter_intervenant(ref: str, intervenant_id: int) -> Any:
    """Take a firm off."""
    try:
        retirer_intervenant(contexte(), acteur(), ref, intervenant_id)
        flash("Intervenant retiré.")
    except ModifieEntreTemps:
        raise
    except RegleViolee as erreur:
        charger(ref)
        flash(erreur.message, "danger")
    return redirect(url_for(".fiche", ref=ref) + "#intervenants")


@bp.get("/<ref>/supprimer")
@reserve_a(Role.FACILITATEUR)
def suppression(ref: str) -> Any:
    """Ask before removing; say what keeps it when it cannot be."""
    m = charger(ref)
    with contexte().lecture() as s:
        retient = ce_qui_retient(s, m.id)
    return render_template("facilitateur/marche_supprimer.html", m=m, retient=retient)


@bp.post("/<ref>/supprimer")
@reserve_a(Role.FACILITATEUR)
def supprimer(ref: str) -> Any:
    """Remove a marché entered by mistake."""
    m = charger(ref)
    try:
        supprimer_marche(contexte(), acteur(), ref)
    except RegleViolee as erreur:
        flash(erreur.message, "danger")
        return redirect(url_for(".fiche", ref=ref))
    flash(f"Marché supprimé : {m.intitule}.")
    return redirect(url_for(".liste"))
