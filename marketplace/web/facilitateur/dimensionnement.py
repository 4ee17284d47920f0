"""Sizing the clause of a marché: the kind of calculation, its result, who could do it, then the hours are fixed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from wtforms import DateField, HiddenField, SelectMultipleField, StringField, widgets
from wtforms.validators import Optional

from marketplace.comptes.models import TypeOrganisation
from marketplace.comptes.roles import Role
from marketplace.contexte import Contexte
from marketplace.erreurs import ModifieEntreTemps, RegleViolee
from marketplace.marches.documents.mots import PUBLICS
from marketplace.marches.documents.services import duree_en_mois
from marketplace.marches.queries import FicheMarche, fiche_marche
from marketplace.marches.rules.calculs import LIBELLES_CAS, Calcul, Cas, calculer, entrees_gardees, nombre_simple
from marketplace.marches.rules.dimensionnement import Faisabilite, etudier_faisabilite
from marketplace.marches.rules.etats import AVANT_NOTIFICATION
from marketplace.marches.services import fixer_clause
from marketplace.propositions.faisabilite import VivierDuMetier, vivier_du_metier
from marketplace.recherche.structures import FiltresStructures, StructurePublique, structures_publiques
from marketplace.territoire.queries import Reglages, communes_dans_un_rayon, reglages_au
from marketplace.valeurs import lire_decimal
from marketplace.web.facilitateur.marches import version_lue
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.calibrages import (
    cas_choisi,
    contexte_de_saisie,
    pour_dimensionnement,
    textes_lus,
    valeurs_du_territoire,
)
from marketplace.web.socle.formulaires import Formulaire, options

bp = Blueprint("facilitateur_dimensionnement", __name__, url_prefix="/facilitateur/marches/<ref>")

A_FIXER = frozenset({Cas.MARCHE, Cas.BONS, Cas.TRANCHES, Cas.REPRISE, Cas.AVENANT})
"""The others do not change the target: a share of it, or a counter apart (R18, R22)."""
RAYON_KM = 30.0
STRUCTURES_MONTREES = 6
FAMILLES = {
    "Bâtiment": "Bâtiment et travaux",
    "Travaux publics": "Bâtiment et travaux",
    "Travaux publics numériques": "Bâtiment et travaux",
    "Propreté": "Propreté et entretien",
    "Espaces verts": "Espaces verts et environnement",
    "Restauration": "Restauration et alimentation",
    "Gardiennage": "Conciergerie et gardiennage",
    "Déchets": "Recyclage et réemploi",
    "Transport": "Transport, logistique et mobilité",
    "Conciergerie": "Conciergerie et gardiennage",
    "Gestion documentaire": "Numérique et administratif",
}
"""Sector of the marché → family of the directory; personnel can be lent in any sector."""
PRETENT = (TypeOrganisation.ETTI, TypeOrganisation.AI, TypeOrganisation.GEIQ, TypeOrganisation.EATT)
FONT = (TypeOrganisation.EI, TypeOrganisation.ACI, TypeOrganisation.EA, TypeOrganisation.ESAT)


class FormulaireObjectif(Formulaire):
    """What goes with the hours when they are fixed."""

    a_partir_du = DateField("À partir du", [Optional()])
    motif = StringField("Avenant", [Optional()], description="Numéro, date, document : exigé après la notification.")
    lien_objet = StringField(
        "Lien de la clause avec l'objet du marché",
        [Optional()],
        description="Une phrase. Elle est exigée pour lancer la consultation.",
    )
    publics = SelectMultipleField(
        "Publics éligibles",
        [Optional()],
        choices=options((code, libelle[0].upper() + libelle[1:]) for code, libelle in PUBLICS.items()),
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
        description="Aucun choix : tous ceux du territoire.",
    )
    version = HiddenField()


@dataclass(frozen=True, slots=True)
class Etude:
    """Feasibility before the clause is fixed: people in reach, people needed, structures near."""

    faisabilite: Faisabilite | None
    vivier: VivierDuMetier | None
    preteuses: tuple[StructurePublique, ...]
    sous_traitantes: tuple[StructurePublique, ...]

    def phrases(self) -> list[str]:
        """As kept with the hours, and written in the note."""
        lignes = []
        if self.faisabilite is not None:
            lignes = [f"{self.faisabilite.phrase}.", *self.faisabilite.reserves]
        if self.vivier is not None and self.vivier.a_rapprocher:
            lignes.append(f"{self.vivier.a_rapprocher} autres à rapprocher du métier.")
        nombre = len(self.preteuses) + len(self.sous_traitantes)
        if nombre:
            lignes.append(f"Structures d'insertion à moins de {RAYON_KM:.0f} km : au moins {nombre}.")
        return lignes


def etudier(ctx: Contexte, s: Session, m: FicheMarche, calcul: Calcul | None, duree: str, r: Reglages) -> Etude:
    """Who could do these hours. Raises RegleViolee next to the duration when it makes no sense."""
    moi, jour = acteur(), ctx.aujourdhui()
    vivier = None
    if m.code_rome and m.metier:
        debut: date = max(m.date_debut or jour, jour)
        vivier = vivier_du_metier(
            ctx, s, moi, code_rome=m.code_rome, metier=m.metier, code_insee=m.code_insee, debut=debut
        )
    faisabilite = None
    if calcul is not None and duree:
        try:
            mois = int(lire_decimal(duree, champ="duree"))
            if mois > 600:
                raise RegleViolee("Donnez une durée en mois.", champ="duree")
            faisabilite = etudier_faisabilite(
                calcul.heures, mois, vivier.proches if vivier else None, pour_dimensionnement(r)
            )
        except RegleViolee as refus:
            raise RegleViolee(refus.message, champ="duree") from None
    return Etude(faisabilite, vivier, _structures(s, m, jour, PRETENT), _structures(s, m, jour, FONT))


def _structures(
    s: Session, m: FicheMarche, jour: date, types: tuple[TypeOrganisation, ...]
) -> tuple[StructurePublique, ...]:
    """The nearest structures of these kinds; of that sector when they do the work themselves."""
    if m.code_insee is None:
        return ()
    distances = communes_dans_un_rayon(s, m.code_insee, RAYON_KM)
    activite = FAMILLES.get(m.secteur, "") if types is FONT else ""
    page = structures_publiques(
        s, m.territoire_id, FiltresStructures(types=types, activite=activite, distances=distances), jour
    )
    return page.lignes[:STRUCTURES_MONTREES]


def _charger(ref: str) -> tuple[FicheMarche, Reglages]:
    ctx = contexte()
    with ctx.lecture() as s:
        m = fiche_marche(s, acteur(), ref)
        return m, reglages_au(s, m.territoire_id, ctx.aujourdhui())


def _proposes(m: FicheMarche, r: Reglages, cas: Cas, corps: str) -> dict[str, str]:
    """What is already known: the kept sizing, else the territory's values for that sector."""
    valeurs = valeurs_du_territoire(r, cas, corps or m.secteur)
    garde, entrees = entrees_gardees(m.clause.calcul if m.clause else {})
    if m.montant_ht is not None and cas not in (Cas.ANRU, Cas.REPRISE, Cas.GROUPEMENT):
        valeurs["montant"] = nombre_simple(m.montant_ht)
    if m.clause is not None and cas in (Cas.GROUPEMENT, Cas.AVENANT):
        valeurs["heures"] = nombre_simple(m.clause.heures_prevues)
    duree = duree_en_mois(m)
    if duree is not None:
        valeurs["duree"] = str(duree)
    return valeurs | (entrees if garde is cas and not corps else {})


def _page(ref: str, valeurs: Any, form: FormulaireObjectif | None = None, code: int = 200, **plus: Any) -> Any:
    m, r = _charger(ref)
    ctx = contexte()
    garde, _ = entrees_gardees(m.clause.calcul if m.clause else {})
    cas = cas_choisi(valeurs.get("mode") or garde.value)
    corps = valeurs.get("corps", "")[:80]
    textes = textes_lus(valeurs, cas, _proposes(m, r, cas, corps))
    calcul, erreurs = None, {}
    with ctx.lecture() as s:
        etude = etudier(ctx, s, m, None, "", r)
        if any(valeurs.get(champ) for champ in ("montant", "heures")):
            try:
                calcul = calculer(cas, textes, ctx.aujourdhui(), pour_dimensionnement(r))
                etude = etudier(ctx, s, m, calcul, textes.get("duree", ""), r)
            except RegleViolee as refus:
                calcul, erreurs[refus.champ or ""] = None, refus.message
    if form is None:
        form = FormulaireObjectif(
            formdata=None,
            a_partir_du=ctx.aujourdhui(),
            lien_objet=m.clause.lien_objet if m.clause else "",
            publics=list(m.clause.publics) if m.clause else [],
            version=str(m.version),
        )
    page = render_template(
        "facilitateur/dimensionnement.html",
        m=m,
        form=form,
        libelles_cas=LIBELLES_CAS,
        erreurs=erreurs,
        calcul=calcul,
        etude=etude,
        a_fixer=cas in A_FIXER,
        apres=m.etat not in AVANT_NOTIFICATION,
        rayon=RAYON_KM,
        **contexte_de_saisie(r, cas, textes, corps),
        **plus,
    )
    return page, 422 if erreurs and code == 200 else code


@bp.get("/dimensionner")
@reserve_a(Role.FACILITATEUR)
def dimensionner(ref: str) -> Any:
    """Choose what is calculated, calculate, see who could do it. Nothing is written."""
    return _page(ref, request.args)


@bp.post("/dimensionner")
@reserve_a(Role.FACILITATEUR)
def fixer(ref: str) -> Any:
    """Fix the hours calculated, with what they come from."""
    ctx, moi = contexte(), acteur()
    m, r = _charger(ref)
    form = FormulaireObjectif()
    cas = cas_choisi(request.form.get("mode"))
    if not form.validate_on_submit() or cas not in A_FIXER:
        return _page(ref, request.form, form, 422)
    textes = textes_lus(request.form, cas, _proposes(m, r, cas, request.form.get("corps", "")[:80]))
    try:
        calcul = calculer(cas, textes, ctx.aujourdhui(), pour_dimensionnement(r))
        duree = textes.get("duree", "")
        with ctx.lecture() as s:
            etude = etudier(ctx, s, m, calcul, duree, r)
        garde = calcul.garder() | {"faisabilite": etude.phrases()}
        garde["entrees"] |= {"duree": duree} if duree else {}
        fixer_clause(
            ctx,
            moi,
            ref,
            calcul.heures,
            motif=form.motif.data or "",
            a_partir_du=form.a_partir_du.data,
            lien_objet=form.lien_objet.data or "",
            publics=tuple(form.publics.data or ()),
            calcul=garde,
            version=version_lue(form),
        )
    except ModifieEntreTemps as erreur:
        form.poser_erreur(erreur)
        return _page(ref, request.form, form, 409, conflit=True)
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return _page(ref, request.form, form, 422)
    flash("Objectif enregistré avec son calcul. Les documents peuvent être faits.")
    return redirect(url_for("facilitateur_documents.documents", ref=ref))
