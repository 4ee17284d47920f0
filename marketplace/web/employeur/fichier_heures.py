"""Hours that come in the employer's own file: send it, decide what it cannot say, check the totals, write."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for

from marketplace.comptes.roles import Role
from marketplace.depots import deposer, effacer, en_attente, noter, notes_de, relire
from marketplace.erreurs import FichierRefuse, Introuvable, RegleViolee
from marketplace.heures.imports.annulation import annuler_fichier, fichiers_deposes
from marketplace.heures.imports.colonnes import LIBELLES
from marketplace.heures.imports.correspondance import SELON_CONTRAT, Correspondance, lire_correspondance
from marketplace.heures.imports.exemple import fichier_d_exemple
from marketplace.heures.imports.fichier import importer_heures
from marketplace.heures.imports.resultat import Resultat, Sort
from marketplace.heures.imports.rubriques import LIBELLES as NATURES
from marketplace.heures.imports.tableau import effacer_nir, lire_grille
from marketplace.web.employeur.choix_fichier import lire_colonnes, lire_corrections, lire_correspondances
from marketplace.web.socle.acces import acteur, aussi_par_lien, contexte, reserve_a
from marketplace.web.socle.filtres import pluriel

bp = Blueprint("employeur_fichier_heures", __name__, url_prefix="/employeur/fichier-d-heures")

DUREE_SECONDES = 12 * 3600
OBJET = "heures"
LIGNES_MONTREES = 100
GABARITS = {
    "colonnes": "employeur/fichier_heures_colonnes.html",
    "correspondances": "employeur/fichier_heures_correspondances.html",
    "verifier": "employeur/fichier_heures_verifier.html",
}
ETAPES = tuple(GABARITS)


@bp.get("")
@aussi_par_lien
@reserve_a(Role.EMPLOYEUR)
def choisir() -> Any:
    """Choose a file; the former ones, which may be undone."""
    return _choisir()


def _choisir(refus: str = "", code: int = 200) -> Any:
    ctx, moi = contexte(), acteur()
    with ctx.lecture() as s:
        deposes = fichiers_deposes(s, moi.organisation_id or 0, marches=moi.marches)
    # By a link nobody is known: the files of the others are not shown.
    attendent = [] if moi.utilisateur_id is None else en_attente(ctx, moi)
    return (
        render_template(
            "employeur/fichier_heures.html",
            refus=refus,
            deposes=deposes,
            attendent=[(jeton, notes["nom"]) for jeton, notes in attendent if notes.get("objet") == OBJET],
            demo=ctx.config.mode_demo,
        ),
        code,
    )


@bp.post("")
@aussi_par_lien
@reserve_a(Role.EMPLOYEUR)
def envoyer() -> Any:
    """Keep the file apart, then read it."""
    ctx, moi = contexte(), acteur()
    envoi = request.files.get("fichier")
    if envoi is None or not envoi.filename:
        return _choisir("Choisissez un fichier.", 422)
    try:
        grille = effacer_nir(lire_grille(envoi.read()))
        importer_heures(ctx, moi, moi.organisation_id or 0, grille, Correspondance(), dry_run=True)
    except FichierRefuse as refus:
        return _choisir(refus.message, 422)
    # The cells alone are kept: the next pages need not open the workbook again.
    jeton = deposer(ctx, moi, json.dumps(grille, ensure_ascii=False).encode(), duree=DUREE_SECONDES)
    noter(ctx, moi, jeton, {"objet": OBJET, "nom": envoi.filename[:120]})
    return redirect(url_for(".lire", jeton=jeton))


@bp.get("/exemple.xlsx")
@aussi_par_lien
@reserve_a(Role.EMPLOYEUR)
def exemple() -> Any:
    """A fictitious payroll of this employer, to try the pages on the demonstration."""
    ctx, moi = contexte(), acteur()
    if not ctx.config.mode_demo:
        abort(404)
    return send_file(
        fichier_d_exemple(ctx, moi),
        mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        as_attachment=True,
        download_name="paie-exemple.xlsx",
    )


class _Depot:
    """The file of these pages, the choices made so far, and what they give."""

    def __init__(self, jeton: str) -> None:
        self.ctx, self.moi, self.jeton = contexte(), acteur(), jeton
        self.notes = notes_de(self.ctx, self.moi, jeton)
        self.choix = lire_correspondance(self.notes.get("choix", {}))

    def importer(self, *, signataire: str = "", dry_run: bool = True) -> Resultat:
        """Read the file with the choices so far; write when told to."""
        return importer_heures(
            self.ctx,
            self.moi,
            self.moi.organisation_id or 0,
            json.loads(relire(self.ctx, self.moi, self.jeton)),
            self.choix,
            signataire=signataire,
            dry_run=dry_run,
        )

    def retenir(self, nouveaux: Correspondance) -> None:
        """Add choices, and keep them beside the file."""
        self.choix = self.choix.avec(nouveaux)
        self.notes["choix"] = self.choix.en_dict()
        noter(self.ctx, self.moi, self.jeton, self.notes)

    def vers(self, etape: str = "") -> Any:
        """Back to the page of this file."""
        return redirect(url_for(".lire", jeton=self.jeton, etape=etape or None))

    def page(self, resultat: Resultat, etape: str, code: int = 200, **valeurs: Any) -> Any:
        """One of the three steps."""
        return (
            render_template(
                GABARITS[etape],
                r=resultat,
                lecture=resultat.lecture,
                tableau=resultat.tableau,
                nom=self.notes.get("nom", ""),
                jeton=self.jeton,
                etape=etape,
                roles=LIBELLES,
                natures=NATURES,
                intitules={m.ref: m.intitule for m in resultat.annuaire.marches},
                selon_contrat=SELON_CONTRAT,
                sorts=Sort,
                montrees=LIGNES_MONTREES,
                **{"erreur": "", "erreurs": {}, "signataire": self.moi.nom, "choix": self.choix, **valeurs},
            ),
            code,
        )


def _etape_de(resultat: Resultat, demandee: str) -> str:
    """The first step that waits, or a former one when it is asked for."""
    if resultat.tableau.manques:
        return "colonnes"
    attend = "verifier"
    if not resultat.correspondances_completes or resultat.lecture.minutes_douteuses:
        attend = "correspondances"
    return demandee if demandee in ETAPES and ETAPES.index(demandee) <= ETAPES.index(attend) else attend


def _sur_le_depot(page: Callable[[_Depot], Any]) -> Callable[[str], Any]:
    """Give the page the file of its address; one that is no longer there is sent again."""

    @functools.wraps(page)
    def ouvrir(jeton: str) -> Any:
        try:
            depot = _Depot(jeton)
        except Introuvable:
            flash("Ce fichier n'est plus là : envoyez-le de nouveau.", "warning")
            return redirect(url_for(".choisir"))
        return page(depot)

    return ouvrir


@bp.get("/<jeton>")
@aussi_par_lien
@reserve_a(Role.EMPLOYEUR)
@_sur_le_depot
def lire(depot: _Depot) -> Any:
    """The step that waits."""
    resultat = depot.importer()
    return depot.page(resultat, _etape_de(resultat, request.args.get("etape", "")))


@bp.post("/<jeton>/colonnes")
@aussi_par_lien
@reserve_a(Role.EMPLOYEUR)
@_sur_le_depot
def choisir_colonnes(depot: _Depot) -> Any:
    """Which column holds what."""
    depot.retenir(Correspondance(colonnes=lire_colonnes(request.form, depot.importer())))
    resultat = depot.importer()
    if resultat.tableau.manques:
        manques = ", ".join(resultat.tableau.manques)
        return depot.page(resultat, "colonnes", 422, erreur=f"Il manque encore : {manques}. Choisissez une colonne.")
    return depot.vers()


@bp.post("/<jeton>/correspondances")
@aussi_par_lien
@reserve_a(Role.EMPLOYEUR)
@_sur_le_depot
def choisir_correspondances(depot: _Depot) -> Any:
    """Who the clients, the people and the codes are."""
    depot.retenir(lire_correspondances(request.form, depot.importer()))
    resultat = depot.importer()
    if resultat.lecture.clients and not resultat.tableau.manques:
        erreur = "Il reste des clients à décider : choisissez un marché, ou cochez la case."
        return depot.page(resultat, "correspondances", 422, erreur=erreur)
    # Answers about clients bring questions about their people.
    return depot.vers()


@bp.post("/<jeton>/lignes")
@aussi_par_lien
@reserve_a(Role.EMPLOYEUR)
@_sur_le_depot
def corriger_lignes(depot: _Depot) -> Any:
    """Rows typed again, or set aside."""
    depot.retenir(lire_corrections(request.form, depot.importer()))
    return depot.vers()


@bp.post("/<jeton>/ecrire")
@aussi_par_lien
@reserve_a(Role.EMPLOYEUR)
@_sur_le_depot
def ecrire(depot: _Depot) -> Any:
    """All of it, or nothing."""
    signer = bool(request.form.get("signer"))
    signataire = request.form.get("signataire", "").strip()[:200]
    if signer and not signataire:
        erreurs = {"signataire": "Écrivez votre nom pour signer."}
        return depot.page(depot.importer(), "verifier", 422, erreurs=erreurs, signer=True, signataire="")
    try:
        resultat = depot.importer(signataire=signataire if signer else "", dry_run=False)
    except RegleViolee as refus:
        return depot.page(depot.importer(), "verifier", 422, erreur=refus.message, signer=signer)
    if not resultat.applique:
        return depot.vers()
    effacer(depot.ctx, depot.moi, depot.jeton)
    if not resultat.change and not signer:
        flash("Rien à changer : ces heures y étaient déjà.")
    elif signer:
        flash(f"{pluriel(resultat.declarations, 'déclaration signée', 'déclarations signées')}.")
    else:
        flash(f"{pluriel(resultat.declarations, 'déclaration remplie', 'déclarations remplies')} : il reste à signer.")
    return redirect(url_for("employeur_declarations.liste"))


@bp.post("/<jeton>/abandonner")
@aussi_par_lien
@reserve_a(Role.EMPLOYEUR)
@_sur_le_depot
def abandonner(depot: _Depot) -> Any:
    """Forget the file at once."""
    effacer(depot.ctx, depot.moi, depot.jeton)
    flash("Fichier effacé : rien n'a été écrit.")
    return redirect(url_for(".choisir"))


@bp.post("/depots/<int:fichier_id>/annuler")
@aussi_par_lien
@reserve_a(Role.EMPLOYEUR)
def annuler(fichier_id: int) -> Any:
    """Give back to the declarations what they held before a file."""
    try:
        annuler_fichier(contexte(), acteur(), fichier_id)
    except RegleViolee as refus:
        return _choisir(refus.message, 422)
    flash("Dépôt annulé : vos déclarations sont comme avant.")
    return redirect(url_for(".choisir"))
