"""Pages that a référent and a facilitateur share: an offre with its people, one proposition, proposing."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from marketplace.comptes.roles import Role
from marketplace.erreurs import ModifieEntreTemps, RegleViolee
from marketplace.offres import queries as offres
from marketplace.propositions import queries
from marketplace.propositions.contacts import contact_employeur
from marketplace.propositions.delais import chiffres_du_referent
from marketplace.propositions.services import (
    annuler,
    apercu,
    classer,
    decliner_souhait,
    lire_fiche,
    lire_liste,
    proposer,
)
from marketplace.web.socle.acces import acteur, contexte
from marketplace.web.socle.propositions import (
    ECARTS,
    ORDRES,
    FormulaireProposer,
    FormulaireVersion,
    a_paris,
    lire_ordre,
    lire_page,
    version_de,
)

PAR_PAGE = 12
"""Cards of people a page holds: four rows of three."""


def page_offre(audience: str, ref: str) -> Any:
    """An offre and the people of this perimeter, ranked with reasons."""
    ctx, moi = contexte(), acteur()
    ordre = lire_ordre(request.args.get("ordre", ""))
    with ctx.lecture() as s:
        offre = offres.offre(s, moi.territoire_id, ref)
    page = lire_page(request.args.get("page", "1"))
    vu = classer(ctx, moi, ref, limit=PAR_PAGE, ordre=ordre, page=page)
    return render_template(
        "socle/offre_personnes.html", audience=audience, offre=offre, vu=vu, ordres=ORDRES, ecarts=ECARTS
    )


def _page_proposer(audience: str, ref: str, personne_ref: str, form: FormulaireProposer, code: int = 200) -> Any:
    vu = apercu(contexte(), acteur(), ref, personne_ref)
    return render_template("socle/proposer.html", audience=audience, vu=vu, form=form), code


def montrer(audience: str, ref: str, personne_ref: str) -> Any:
    """The one page between the ranking and the proposition."""
    return _page_proposer(audience, ref, personne_ref, FormulaireProposer())


def enregistrer(audience: str, ref: str, personne_ref: str) -> Any:
    """Propose, then show the proposition."""
    form = FormulaireProposer()
    if not form.validate_on_submit():
        return _page_proposer(audience, ref, personne_ref, form, 422)
    try:
        proposition = proposer(
            contexte(),
            acteur(),
            ref,
            personne_ref,
            accord_canal=form.accord_canal.data,
            creneau=a_paris(form.creneau.data),
            lieu=form.lieu.data or "",
            mot=form.mot.data or "",
        )
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return _page_proposer(audience, ref, personne_ref, form, 422)
    flash("C'est envoyé. L'employeur est prévenu.")
    return redirect(url_for(f"{audience}_propositions.fiche", ref=proposition))


def fermer_souhait(audience: str, ref: str, personne_ref: str) -> Any:
    """Answer an employer's wish by not proposing."""
    decliner_souhait(contexte(), acteur(), ref, personne_ref)
    flash("C'est noté. L'employeur lit que la personne n'est pas disponible, rien de plus.")
    return redirect(url_for(f"{audience}_propositions.liste"))


def liste_propositions(audience: str) -> Any:
    """Wishes to answer, then the propositions of this perimeter."""
    groupe = request.args.get("groupe", "en_cours")
    groupe = groupe if groupe in queries.GROUPES else "en_cours"
    numero = lire_page(request.args.get("page", "1"))
    page, souhaits = lire_liste(contexte(), acteur(), groupe=groupe, page=numero)
    chiffres = None
    if acteur().role is Role.REFERENT:
        with contexte().lecture() as s:
            chiffres = chiffres_du_referent(s, acteur(), contexte().aujourdhui())
    return render_template(
        "socle/propositions.html", audience=audience, page=page, groupe=groupe, souhaits=souhaits, chiffres=chiffres
    )


def fiche_proposition(audience: str, ref: str, *, code: int = 200, conflit: str = "") -> Any:
    """What became of one proposition."""
    ctx, moi = contexte(), acteur()
    p = lire_fiche(ctx, moi, ref)
    with ctx.lecture() as s:
        offre = offres.offre(s, moi.territoire_id, p.offre_ref)
    form = FormulaireVersion(formdata=None, data={"version": str(p.version)})
    page = render_template("socle/proposition.html", audience=audience, p=p, offre=offre, form=form, conflit=conflit)
    return page, code


def fiche_a_remettre(audience: str, ref: str) -> Any:
    """One page for the person: day, place, journey, whom to ask for, and a short text to send."""
    ctx, moi = contexte(), acteur()
    p = lire_fiche(ctx, moi, ref)
    with ctx.lecture() as s:
        offre = offres.offre(s, moi.territoire_id, p.offre_ref)
        contact = contact_employeur(s, moi.territoire_id, p.offre_ref, ctx.aujourdhui())
    trajet = next((r.texte for r in p.raisons if r.critere == "trajet"), "")
    return render_template(
        "socle/proposition_remise.html", audience=audience, p=p, offre=offre, contact=contact, trajet=trajet
    )


def annuler_proposition(audience: str, ref: str) -> Any:
    """Take a proposition back."""
    form = FormulaireVersion()
    try:
        annuler(contexte(), acteur(), ref, version=version_de(form))
    except ModifieEntreTemps as erreur:
        return fiche_proposition(audience, ref, code=409, conflit=erreur.message)
    flash("La proposition est retirée.")
    return redirect(url_for(f"{audience}_propositions.fiche", ref=ref))
