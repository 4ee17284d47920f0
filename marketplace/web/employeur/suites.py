"""A SIAE or a GEIQ prepares the next job of its own salariés, in their last six months."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from marketplace.comptes.roles import Role
from marketplace.erreurs import ModifieEntreTemps, RegleViolee
from marketplace.offres import queries as offres
from marketplace.propositions.services.rangs import DEPUIS_PERSONNE
from marketplace.propositions.services.suites import (
    apercus_salarie,
    classer_pour_salarie,
    informer_salarie,
    lire_presentee,
    lire_salaries,
    proposer_salarie,
    retirer_presentee,
)
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.proposer.plusieurs import Porte, coches, envoyer, fiches_a_remettre, ouvrir
from marketplace.web.socle.propositions import CANAUX, FormulaireVersion, version_de

bp = Blueprint("employeur_suites", __name__, url_prefix="/employeur/suites")

OFFRES_MONTREES = 24


@bp.get("")
@reserve_a(Role.EMPLOYEUR)
def liste() -> Any:
    """One's own salariés, the nearest end first."""
    return render_template("employeur/suites.html", salaries=lire_salaries(contexte(), acteur()), canaux=CANAUX)


@bp.get("/<personne_ref>")
@reserve_a(Role.EMPLOYEUR)
def pour(personne_ref: str) -> Any:
    """Other employers' offres for one of them."""
    try:
        vu, fin = classer_pour_salarie(contexte(), acteur(), personne_ref, limit=OFFRES_MONTREES)
    except RegleViolee:
        flash("Remettez-lui d'abord la notice, puis notez comment.", "warning")
        return redirect(url_for(".liste"))
    return render_template("employeur/suite.html", vu=vu, fin=fin)


@bp.post("/<personne_ref>/informer")
@reserve_a(Role.EMPLOYEUR)
def informer(personne_ref: str) -> Any:
    """Keep that the notice was handed over."""
    try:
        informer_salarie(contexte(), acteur(), personne_ref, canal=request.form.get("canal", ""))
    except RegleViolee as refus:
        flash(refus.message, "warning")
        return redirect(url_for(".liste"))
    flash("C'est noté. Voici les offres qui lui correspondent.")
    return redirect(url_for(".pour", personne_ref=personne_ref))


def _porte(personne_ref: str) -> Porte:
    ctx, moi = contexte(), acteur()
    return Porte(
        lambda couples: apercus_salarie(ctx, moi, personne_ref, [offre for offre, _ in couples]),
        lambda lignes: proposer_salarie(ctx, moi, personne_ref, lignes),
        url_for(".pour", personne_ref=personne_ref),
        DEPUIS_PERSONNE,
        None,
        ".remettre_ensemble",
    )


@bp.get("/<personne_ref>/proposer")
@reserve_a(Role.EMPLOYEUR)
def montrer(personne_ref: str) -> Any:
    """The offres ticked for her."""
    refs = coches("offre")
    if not refs:
        flash("Cochez les offres, puis recommencez.", "warning")
        return redirect(url_for(".pour", personne_ref=personne_ref))
    return ouvrir(_porte(personne_ref), [(ref, personne_ref) for ref in refs])


@bp.post("/<personne_ref>/proposer")
@reserve_a(Role.EMPLOYEUR)
def proposer(personne_ref: str) -> Any:
    """Propose her."""
    return envoyer(_porte(personne_ref), personne_ref=personne_ref)


@bp.get("/propositions/<ref>")
@reserve_a(Role.EMPLOYEUR)
def presentee(ref: str) -> Any:
    """What became of a proposition of one's own salarié."""
    return _page(ref)


def _page(ref: str, code: int = 200, conflit: str = "") -> Any:
    ctx, moi = contexte(), acteur()
    p = lire_presentee(ctx, moi, ref)
    with ctx.lecture() as s:
        offre = offres.offre(s, moi.territoire_id, p.offre_ref)
    form = FormulaireVersion(formdata=None, data={"version": str(p.version)})
    return render_template("employeur/suite_proposition.html", p=p, offre=offre, form=form, conflit=conflit), code


@bp.post("/propositions/<ref>/retirer")
@reserve_a(Role.EMPLOYEUR)
def retirer(ref: str) -> Any:
    """Take it back."""
    try:
        retirer_presentee(contexte(), acteur(), ref, version=version_de(FormulaireVersion()))
    except ModifieEntreTemps as erreur:
        return _page(ref, 409, erreur.message)
    flash("La proposition est retirée.")
    return redirect(url_for(".presentee", ref=ref))


@bp.get("/a-remettre")
@reserve_a(Role.EMPLOYEUR)
def remettre_ensemble() -> Any:
    """The sheets handed to her."""
    return fiches_a_remettre(lambda ref: lire_presentee(contexte(), acteur(), ref), presentees=True)
