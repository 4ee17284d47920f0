"""What is dated around a contract: form, tranches, periods, orders, avenants, transfer, interventions, start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from marketplace.comptes.roles import Role
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.heures.queries import avancements
from marketplace.marches.queries import (
    Dossier,
    FicheMarche,
    composante_vue,
    depots_du_marche,
    dossier_marche,
    fiche_marche,
)
from marketplace.marches.rules.avenants import EffetHeures
from marketplace.marches.rules.depots import GenreDepot
from marketplace.marches.rules.formes import LIBELLES_GENRE, GenreComposante
from marketplace.marches.services import (
    ajouter_composante,
    fixer_forme,
    modifier_composante,
    prendre_en_compte,
    retirer_avenant,
    retirer_composante,
    signer_avenant,
    transferer_marche,
)
from marketplace.web.facilitateur.formulaires_engagements import (
    FORMULAIRES,
    FormulaireAvenant,
    FormulaireForme,
    FormulaireTransfert,
    saisie_composante,
    valeurs_composante,
)
from marketplace.web.facilitateur.marches import agir, bp, charger, version_lue
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.formulaires import Formulaire

GABARIT = "facilitateur/marche_acte.html"
GENRES = {g.value.replace("_", "-"): g for g in FORMULAIRES}
TITRES = {
    GenreComposante.TRANCHE: "Tranche optionnelle",
    GenreComposante.RECONDUCTION: "Période de reconduction",
    GenreComposante.BON_DE_COMMANDE: "Bon de commande",
}
INTROS = {
    GenreComposante.TRANCHE: "L'objectif du marché est celui de la tranche ferme. "
    "Les heures d'une tranche optionnelle s'y ajoutent le jour où elle est affermie.",
    GenreComposante.RECONDUCTION: "Les heures de la période s'ajoutent à l'objectif le jour de la reconduction, "
    "une seule fois. La fin du marché suit.",
    GenreComposante.BON_DE_COMMANDE: "L'objectif d'un accord-cadre est la somme des heures de ses bons.",
}


def lire_dossier(ref: str) -> tuple[FicheMarche, Dossier]:
    """The marché of that page and what is dated around it. Raises Introuvable out of the territory."""
    ctx = contexte()
    with ctx.lecture() as s:
        m = fiche_marche(s, acteur(), ref)
        return m, dossier_marche(s, m, ctx.aujourdhui())


def page_acte(m: FicheMarche, form: Formulaire, titre: str, bouton: str, intro: str = "") -> Any:
    """The page of one act on a marché: why, its form, one button."""
    return render_template(GABARIT, form=form, m=m, titre=titre, bouton=bouton, intro=intro)


def agir_sur(
    m: FicheMarche,
    form: Formulaire,
    acte: Callable[[], Any],
    titre: str,
    bouton: str,
    *,
    intro: str = "",
    message: str = "",
    ancre: str = "",
) -> Any:
    """Run an act of this page, then the marché at the right section; the form again when it is refused."""
    refus = agir(form, acte, GABARIT, m=m, titre=titre, bouton=bouton, intro=intro)
    if refus is not None:
        return refus
    if message:
        flash(message)
    return redirect(url_for("facilitateur_marches.fiche", ref=m.ref) + ancre)


def retirer_de(ref: str, acte: Callable[[], Any], message: str, ancre: str) -> Any:
    """Remove something from its row: the marché again, with what happened or why it could not."""
    try:
        acte()
        flash(message)
    except RegleViolee as refus:
        flash(refus.message, "danger")
    return redirect(url_for("facilitateur_marches.fiche", ref=ref) + ancre)


# --- form ------------------------------------------------------------------------------------------------------


@bp.get("/<ref>/forme")
@reserve_a(Role.FACILITATEUR)
def forme(ref: str) -> Any:
    """The form of the contract."""
    m, d = lire_dossier(ref)
    form = FormulaireForme(
        formdata=None,
        forme=d.forme.value if d.forme else "",
        heures_par_millier=d.heures_par_millier,
        accord_cadre=d.accord_cadre[0] if d.accord_cadre else "",
    )
    return page_acte(m, form, "Forme du contrat", "Enregistrer la forme")


@bp.post("/<ref>/forme")
@reserve_a(Role.FACILITATEUR)
def choisir_forme(ref: str) -> Any:
    """Say what kind of contract it is."""
    m = charger(ref)
    form = FormulaireForme()

    def acte() -> None:
        fixer_forme(
            contexte(),
            acteur(),
            ref,
            form.forme_choisie(),
            heures_par_millier=form.heures_par_millier.data,
            accord_cadre=form.accord_cadre.data or "",
        )

    return agir_sur(
        m, form, acte, "Forme du contrat", "Enregistrer la forme", message="Forme enregistrée.", ancre="#engagements"
    )


# --- tranches, periods, orders ---------------------------------------------------------------------------------


def _genre(adresse: str) -> GenreComposante:
    if adresse not in GENRES:
        raise Introuvable()
    return GENRES[adresse]


@bp.get("/<ref>/engagements/<genre>/nouveau")
@reserve_a(Role.FACILITATEUR)
def nouvel_engagement(ref: str, genre: str) -> Any:
    """A blank tranche, period or order."""
    g, m = _genre(genre), charger(ref)
    form = FORMULAIRES[g](formdata=None)
    return page_acte(m, form, TITRES[g], f"Ajouter : {LIBELLES_GENRE[g]}", INTROS[g])


@bp.post("/<ref>/engagements/<genre>/nouveau")
@reserve_a(Role.FACILITATEUR)
def engager(ref: str, genre: str) -> Any:
    """Note a tranche, a period or an order."""
    g, m = _genre(genre), charger(ref)
    form = FORMULAIRES[g]()

    def acte() -> None:
        ajouter_composante(contexte(), acteur(), ref, g, saisie_composante(form))

    return agir_sur(
        m,
        form,
        acte,
        TITRES[g],
        f"Ajouter : {LIBELLES_GENRE[g]}",
        intro=INTROS[g],
        message=f"Noté : {LIBELLES_GENRE[g]}.",
        ancre="#engagements",
    )


@bp.get("/<ref>/engagements/<int:composante_id>")
@reserve_a(Role.FACILITATEUR)
def engagement(ref: str, composante_id: int) -> Any:
    """A part ready to be corrected, or decided by its date."""
    m = charger(ref)
    with contexte().lecture() as s:
        vue = composante_vue(s, m.id, composante_id)
    if vue is None or vue.genre not in FORMULAIRES:
        raise Introuvable()
    form = FORMULAIRES[vue.genre](formdata=None, data=valeurs_composante(vue))
    return page_acte(m, form, f"{TITRES[vue.genre]} n° {vue.numero}", "Enregistrer", INTROS[vue.genre])


@bp.post("/<ref>/engagements/<int:composante_id>")
@reserve_a(Role.FACILITATEUR)
def corriger_engagement(ref: str, composante_id: int) -> Any:
    """Correct a part, or say it is firmed up, renewed, ordered."""
    m = charger(ref)
    with contexte().lecture() as s:
        vue = composante_vue(s, m.id, composante_id)
    if vue is None or vue.genre not in FORMULAIRES:
        raise Introuvable()
    form = FORMULAIRES[vue.genre]()

    def acte() -> None:
        modifier_composante(contexte(), acteur(), ref, composante_id, saisie_composante(form))

    titre = f"{TITRES[vue.genre]} n° {vue.numero}"
    return agir_sur(
        m, form, acte, titre, "Enregistrer", intro=INTROS[vue.genre], message="Corrigé.", ancre="#engagements"
    )


@bp.post("/<ref>/engagements/<int:composante_id>/retirer")
@reserve_a(Role.FACILITATEUR)
def retirer_engagement(ref: str, composante_id: int) -> Any:
    """Remove a part."""
    return retirer_de(
        ref, lambda: retirer_composante(contexte(), acteur(), ref, composante_id), "Retiré.", "#engagements"
    )


# --- avenants and transfer ---------------------------------------------------------------------------------------


INTRO_AVENANT = (
    "Après la notification, l'objectif, la fin et le montant ne changent que par avenant. L'ancien reste au dossier."
)


@bp.get("/<ref>/avenants/nouveau")
@reserve_a(Role.FACILITATEUR)
def nouvel_avenant(ref: str) -> Any:
    """A blank avenant."""
    m = charger(ref)
    form = FormulaireAvenant(formdata=None, data=_avenant_depose(m) | {"version": str(m.version)})
    return page_acte(m, form, "Avenant ou prolongation", "Enregistrer cet avenant", INTRO_AVENANT)


@bp.post("/<ref>/avenants/nouveau")
@reserve_a(Role.FACILITATEUR)
def inscrire_avenant(ref: str) -> Any:
    """Record an avenant."""
    m = charger(ref)
    form = FormulaireAvenant()
    alertes: list[str] = []

    def acte() -> None:
        alertes.append(signer_avenant(contexte(), acteur(), ref, form.saisie(), version=version_lue(form)))

    reponse = agir_sur(
        m,
        form,
        acte,
        "Avenant ou prolongation",
        "Enregistrer cet avenant",
        intro=INTRO_AVENANT,
        message="Avenant enregistré.",
        ancre="#avenants",
    )
    if alertes and alertes[0]:
        flash(alertes[0], "warning")
    if alertes and (depot := request.args.get("depot", type=int)) is not None:
        prendre_en_compte(contexte(), acteur(), ref, depot)
    return reponse


def _avenant_depose(m: FicheMarche) -> dict[str, Any]:
    """The avenant the buyer deposited, ready to be checked; a blank one when the address names none."""
    numero = request.args.get("depot", type=int)
    with contexte().lecture() as s:
        depot = next((d for d in depots_du_marche(s, m.id) if d.id == numero and d.genre is GenreDepot.AVENANT), None)
    if depot is None:
        return {"effet": EffetHeures.MUET.value}
    return {
        "signe_le": depot.jour,
        "document": f"Avenant n° {depot.numero}, déposé par l'acheteur",
        "objet": depot.motif[:500],
        "montant_apres": depot.montant,
        "effet": (EffetHeures.MUET if depot.heures is None else EffetHeures.FIXE).value,
        "heures": depot.heures,
    }


@bp.post("/<ref>/depots/<int:depot_id>/pris-en-compte")
@reserve_a(Role.FACILITATEUR)
def accuser_depot(ref: str, depot_id: int) -> Any:
    """Say that what the buyer deposited was dealt with."""
    return retirer_de(
        ref, lambda: prendre_en_compte(contexte(), acteur(), ref, depot_id), "L'acheteur est prévenu.", "#depots"
    )


@bp.post("/<ref>/avenants/<int:avenant_id>/retirer")
@reserve_a(Role.FACILITATEUR)
def oter_avenant(ref: str, avenant_id: int) -> Any:
    """Take back the last avenant."""
    return retirer_de(
        ref,
        lambda: retirer_avenant(contexte(), acteur(), ref, avenant_id),
        "Avenant retiré : le contrat est comme avant lui.",
        "#avenants",
    )


def _intro_transfert(m: FicheMarche) -> str:
    ctx = contexte()
    with ctx.lecture() as s:
        a = avancements(s, [m.id], ctx.aujourdhui())[m.id]
    attente = " Des heures déclarées ne sont pas encore validées : validez-les d'abord." if a.declarees else ""
    return (
        "Les heures validées restent sur ce marché. Ce qui manque devient l'objectif d'un nouveau marché, "
        f"au nom du nouveau titulaire.{attente}"
    )


@bp.get("/<ref>/transfert")
@reserve_a(Role.FACILITATEUR)
def transfert(ref: str) -> Any:
    """To whom the contract passes."""
    m = charger(ref)
    form = FormulaireTransfert(formdata=None, jour=contexte().aujourdhui(), version=str(m.version), cause="cession")
    return page_acte(m, form, "Transférer ce marché", "Transférer ce marché", _intro_transfert(m))


@bp.post("/<ref>/transfert")
@reserve_a(Role.FACILITATEUR)
def transferer(ref: str) -> Any:
    """Pass the contract on."""
    ctx, m = contexte(), charger(ref)
    form = FormulaireTransfert()
    refs: list[str] = []

    def acte() -> None:
        with ctx.lecture() as s:
            validees = avancements(s, [m.id], ctx.aujourdhui())[m.id].validees
        refs.append(transferer_marche(ctx, acteur(), ref, form.saisie(), validees=validees, version=version_lue(form)))

    titre = "Transférer ce marché"
    refus = agir(form, acte, GABARIT, m=m, titre=titre, bouton=titre, intro=_intro_transfert(m))
    if refus is not None:
        return refus
    flash("Marché transféré. Voici celui qui continue, avec ce qui restait à faire.")
    return redirect(url_for("facilitateur_marches.fiche", ref=refs[0]))
