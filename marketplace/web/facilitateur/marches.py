"""The clause ledger: the list, one marché, and the acts on it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from marketplace.comptes.roles import Role
from marketplace.erreurs import ModifieEntreTemps, RegleViolee
from marketplace.heures.photographies import photographies_du_marche
from marketplace.heures.queries import avancements
from marketplace.heures.queries.jalons import heures_qpv
from marketplace.heures.queries.partage import reaffectations_du_marche
from marketplace.heures.services.lectures_marche import lire_personnes_du_marche
from marketplace.heures.solde import points_avant_solde
from marketplace.heures.suivi_marche import LIBELLES_DECLARATION, declarations_du_marche
from marketplace.marches.models import CompteurNpnru
from marketplace.marches.queries import (
    FicheMarche,
    alertes_du_marche,
    depots_du_marche,
    dossier_marche,
    fiche_marche,
    journal_du_marche,
    marches_du_territoire,
    relances_de,
    rotation_du_marche,
)
from marketplace.marches.queries.facettes import comptes_du_registre
from marketplace.marches.rules.depots import LIBELLES_DECISION, LIBELLES_DEPOT
from marketplace.marches.rules.etapes import PHASE_DE_L_ETAT
from marketplace.marches.rules.etats import AVANT_NOTIFICATION, LIBELLES, EtatMarche, choix_etat
from marketplace.marches.rules.formes import (
    COMPTEE_QUAND,
    LIBELLES_CAUSE,
    LIBELLES_FORME,
    LIBELLES_GENRE,
)
from marketplace.marches.rules.npnru import PointNpnru, point_npnru
from marketplace.marches.secteurs import SECTEURS
from marketplace.marches.services import (
    SaisieClause,
    creer_marche,
    modifier_marche,
)
from marketplace.marches.services.avenants import CLOS
from marketplace.marches.services.intervenants import LIBELLES_ROLES
from marketplace.valeurs import lire_decimal
from marketplace.web.facilitateur.filtres_marches import facettes_du_registre, lire_filtres
from marketplace.web.facilitateur.formulaires_marches import (
    NATURES,
    FormulaireMarche,
    FormulaireNouveauMarche,
    valeurs_de,
)
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.courbes import courbe_heures
from marketplace.web.socle.formulaires import Formulaire
from marketplace.web.socle.historique import historique
from marketplace.web.socle.vues import ouverture, vues_de_la_liste

bp = Blueprint("facilitateur_marches", __name__, url_prefix="/facilitateur/marches")


@bp.get("")
@reserve_a(Role.FACILITATEUR)
def liste() -> Any:
    """Marchés of the territory, filters in the address."""
    ctx, moi = contexte(), acteur()
    with ctx.lecture() as s:
        vues = vues_de_la_liste(s, "registre")
        if (suite := ouverture(vues)) is not None:
            return suite
        vue = lire_filtres(s, request.args, moi, ctx.aujourdhui())
        page = marches_du_territoire(s, moi.territoire_id, vue.filtres, page=vue.page)
        comptes = comptes_du_registre(s, moi.territoire_id, vue.filtres)
        progres = avancements(s, [li.id for li in page.lignes], ctx.aujourdhui())
    return render_template(
        "facilitateur/marches.html",
        page=page,
        progres_par_marche=progres,
        vue=vue,
        vues=vues,
        facettes_liste=facettes_du_registre(comptes, vue),
        secteurs=SECTEURS,
        libelles=LIBELLES,
    )


def charger(ref: str) -> FicheMarche:
    """The marché of that page. Raises Introuvable out of the territory."""
    with contexte().lecture() as s:
        return fiche_marche(s, acteur(), ref)


@bp.get("/<ref>")
@reserve_a(Role.FACILITATEUR)
def fiche(ref: str) -> Any:
    """One marché: how far, what is missing, who works there."""
    ctx, moi = contexte(), acteur()
    personnes = lire_personnes_du_marche(ctx, moi, ref)
    with ctx.lecture() as s:
        m = fiche_marche(s, moi, ref)
        avancement = avancements(s, [m.id], ctx.aujourdhui())[m.id]
        return render_template(
            "facilitateur/marche.html",
            m=m,
            avancement=avancement,
            courbe=courbe_heures(avancement, ctx.aujourdhui(), m.arrets),
            historique=historique(photographies_du_marche(s, m.id)),
            reaffectations=reaffectations_du_marche(s, m.id),
            alertes=alertes_du_marche(s, moi.territoire_id, m.id, ctx.aujourdhui()),
            depots=depots_du_marche(s, m.id),
            libelles_depot=LIBELLES_DEPOT,
            libelles_decision=LIBELLES_DECISION,
            points=points_avant_solde(s, m.id, ctx.aujourdhui()),
            personnes=personnes,
            declarations=declarations_du_marche(s, m.id),
            relances=relances_de(s, moi.territoire_id, "marche", m.id, 5),
            journal=journal_du_marche(s, m.id),
            libelles=LIBELLES,
            roles=LIBELLES_ROLES,
            notifie=m.etat not in AVANT_NOTIFICATION,
            formes=LIBELLES_FORME,
            genres=LIBELLES_GENRE,
            causes=LIBELLES_CAUSE,
            quand=COMPTEE_QUAND,
            natures=NATURES,
            dossier=dossier_marche(s, m, ctx.aujourdhui(), embauches=bool(personnes)),
            rotation=rotation_du_marche(s, m.id, ctx.aujourdhui()),
            npnru=_second_compteur(s, m.id),
            phase=PHASE_DE_L_ETAT[m.etat],
            suites=choix_etat(m.etat),
            etats_declaration=LIBELLES_DECLARATION,
        )


def _second_compteur(s: Session, marche_id: int) -> PointNpnru | None:
    """The second counter and where it stands; None without one."""
    compteur = s.get(CompteurNpnru, marche_id)
    return None if compteur is None else point_npnru(compteur.heures, heures_qpv(s, marche_id))


def agir(form: Formulaire, acte: Callable[[], Any], gabarit: str, **valeurs: Any) -> Any:
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


def version_lue(form: Any) -> int:
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
        accord_cadre=request.args.get("accord_cadre", ""),
        forme="marche_subsequent" if request.args.get("accord_cadre") else "",
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

    refus = agir(form, acte, "facilitateur/marche_saisie.html", m=None)
    if refus is not None:
        return refus
    flash(f"Marché enregistré : {form.intitule.data}.")
    if request.form.get("suivant"):
        return redirect(url_for(".nouveau", operation=form.operation.data or None, acheteur=form.acheteur.data or None))
    return redirect(url_for(".fiche", ref=refs[0]))


def _notifie(m: FicheMarche) -> bool:
    """Whether its amount and end belong to a notified contract, which an avenant still changes (R12)."""
    return m.etat not in AVANT_NOTIFICATION and m.etat not in CLOS


@bp.get("/<ref>/modifier")
@reserve_a(Role.FACILITATEUR)
def modifier(ref: str) -> Any:
    """The marché as it stands, ready to be corrected."""
    m = charger(ref)
    form = FormulaireMarche(formdata=None, data=valeurs_de(m))
    return render_template("facilitateur/marche_saisie.html", form=form, m=m, notifie=_notifie(m))


@bp.post("/<ref>/modifier")
@reserve_a(Role.FACILITATEUR)
def corriger(ref: str) -> Any:
    """Correct a marché."""
    m = charger(ref)
    form = FormulaireMarche()

    def acte() -> None:
        modifier_marche(contexte(), acteur(), ref, form.saisie(), version=version_lue(form))

    refus = agir(form, acte, "facilitateur/marche_saisie.html", m=m, notifie=_notifie(m))
    if refus is not None:
        return refus
    flash("Marché corrigé.")
    return redirect(url_for(".fiche", ref=ref))
