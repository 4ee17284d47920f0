"""The clause ledger: the list, one marché, and the acts on it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from marketplace.comptes.roles import Role
from marketplace.erreurs import ModifieEntreTemps, RegleViolee
from marketplace.heures.queries import avancements
from marketplace.heures.suivi_marche import (
    LIBELLES_DECLARATION,
    declarations_du_marche,
    personnes_du_marche,
)
from marketplace.journal.services import noter_lectures
from marketplace.marches.queries import (
    FicheMarche,
    alertes_du_marche,
    fiche_marche,
    journal_du_marche,
    marches_du_territoire,
    relances_de,
)
from marketplace.marches.rules.dimensionnement import Calibrage, dimensionner
from marketplace.marches.rules.etats import AVANT_NOTIFICATION, LIBELLES, EtatMarche, transitions_possibles
from marketplace.marches.rules.phrases import formule_en_texte
from marketplace.marches.secteurs import SECTEURS
from marketplace.marches.services import (
    SaisieClause,
    ajouter_intervenant,
    changer_etat,
    creer_marche,
    fixer_clause,
    modifier_marche,
    noter_arret,
    reprendre_apres_arret,
    retirer_intervenant,
    supprimer_marche,
)
from marketplace.marches.services.intervenants import LIBELLES_ROLES
from marketplace.territoire.queries import Reglages, reglages_au
from marketplace.valeurs import lire_decimal
from marketplace.web.facilitateur.filtres_marches import lire_filtres
from marketplace.web.facilitateur.formulaires_marches import (
    NATURES,
    FormulaireArret,
    FormulaireClause,
    FormulaireEtat,
    FormulaireIntervenant,
    FormulaireMarche,
    FormulaireNouveauMarche,
    FormulaireReprise,
    valeurs_de,
)
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.calibrages import calcul_garde, pour_dimensionnement
from marketplace.web.socle.courbes import courbe_heures
from marketplace.web.socle.formulaires import Formulaire

bp = Blueprint("facilitateur_marches", __name__, url_prefix="/facilitateur/marches")


@bp.get("")
@reserve_a(Role.FACILITATEUR)
def liste() -> Any:
    """Marchés of the territory, filters in the address."""
    ctx, moi = contexte(), acteur()
    with ctx.lecture() as s:
        vue = lire_filtres(s, request.args, moi, ctx.aujourdhui())
        page = marches_du_territoire(s, moi.territoire_id, vue.filtres, page=vue.page)
        progres = avancements(s, [li.id for li in page.lignes], ctx.aujourdhui())
    return render_template(
        "facilitateur/marches.html",
        page=page,
        progres_par_marche=progres,
        vue=vue,
        secteurs=SECTEURS,
        libelles=LIBELLES,
    )


def _charger(ref: str) -> FicheMarche:
    with contexte().lecture() as s:
        return fiche_marche(s, acteur(), ref)


@bp.get("/<ref>")
@reserve_a(Role.FACILITATEUR)
def fiche(ref: str) -> Any:
    """One marché: how far, what is missing, who works there."""
    ctx, moi = contexte(), acteur()
    with ctx.transaction() as s:
        m = fiche_marche(s, moi, ref)
        avancement = avancements(s, [m.id], ctx.aujourdhui())[m.id]
        personnes = personnes_du_marche(s, m.id)
        if personnes:
            noter_lectures(s, ctx.horloge(), moi, (p.personne_id for p in personnes), f"page du marché {m.ref}")
        return render_template(
            "facilitateur/marche.html",
            m=m,
            avancement=avancement,
            courbe=courbe_heures(avancement, ctx.aujourdhui(), m.arrets),
            alertes=alertes_du_marche(s, moi.territoire_id, m.id, ctx.aujourdhui()),
            personnes=personnes,
            declarations=declarations_du_marche(s, m.id),
            relances=relances_de(s, moi.territoire_id, "marche", m.id, 5),
            journal=journal_du_marche(s, m.id),
            libelles=LIBELLES,
            roles=LIBELLES_ROLES,
            natures=NATURES,
            suites=transitions_possibles(m.etat),
            etats_declaration=LIBELLES_DECLARATION,
        )


def _agir(form: Formulaire, acte: Callable[[], Any], gabarit: str, **valeurs: Any) -> Any:
    """Run an act from a form: None when it worked, else the page again with everything typed and the reason."""
    if not form.validate_on_submit():
        return render_template(gabarit, form=form, **valeurs), 422
    try:
        acte()
    except ModifieEntreTemps as erreur:
        form.poser_erreur(erreur)
        return render_template(gabarit, form=form, conflit=True, **valeurs), 409
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return render_template(gabarit, form=form, **valeurs), 422
    return None


def _version(form: Any) -> int:
    """The version the page was made from; 0, which none has, when the field was tampered with."""
    return int(form.version.data) if str(form.version.data).isdigit() else 0


def _nombre_de_l_adresse(nom: str) -> Decimal | None:
    """A number given by the calculator; None when it is unreadable."""
    try:
        return lire_decimal(request.args[nom]) if request.args.get(nom) else None
    except RegleViolee:
        return None


@bp.get("/nouveau")
@reserve_a(Role.FACILITATEUR)
def nouveau() -> Any:
    """A blank marché, already in its opération when it comes from one."""
    form = FormulaireNouveauMarche(
        formdata=None,
        operation=request.args.get("operation", ""),
        acheteur=request.args.get("acheteur", ""),
        heures_prevues=_nombre_de_l_adresse("heures"),
        montant_ht=_nombre_de_l_adresse("montant"),
    )
    return render_template("facilitateur/marche_saisie.html", form=form, m=None)


@bp.post("/nouveau")
@reserve_a(Role.FACILITATEUR)
def enregistrer() -> Any:
    """Enter a marché."""
    form = FormulaireNouveauMarche()
    refs: list[str] = []

    def acte() -> None:
        clause = None
        if form.heures_prevues.data is not None:
            clause = SaisieClause(form.heures_prevues.data, form.lien_objet.data or "")
        refs.append(creer_marche(contexte(), acteur(), form.saisie(), etat=EtatMarche(form.etat.data), clause=clause))

    refus = _agir(form, acte, "facilitateur/marche_saisie.html", m=None)
    if refus is not None:
        return refus
    flash(f"Marché enregistré : {form.intitule.data}.")
    if request.form.get("suivant"):
        return redirect(url_for(".nouveau", operation=form.operation.data or None, acheteur=form.acheteur.data or None))
    return redirect(url_for(".fiche", ref=refs[0]))


@bp.get("/<ref>/modifier")
@reserve_a(Role.FACILITATEUR)
def modifier(ref: str) -> Any:
    """The marché as it stands, ready to be corrected."""
    m = _charger(ref)
    form = FormulaireMarche(formdata=None, data=valeurs_de(m))
    return render_template("facilitateur/marche_saisie.html", form=form, m=m)


@bp.post("/<ref>/modifier")
@reserve_a(Role.FACILITATEUR)
def corriger(ref: str) -> Any:
    """Correct a marché."""
    m = _charger(ref)
    form = FormulaireMarche()

    def acte() -> None:
        modifier_marche(contexte(), acteur(), ref, form.saisie(), version=_version(form))

    refus = _agir(form, acte, "facilitateur/marche_saisie.html", m=m)
    if refus is not None:
        return refus
    flash("Marché corrigé.")
    return redirect(url_for(".fiche", ref=ref))


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
    m, r = _charger(ref), _reglages()
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
    m, r = _charger(ref), _reglages()
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
            version=_version(form),
        )

    refus = _agir(form, acte, "facilitateur/marche_objectif.html", m=m, apres=_apres(m))
    if refus is not None:
        return refus
    flash("Objectif enregistré. L'ancienne version reste au dossier.")
    return redirect(url_for(".fiche", ref=ref))


@bp.get("/<ref>/etat")
@reserve_a(Role.FACILITATEUR)
def etat(ref: str) -> Any:
    """The moves that are open to this marché."""
    m = _charger(ref)
    form = FormulaireEtat(formdata=None, jour=contexte().aujourdhui(), version=str(m.version))
    form.proposer(transitions_possibles(m.etat))
    form.etat.data = request.args.get("vers", "")
    return render_template("facilitateur/marche_etat.html", form=form, m=m, libelles=LIBELLES)


@bp.post("/<ref>/etat")
@reserve_a(Role.FACILITATEUR)
def passer(ref: str) -> Any:
    """Move a marché on."""
    m = _charger(ref)
    form = FormulaireEtat()
    form.proposer(transitions_possibles(m.etat))

    def acte() -> None:
        changer_etat(
            contexte(),
            acteur(),
            ref,
            EtatMarche(form.etat.data),
            jour=form.jour.data,
            motif=form.motif.data or "",
            version=_version(form),
        )

    refus = _agir(form, acte, "facilitateur/marche_etat.html", m=m, libelles=LIBELLES)
    if refus is not None:
        return refus
    flash(f"Le marché est maintenant « {LIBELLES[EtatMarche(form.etat.data)]} ».")
    return redirect(url_for(".fiche", ref=ref))


@bp.get("/<ref>/arret")
@reserve_a(Role.FACILITATEUR)
def arret(ref: str) -> Any:
    """A stop to note, or the one to close."""
    m = _charger(ref)
    ouvert = any(a.fin is None for a in m.arrets)
    form: Formulaire = FormulaireReprise(formdata=None) if ouvert else FormulaireArret(formdata=None)
    return render_template("facilitateur/marche_arret.html", form=form, m=m, ouvert=ouvert)


@bp.post("/<ref>/arret")
@reserve_a(Role.FACILITATEUR)
def arreter(ref: str) -> Any:
    """Note a stop, or its end."""
    m = _charger(ref)
    ouvert = any(a.fin is None for a in m.arrets)
    if ouvert:
        reprise = FormulaireReprise()

        def reprendre() -> None:
            assert reprise.fin.data is not None
            reprendre_apres_arret(contexte(), acteur(), ref, reprise.fin.data)

        refus = _agir(reprise, reprendre, "facilitateur/marche_arret.html", m=m, ouvert=True)
    else:
        form = FormulaireArret()

        def noter() -> None:
            assert form.debut.data is not None
            noter_arret(contexte(), acteur(), ref, form.debut.data, form.fin.data, motif=form.motif.data or "")

        refus = _agir(form, noter, "facilitateur/marche_arret.html", m=m, ouvert=False)
    if refus is not None:
        return refus
    flash("Reprise notée." if ouvert else "Arrêt noté : la courbe attendue se fige pendant l'arrêt.")
    return redirect(url_for(".fiche", ref=ref))


@bp.get("/<ref>/intervenants/nouveau")
@reserve_a(Role.FACILITATEUR)
def nouvel_intervenant(ref: str) -> Any:
    """A firm to add."""
    m = _charger(ref)
    form = FormulaireIntervenant(formdata=None)
    form.proposer(m)
    return render_template("facilitateur/marche_intervenant.html", form=form, m=m)


@bp.post("/<ref>/intervenants/nouveau")
@reserve_a(Role.FACILITATEUR)
def inscrire_intervenant(ref: str) -> Any:
    """Add a firm."""
    m = _charger(ref)
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

    refus = _agir(form, acte, "facilitateur/marche_intervenant.html", m=m)
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
        _charger(ref)
        flash(erreur.message, "danger")
    return redirect(url_for(".fiche", ref=ref) + "#intervenants")


@bp.get("/<ref>/supprimer")
@reserve_a(Role.FACILITATEUR)
def suppression(ref: str) -> Any:
    """Ask before removing."""
    return render_template("facilitateur/marche_supprimer.html", m=_charger(ref))


@bp.post("/<ref>/supprimer")
@reserve_a(Role.FACILITATEUR)
def supprimer(ref: str) -> Any:
    """Remove a marché entered by mistake."""
    m = _charger(ref)
    try:
        supprimer_marche(contexte(), acteur(), ref)
    except RegleViolee as erreur:
        flash(erreur.message, "danger")
        return redirect(url_for(".fiche", ref=ref))
    flash(f"Marché supprimé : {m.intitule}.")
    return redirect(url_for(".liste"))
