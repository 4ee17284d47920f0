"""Pages that a référent and a facilitateur share: an offre with its people, one proposition, proposing."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from marketplace.comptes.roles import Role
from marketplace.erreurs import ModifieEntreTemps, RegleViolee
from marketplace.offres import queries as offres
from marketplace.propositions import queries
from marketplace.propositions.chiffres import chiffres_du_referent
from marketplace.propositions.choix import MOTIFS_CHOIX, PREMIERS
from marketplace.propositions.contacts import contact_employeur
from marketplace.propositions.mesures import mesures
from marketplace.propositions.services import (
    Apercu,
    annuler,
    apercu,
    classer,
    decliner_souhait,
    lire_fiche,
    lire_liste,
)
from marketplace.propositions.services import proposer as proposer_une
from marketplace.propositions.services.rangs import DEPUIS_OFFRE, DEPUIS_PERSONNE
from marketplace.propositions.signalements.queries import signalements_pour
from marketplace.web.socle.acces import acteur, contexte
from marketplace.web.socle.proposer.formulaires import FormulaireProposer, a_l_ecran
from marketplace.web.socle.propositions import (
    ECARTS,
    ORDRES,
    FormulaireVersion,
    a_paris,
    lire_ordre,
    lire_page,
    version_de,
)

PAR_PAGE = PREMIERS
"""Cards of people a page holds: four rows of three."""


def offre(ref: str) -> Any:
    """An offre and the people of this perimeter, ranked with reasons."""
    ctx, moi = contexte(), acteur()
    ordre = lire_ordre(request.args.get("ordre", ""))
    with ctx.lecture() as s:
        vue = offres.offre(s, moi.territoire_id, ref)
        signales = signalements_pour(s, moi.territoire_id, ref) if vue.adresse_nationale else {}
    page = lire_page(request.args.get("page", "1"))
    vu = classer(ctx, moi, ref, limit=PAR_PAGE, ordre=ordre, page=page)
    return render_template(
        "socle/offre_personnes.html",
        audience=str(moi.role),
        offre=vue,
        vu=vu,
        ordres=ORDRES,
        ecarts=ECARTS,
        signales=signales,
    )


def _depuis() -> str:
    """Which list she was chosen from, as the address says."""
    return DEPUIS_PERSONNE if request.args.get("depuis") == DEPUIS_PERSONNE else DEPUIS_OFFRE


def _page_proposer(vu: Apercu, form: FormulaireProposer, code: int = 200) -> Any:
    if not vu.motif_a_dire and not form.motif_choix.errors:
        del form.motif_choix
    return render_template("socle/proposer.html", audience=str(acteur().role), vu=vu, form=form), code


def montrer(ref: str, personne_ref: str) -> Any:
    """The one page between the ranking and the proposition."""
    vu = apercu(contexte(), acteur(), ref, personne_ref, depuis=_depuis())
    if vu.offre.adresse_nationale:
        return redirect(url_for(f"{acteur().role}_signalements.nouveau", personne_ref=personne_ref, offre=ref))
    initial = {"creneau": a_l_ecran(vu.creneau), "accord_le": contexte().aujourdhui()}
    return _page_proposer(vu, FormulaireProposer(formdata=None, data=initial))


def enregistrer(ref: str, personne_ref: str) -> Any:
    """Propose, then show the proposition."""
    form = FormulaireProposer()
    valide = form.validate_on_submit()
    if valide:
        try:
            proposition = proposer_une(
                contexte(),
                acteur(),
                ref,
                personne_ref,
                accord_canal=form.accord_canal.data,
                accord_le=form.accord_le.data,
                creneau=a_paris(form.creneau.data),
                lieu=form.lieu.data or "",
                mot=form.mot.data or "",
                motif_choix=form.motif_choix.data,
                depuis=_depuis(),
            )
        except RegleViolee as erreur:
            form.poser_erreur(erreur)
        else:
            flash("C'est envoyé. L'employeur est prévenu.")
            return redirect(url_for(f"{acteur().role}_propositions.fiche", ref=proposition))
    return _page_proposer(apercu(contexte(), acteur(), ref, personne_ref, depuis=_depuis()), form, 422)


def fermer_souhait(ref: str, personne_ref: str) -> Any:
    """Answer an employer's wish by not proposing."""
    decliner_souhait(contexte(), acteur(), ref, personne_ref)
    flash("C'est noté. L'employeur lit que la personne n'est pas disponible, rien de plus.")
    return redirect(url_for(f"{acteur().role}_propositions.liste"))


def liste() -> Any:
    """Wishes to answer, then the propositions of this perimeter."""
    ctx, moi = contexte(), acteur()
    groupe = request.args.get("groupe", "en_cours")
    groupe = groupe if groupe in queries.GROUPES else "en_cours"
    numero = lire_page(request.args.get("page", "1"))
    page, souhaits = lire_liste(ctx, moi, groupe=groupe, page=numero)
    with ctx.lecture() as s:
        jour = ctx.aujourdhui()
        faites = mesures(s, moi, jour)
        chiffres = None
        if moi.role is Role.REFERENT:
            chiffres = chiffres_du_referent(s, moi, jour.replace(month=1, day=1), jour).ensemble
    return render_template(
        "socle/propositions.html",
        audience=str(moi.role),
        page=page,
        groupe=groupe,
        souhaits=souhaits,
        chiffres=chiffres,
        mesures=faites,
        motifs_choix=MOTIFS_CHOIX,
    )


def fiche(ref: str, *, code: int = 200, conflit: str = "") -> Any:
    """What became of one proposition."""
    ctx, moi = contexte(), acteur()
    p = lire_fiche(ctx, moi, ref)
    with ctx.lecture() as s:
        vue = offres.offre(s, moi.territoire_id, p.offre_ref)
    form = FormulaireVersion(formdata=None, data={"version": str(p.version)})
    page = render_template("socle/proposition.html", audience=str(moi.role), p=p, offre=vue, form=form, conflit=conflit)
    return page, code


def a_remettre(ref: str) -> Any:
    """One page for the person: day, place, journey, whom to ask for, and a short text to send."""
    ctx, moi = contexte(), acteur()
    p = lire_fiche(ctx, moi, ref)
    with ctx.lecture() as s:
        vue = offres.offre(s, moi.territoire_id, p.offre_ref)
        contact = contact_employeur(s, moi.territoire_id, p.offre_ref, ctx.aujourdhui())
    return render_template("socle/proposition_remise.html", audience=str(moi.role), p=p, offre=vue, contact=contact)


def retirer(ref: str) -> Any:
    """Take a proposition back."""
    form = FormulaireVersion()
    try:
        annuler(contexte(), acteur(), ref, version=version_de(form))
    except ModifieEntreTemps as erreur:
        return fiche(ref, code=409, conflit=erreur.message)
    flash("La proposition est retirée.")
    return redirect(url_for(f"{acteur().role}_propositions.fiche", ref=ref))
