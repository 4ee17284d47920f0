"""The people proposed to an employer, and its answers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from wtforms import DateField, HiddenField, SelectField
from wtforms.validators import InputRequired, Optional

from marketplace.comptes.models import Organisation
from marketplace.comptes.roles import Role
from marketplace.erreurs import ModifieEntreTemps, RegleViolee
from marketplace.heures.models import Modalite
from marketplace.offres.libelles import CONTRATS, contrats_possibles
from marketplace.offres.models import TypeContrat
from marketplace.offres.queries import OffreVue
from marketplace.offres.queries import offre as lire_offre
from marketplace.propositions import queries
from marketplace.propositions.queries import PropositionVue
from marketplace.propositions.rules import Transition
from marketplace.propositions.services import embaucher, lire_fiche, lire_liste, modalites_de, repondre
from marketplace.valeurs import ajouter_mois
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.formulaires import ChampHeures, Formulaire, options
from marketplace.web.socle.propositions import a_paris, lire_page, version_de
from marketplace.web.socle.reponses import FAITS, FormulaireRefus, FormulaireRencontre

bp = Blueprint("employeur_propositions", __name__, url_prefix="/employeur/propositions")

MODALITES = {
    Modalite.EMBAUCHE_DIRECTE: "Embauche directe",
    Modalite.MAD_ETTI: "Mise à disposition par une ETTI",
    Modalite.MAD_AI: "Mise à disposition par une AI",
    Modalite.MAD_GEIQ: "Mise à disposition par un GEIQ",
    Modalite.MAD_EATT: "Mise à disposition par une EATT",
    Modalite.MAD_EA_ESAT: "Mise à disposition par une EA ou un ESAT",
    Modalite.ETT: "Intérim",
    Modalite.SOUS_TRAITANCE: "Sous-traitance",
    Modalite.COTRAITANCE: "Cotraitance",
    Modalite.MARCHE_RESERVE: "Marché réservé",
}


class FormulaireEmbauche(Formulaire):
    """The contract."""

    debut = DateField("Premier jour", [InputRequired("Indiquez le premier jour.")])
    fin = DateField("Dernier jour", [Optional()], description="À laisser vide pour un CDI.")
    heures_hebdo = ChampHeures(
        "Heures par semaine",
        [InputRequired("Indiquez les heures par semaine.")],
        render_kw={"type": "text", "inputmode": "decimal"},
    )
    type_contrat = SelectField("Type de contrat", [InputRequired("Choisissez le type de contrat.")])
    modalite = SelectField("De quelle façon ?", [InputRequired("Choisissez la façon.")])
    version = HiddenField()


@bp.get("")
@reserve_a(Role.EMPLOYEUR)
def liste() -> Any:
    """The people proposed: to answer first."""
    moi = acteur()
    groupe = request.args.get("groupe", "en_cours")
    groupe = groupe if groupe in queries.GROUPES else "en_cours"
    page = None
    if moi.organisation_verifiee:
        page, _ = lire_liste(contexte(), moi, groupe=groupe, page=lire_page(request.args.get("page", "1")))
    return render_template("employeur/propositions.html", page=page, groupe=groupe)


def _charger(ref: str) -> PropositionVue:
    return lire_fiche(contexte(), acteur(), ref)


def _page(
    p: PropositionVue,
    *,
    rencontre: FormulaireRencontre | None = None,
    refus: FormulaireRefus | None = None,
    code: int = 200,
    conflit: str = "",
) -> Any:
    version = {"version": str(p.version)}
    return (
        render_template(
            "employeur/proposition.html",
            p=p,
            transitions={t.value for t in p.reponses},
            rencontre=rencontre or FormulaireRencontre(formdata=None, data=version | {"creneau": None, "lieu": p.lieu}),
            refus=refus or FormulaireRefus(formdata=None, data=version),
            conflit=conflit,
        ),
        code,
    )


@bp.get("/<ref>")
@reserve_a(Role.EMPLOYEUR)
def fiche(ref: str) -> Any:
    """One person proposed, named, with what can be answered."""
    return _page(_charger(ref))


def _repondre(ref: str, transition: Transition, **suite: Any) -> Any:
    """Run the answer: back to the page, or the page again when somebody answered meanwhile."""
    try:
        repondre(contexte(), acteur(), ref, transition, **suite)
    except ModifieEntreTemps as erreur:
        return _page(_charger(ref), code=409, conflit=erreur.message)
    flash(FAITS[transition])
    return redirect(url_for(".fiche", ref=ref))


def _version_simple() -> int:
    brut = request.form.get("version", "")
    return int(brut) if brut.isdigit() else 0


@bp.post("/<ref>/etudier")
@reserve_a(Role.EMPLOYEUR)
def etudier(ref: str) -> Any:
    """« J'étudie »."""
    return _repondre(ref, Transition.ETUDIER, version=_version_simple())


@bp.post("/<ref>/immersion")
@reserve_a(Role.EMPLOYEUR)
def immersion(ref: str) -> Any:
    """A trial before the contract."""
    return _repondre(ref, Transition.PRE_EMBAUCHER, version=_version_simple())


@bp.post("/<ref>/accepter")
@reserve_a(Role.EMPLOYEUR)
def accepter(ref: str) -> Any:
    """Accept, then the contract."""
    reponse = _repondre(ref, Transition.ACCEPTER, version=_version_simple())
    return redirect(url_for(".embauche", ref=ref)) if getattr(reponse, "status_code", 0) == 302 else reponse


@bp.post("/<ref>/garder")
@reserve_a(Role.EMPLOYEUR)
def garder(ref: str) -> Any:
    """Keep for later."""
    return _repondre(ref, Transition.METTRE_AU_VIVIER, version=_version_simple())


@bp.post("/<ref>/rencontrer")
@reserve_a(Role.EMPLOYEUR)
def rencontrer(ref: str) -> Any:
    """Fix a meeting."""
    form = FormulaireRencontre()
    if not form.validate_on_submit():
        return _page(_charger(ref), rencontre=form, code=422)
    try:
        return _repondre(
            ref,
            Transition.RENCONTRER,
            creneau=a_paris(form.creneau.data),
            lieu=form.lieu.data or "",
            version=version_de(form),
        )
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return _page(_charger(ref), rencontre=form, code=422)


@bp.post("/<ref>/decliner")
@reserve_a(Role.EMPLOYEUR)
def decliner(ref: str) -> Any:
    """Say no, with a coded reason."""
    form = FormulaireRefus()
    if not form.validate_on_submit():
        return _page(_charger(ref), refus=form, code=422)
    return _repondre(ref, Transition.DECLINER, motif=form.motif.data, version=version_de(form))


def _formulaire_embauche(s: Session, offre: OffreVue, p: PropositionVue) -> FormulaireEmbauche:
    organisation = s.get_one(Organisation, offre.organisation_id)
    aujourdhui = contexte().aujourdhui()
    debut = max(offre.debut, aujourdhui)
    initial = {
        "debut": debut,
        "fin": _veille(ajouter_mois(debut, offre.duree_mois)) if offre.duree_mois else None,
        "heures_hebdo": offre.heures_hebdo,
        "type_contrat": offre.type_contrat.value,
        "version": str(p.version),
    }
    form = FormulaireEmbauche(data=initial) if request.method == "GET" else FormulaireEmbauche()
    types = {t.value: CONTRATS[t] for t in contrats_possibles(organisation.type)}
    form.type_contrat.choices = options(({offre.type_contrat.value: offre.contrat} | types).items())
    form.modalite.choices = options((m.value, MODALITES[m]) for m in modalites_de(organisation))
    return form


def _veille(jour: date) -> date:
    return date.fromordinal(jour.toordinal() - 1)


@bp.get("/<ref>/embaucher")
@reserve_a(Role.EMPLOYEUR)
def embauche(ref: str) -> Any:
    """The contract of a person accepted, already filled from the offre."""
    ctx, moi = contexte(), acteur()
    p = _charger(ref)
    if Transition.EMBAUCHER not in p.reponses:
        return redirect(url_for(".fiche", ref=ref))
    with ctx.lecture() as s:
        offre = lire_offre(s, moi.territoire_id, p.offre_ref, organisation_id=moi.organisation_id)
        return render_template("employeur/embauche.html", p=p, offre=offre, form=_formulaire_embauche(s, offre, p))


@bp.post("/<ref>/embaucher")
@reserve_a(Role.EMPLOYEUR)
def enregistrer_embauche(ref: str) -> Any:
    """Sign the contract, or wait for the validation."""
    ctx, moi = contexte(), acteur()
    p = _charger(ref)
    with ctx.lecture() as s:
        offre = lire_offre(s, moi.territoire_id, p.offre_ref, organisation_id=moi.organisation_id)
        form = _formulaire_embauche(s, offre, p)
    if not form.validate_on_submit():
        return render_template("employeur/embauche.html", p=p, offre=offre, form=form), 422
    try:
        faite = embaucher(
            ctx,
            moi,
            ref,
            debut=form.debut.data or ctx.aujourdhui(),
            fin=form.fin.data,
            heures_hebdo=Decimal(form.heures_hebdo.data or 0),
            type_contrat=TypeContrat(form.type_contrat.data).value,
            modalite=Modalite(form.modalite.data),
            version=version_de(form),
        )
    except ModifieEntreTemps as erreur:
        form.poser_erreur(erreur)
        return render_template("employeur/embauche.html", p=p, offre=offre, form=form), 409
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return render_template("employeur/embauche.html", p=p, offre=offre, form=form), 422
    if faite.contrat_ref is None:
        flash("Votre facilitateur doit d'abord valider cette embauche. La demande est partie.", "warning")
    else:
        flash(f"{p.prenom} est dans vos salariés. Vous déclarerez ses heures chaque mois.")
    return redirect(url_for(".fiche", ref=ref))
