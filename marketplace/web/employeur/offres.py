"""An employer's offres: write one, recognise its métier, see who could come, close it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation
from marketplace.comptes.roles import Role
from marketplace.contexte import PARIS
from marketplace.erreurs import Introuvable, ModifieEntreTemps, RegleViolee
from marketplace.metiers.queries import competences_coeur, libelles_metiers
from marketplace.offres import queries
from marketplace.offres.models import EtatOffre
from marketplace.offres.queries import FiltresOffres, OffreLigne, OffreVue
from marketplace.offres.rules import a_confirmer
from marketplace.offres.services import CompetenceVoulue, confirmer, modifier, publier_brouillon, rediger
from marketplace.propositions.queries import compter_par_offre
from marketplace.propositions.services import classer_sans_noms, clore_offre, demander_rencontre, lire_liste
from marketplace.web.employeur.formulaires_offres import FormulaireMetier, FormulaireOffre, valeurs_de
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.propositions import lire_page, version_de

bp = Blueprint("employeur_offres", __name__, url_prefix="/employeur/offres")

ETATS = {
    "ouvertes": (EtatOffre.PUBLIEE, EtatOffre.BROUILLON),
    "closes": (EtatOffre.POURVUE, EtatOffre.FERMEE),
}
COMPETENCES_MAX = 12


def _organisation(s: Session) -> Organisation:
    organisation = s.get(Organisation, acteur().organisation_id) if acteur().organisation_id else None
    if organisation is None:
        raise Introuvable()
    return organisation


def _offre(s: Session, ref: str) -> OffreVue:
    return queries.offre(s, acteur().territoire_id, ref, organisation_id=acteur().organisation_id)


@bp.get("")
@reserve_a(Role.EMPLOYEUR)
def liste() -> Any:
    """The organisation's offres, open or closed."""
    ctx, moi = contexte(), acteur()
    etat = request.args.get("etat", "ouvertes")
    etat = etat if etat in ETATS else "ouvertes"
    with ctx.lecture() as s:
        filtres = FiltresOffres(
            organisation_id=moi.organisation_id, etats=ETATS[etat], page=lire_page(request.args.get("page", "1"))
        )
        page = queries.offres(s, moi.territoire_id, filtres)
        comptes = compter_par_offre(s, [o.id for o in page.lignes])
    dues = {o.ref for o in page.lignes if _question_due(o)}
    return render_template("employeur/offres.html", page=page, comptes=comptes, etat=etat, dues=dues)


def _question_due(o: OffreLigne) -> bool:
    """Whether « toujours d'actualité ? » is due; a post of the national platform opens and closes there."""
    if o.etat is not EtatOffre.PUBLIEE or o.nationale:
        return False
    confirmee, publiee = (None if q is None else q.astimezone(PARIS).date() for q in (o.confirmee_le, o.publiee_le))
    return a_confirmer(confirmee, publiee, contexte().aujourdhui())


def _formulaire(s: Session, offre: OffreVue | None = None) -> FormulaireOffre:
    organisation = _organisation(s)
    marches = queries.marches_liables(s, organisation.id)
    initial = valeurs_de(offre) if offre else {"marche_ref": request.args.get("marche", ""), "places": 1}
    form = FormulaireOffre(data=initial) if request.method == "GET" else FormulaireOffre()
    return form.preparer(organisation.type, marches, offre.type_contrat if offre else None)


def _page_saisie(form: FormulaireOffre, offre: OffreVue | None, code: int = 200, conflit: bool = False) -> Any:
    return render_template("employeur/offre_saisie.html", form=form, offre=offre, conflit=conflit), code


@bp.get("/nouvelle")
@reserve_a(Role.EMPLOYEUR)
def nouvelle() -> Any:
    """Seven fields, then the métier; the rest folded."""
    with contexte().lecture() as s:
        return _page_saisie(_formulaire(s), None)


@bp.post("/nouvelle")
@reserve_a(Role.EMPLOYEUR)
def creer() -> Any:
    """Keep the offre as a draft, then ask which métier it is."""
    ctx, moi = contexte(), acteur()
    with ctx.lecture() as s:
        form = _formulaire(s)
        if not form.validate_on_submit():
            return _page_saisie(form, None, 422)
    try:
        with ctx.lecture() as s:
            saisie = form.saisie(s, moi.territoire_id)
        ref = rediger(ctx, moi, saisie)
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return _page_saisie(form, None, 422)
    return redirect(url_for(".metier", ref=ref, choix=form.code_rome.data or None))


@bp.get("/<ref>/metier")
@reserve_a(Role.EMPLOYEUR)
def metier(ref: str) -> Any:
    """Which métier of ROME this offre is, with its core skills to tick."""
    with contexte().lecture() as s:
        offre = _offre(s, ref)
        choisi = request.args.get("choix", "") or offre.code_rome
        return _page_metier(s, offre, request.args.get("q", ""), choisi)


def _page_metier(s: Session, offre: OffreVue, texte: str, choisi: str | None, erreur: str = "", code: int = 200) -> Any:
    suggestions = contexte().ranker.metiers(texte.strip() or offre.intitule, 5)
    propositions = [(x.code_rome, x.appellation) for x in suggestions.suggestions]
    codes = [c for c, _ in propositions]
    if choisi and choisi not in codes:
        connus = libelles_metiers(s, [choisi])
        if choisi in connus:
            propositions.insert(0, (choisi, connus[choisi]))
            codes.insert(0, choisi)
    retenu = choisi if choisi in codes else (codes[0] if codes and not suggestions.vague else None)
    cochees = {c.code_ogr for c in offre.competences}
    return (
        render_template(
            "employeur/offre_metier.html",
            form=FormulaireMetier(),
            offre=offre,
            metiers=propositions,
            libelles=libelles_metiers(s, codes),
            retenu=retenu,
            question=suggestions.question if suggestions.vague else None,
            competences=competences_coeur(s, retenu)[:COMPETENCES_MAX] if retenu else (),
            cochees=cochees,
            texte=texte,
            erreur=erreur,
            demandes=[*(f"le permis {p}" for p in offre.permis), *(f"le CACES {c}" for c in offre.caces)],
        ),
        code,
    )


@bp.post("/<ref>/metier")
@reserve_a(Role.EMPLOYEUR)
def choisir_metier(ref: str) -> Any:
    """Publish the offre under this métier, or change the métier of one already out."""
    ctx, moi = contexte(), acteur()
    choisi = request.form.get("code_rome", "")
    if not FormulaireMetier().validate_on_submit():
        return redirect(url_for(".metier", ref=ref))
    if request.form.get("action") == "voir":
        return redirect(url_for(".metier", ref=ref, q=request.form.get("q", ""), choix=choisi))
    with ctx.lecture() as s:
        offre = _offre(s, ref)
        if not choisi:
            return _page_metier(s, offre, request.form.get("q", ""), None, "Choisissez le métier le plus proche.", 422)
        cochees = set(request.form.getlist("competences"))
        competences = [
            CompetenceVoulue(c.libelle, c.code_ogr) for c in competences_coeur(s, choisi) if c.code_ogr in cochees
        ]
        if offre.etat is not EtatOffre.BROUILLON:
            saisie = FormulaireOffre(formdata=None, data=valeurs_de(offre)).preparer(
                offre.organisation_type, queries.marches_liables(s, offre.organisation_id), offre.type_contrat
            )
            contenu = saisie.saisie(s, moi.territoire_id)
    try:
        if offre.etat is EtatOffre.BROUILLON:
            publier_brouillon(ctx, moi, ref, code_rome=choisi, competences=competences)
            flash("Votre offre est publiée. Voici qui pourrait venir.")
            return redirect(url_for(".classement", ref=ref))
        modifier(ctx, moi, ref, contenu, code_rome=choisi, competences=competences)
    except RegleViolee as erreur:
        with ctx.lecture() as s:
            return _page_metier(s, offre, "", choisi, erreur.message, 422)
    flash("Le métier et les compétences sont à jour.")
    return redirect(url_for(".fiche", ref=ref))


@bp.get("/<ref>")
@reserve_a(Role.EMPLOYEUR)
def fiche(ref: str) -> Any:
    """One offre and what came of it."""
    ctx, moi = contexte(), acteur()
    with ctx.lecture() as s:
        offre = _offre(s, ref)
    page = None
    if moi.organisation_verifiee:
        page, _ = lire_liste(ctx, moi, groupe="toutes", offre_ref=ref)
    return render_template("employeur/offre.html", offre=offre, propositions=page)


@bp.get("/<ref>/modifier")
@reserve_a(Role.EMPLOYEUR)
def modifier_page(ref: str) -> Any:
    """The same form, filled."""
    with contexte().lecture() as s:
        offre = _offre(s, ref)
        return _page_saisie(_formulaire(s, offre), offre)


@bp.post("/<ref>/modifier")
@reserve_a(Role.EMPLOYEUR)
def modifier_offre(ref: str) -> Any:
    """Change an offre."""
    with contexte().lecture() as s:
        offre = _offre(s, ref)
        form = _formulaire(s, offre)
        if not form.validate_on_submit():
            return _page_saisie(form, offre, 422)
    try:
        return _enregistrer(offre, form)
    except ModifieEntreTemps as erreur:
        form.poser_erreur(erreur)
        return _page_saisie(form, offre, 409, conflit=True)
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return _page_saisie(form, offre, 422)


def _enregistrer(offre: OffreVue, form: FormulaireOffre) -> Any:
    """Write the change; a new name asks for the métier again."""
    ctx, moi = contexte(), acteur()
    with ctx.lecture() as s:
        saisie = form.saisie(s, moi.territoire_id)
    if offre.etat is EtatOffre.BROUILLON:
        rediger(ctx, moi, saisie, ref=offre.ref)
        return redirect(url_for(".metier", ref=offre.ref, choix=form.code_rome.data or None))
    meme = saisie.intitule.strip() == offre.intitule
    modifier(ctx, moi, offre.ref, saisie, code_rome=offre.code_rome if meme else None, version=version_de(form))
    if not meme:
        flash("Le poste a changé de nom : dites de quel métier il s'agit.")
        return redirect(url_for(".metier", ref=offre.ref, choix=form.code_rome.data or None))
    flash("Votre offre est à jour.")
    return redirect(url_for(".fiche", ref=offre.ref))


@bp.post("/<ref>/confirmer")
@reserve_a(Role.EMPLOYEUR)
def confirmer_offre(ref: str) -> Any:
    """« Toujours d'actualité »."""
    confirmer(contexte(), acteur(), ref)
    flash("C'est noté : votre offre reste ouverte.")
    return redirect(url_for(".liste") if request.form.get("retour") == "liste" else url_for(".fiche", ref=ref))


@bp.post("/<ref>/fermer")
@reserve_a(Role.EMPLOYEUR)
def fermer_offre(ref: str) -> Any:
    """Filled elsewhere, or given up."""
    pourvue = request.form.get("raison") == "pourvue"
    clore_offre(contexte(), acteur(), ref, pourvue=pourvue)
    flash("Votre offre est marquée pourvue." if pourvue else "Votre offre est fermée.")
    return redirect(url_for(".fiche", ref=ref))


@bp.get("/<ref>/classement")
@reserve_a(Role.EMPLOYEUR)
def classement(ref: str) -> Any:
    """Ten people at most, without their names."""
    ctx, moi = contexte(), acteur()
    with ctx.lecture() as s:
        offre = _offre(s, ref)
    if offre.etat is EtatOffre.BROUILLON:
        return redirect(url_for(".metier", ref=ref))
    vu = classer_sans_noms(ctx, moi, ref) if moi.organisation_verifiee else None
    return render_template("employeur/classement.html", offre=offre, vu=vu)


@bp.post("/<ref>/rencontrer")
@reserve_a(Role.EMPLOYEUR)
def rencontrer(ref: str) -> Any:
    """Ask to meet the person of a card."""
    demander_rencontre(contexte(), acteur(), ref, request.form.get("carte", ""))
    flash("Votre demande est partie. Son référent vous répond sous quelques jours.")
    return redirect(url_for(".classement", ref=ref))
