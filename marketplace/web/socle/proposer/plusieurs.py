"""Several people for one offre, several offres for one person: one page, one line each, one click."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from marketplace.erreurs import RegleViolee
from marketplace.offres import queries as offres
from marketplace.propositions.contacts import contact_employeur
from marketplace.propositions.creneaux import serie
from marketplace.propositions.queries import PropositionVue
from marketplace.propositions.services import (
    LIGNES_MAX,
    Apercu,
    LigneAProposer,
    LignesRefusees,
    apercus,
    classer_offres,
    lire_fiche,
    proposer_plusieurs,
)
from marketplace.propositions.services.rangs import DEPUIS_OFFRE, DEPUIS_PERSONNE
from marketplace.web.socle.acces import acteur, contexte
from marketplace.web.socle.proposer.formulaires import FormulairePlusieurs, a_l_ecran, lignes_initiales
from marketplace.web.socle.propositions import ECARTS, a_paris

Couple = tuple[str, str]
OFFRES_MONTREES = 24


def pour(personne_ref: str) -> Any:
    """Open offres for one person, nearest first, to tick."""
    try:
        vu = classer_offres(contexte(), acteur(), personne_ref, limit=OFFRES_MONTREES)
    except RegleViolee as refus:
        flash(refus.message, "warning")
        return redirect(url_for(f"{acteur().role}_personnes.fiche", ref=personne_ref))
    return render_template("socle/offres_pour.html", audience=str(acteur().role), vu=vu, ecarts=ECARTS)


def coches(nom: str) -> list[str]:
    """What is ticked in the address, each once."""
    return list(dict.fromkeys(request.args.getlist(nom)))[:LIGNES_MAX]


def montrer_personnes(ref: str) -> Any:
    """The people ticked in the ranking of an offre."""
    refs = coches("personne")
    if len(refs) == 1:
        return redirect(url_for(".proposer", ref=ref, personne_ref=refs[0]))
    if not refs:
        flash("Cochez les personnes à proposer, puis recommencez.", "warning")
        return redirect(url_for(".fiche", ref=ref))
    return ouvrir(_du_perimetre(DEPUIS_OFFRE, url_for(".fiche", ref=ref)), [(ref, p) for p in refs])


def montrer_offres(personne_ref: str) -> Any:
    """The offres ticked for a person."""
    refs = coches("offre")
    if len(refs) == 1:
        return redirect(url_for(".proposer", ref=refs[0], personne_ref=personne_ref, depuis=DEPUIS_PERSONNE))
    if not refs:
        flash("Cochez les offres, puis recommencez.", "warning")
        return redirect(url_for(".pour", personne_ref=personne_ref))
    porte = _du_perimetre(DEPUIS_PERSONNE, url_for(".pour", personne_ref=personne_ref))
    return ouvrir(porte, [(o, personne_ref) for o in refs])


@dataclass(frozen=True, slots=True)
class Porte:
    """What differs between those who propose: how couples are read and written, and where one comes back."""

    lire: Callable[[Sequence[Couple]], tuple[Apercu, ...]]
    ecrire: Callable[[Sequence[LigneAProposer]], list[str]]
    retour: str
    depuis: str
    point_proposition: str | None
    point_remise: str


def _du_perimetre(depuis: str, retour: str) -> Porte:
    """A référent's or a facilitateur's own perimeter."""
    ctx, moi = contexte(), acteur()
    return Porte(
        lambda couples: apercus(ctx, moi, couples, depuis=depuis),
        lambda lignes: proposer_plusieurs(ctx, moi, lignes),
        retour,
        depuis,
        f"{moi.role}_propositions.fiche",
        f"{moi.role}_propositions.remettre_ensemble",
    )


def ouvrir(porte: Porte, couples: Sequence[Couple]) -> Any:
    """The page, each line filled in."""
    vus = porte.lire(couples)
    form = FormulairePlusieurs(formdata=None, data={"lignes": lignes_initiales(v for v in vus if _possible(v))})
    for ligne in form.lignes:
        ligne.form.accord_le.data = contexte().aujourdhui()
    return _page(porte, form, vus)


def _possible(vu: Apercu) -> bool:
    return not vu.empechement and not vu.proposition_ref


def _page(porte: Porte, form: FormulairePlusieurs, vus: tuple[Apercu, ...], code: int = 200) -> Any:
    return (
        render_template(
            "socle/proposer_plusieurs.html",
            form=form,
            vus={(vu.offre.ref, vu.personne_ref): vu for vu in vus},
            ecartes=[vu for vu in vus if not _possible(vu)],
            premier=vus[0],
            par_offre=porte.depuis == DEPUIS_OFFRE,
            retour=porte.retour,
            point_proposition=porte.point_proposition,
        ),
        code,
    )


def proposer_personnes(ref: str) -> Any:
    """Propose the lines kept, for this offre."""
    return envoyer(_du_perimetre(DEPUIS_OFFRE, url_for(".fiche", ref=ref)), offre_ref=ref)


def proposer_offres(personne_ref: str) -> Any:
    """Propose this person for the offres kept."""
    porte = _du_perimetre(DEPUIS_PERSONNE, url_for(".pour", personne_ref=personne_ref))
    return envoyer(porte, personne_ref=personne_ref)


def envoyer(porte: Porte, *, offre_ref: str = "", personne_ref: str = "") -> Any:
    """All lines or none; the page comes back with everything typed when one of them does not hold."""
    form = FormulairePlusieurs()
    valide = form.validate_on_submit()
    couples = [(offre_ref or x.form.offre.data or "", personne_ref or x.form.personne.data or "") for x in form.lignes]
    if not couples:
        flash("Cochez au moins une ligne, puis recommencez.", "warning")
        return redirect(porte.retour)
    vus = porte.lire(couples)
    if request.form.get("action") == "repartir":
        _repartir(form)
        return _page(porte, form, vus)
    if not valide:
        return _page(porte, form, vus, 422)
    retenues = [n for n, ligne in enumerate(form.lignes) if ligne.form.retenue.data]
    try:
        refs = porte.ecrire([_ligne(form, couples[n], n, porte.depuis) for n in retenues])
    except LignesRefusees as refus:
        form.poser({retenues[n]: erreur for n, erreur in refus.erreurs.items()})
        return _page(porte, form, vus, 422)
    except RegleViolee as refus:
        form.poser_erreur(refus)
        return _page(porte, form, vus, 422)
    flash("C'est envoyé. Les employeurs sont prévenus." if porte.depuis == DEPUIS_PERSONNE else "C'est envoyé.")
    return redirect(url_for(porte.point_remise, ref=refs))


def _ligne(form: FormulairePlusieurs, couple: Couple, numero: int, depuis: str) -> LigneAProposer:
    x = form.lignes[numero].form
    return LigneAProposer(
        offre_ref=couple[0],
        personne_ref=couple[1],
        accord_canal=x.accord_canal.data or "",
        accord_le=x.accord_le.data,
        creneau=a_paris(x.creneau.data),
        lieu=x.lieu.data or form.lieu_commun.data or "",
        mot=x.mot.data or "",
        motif_choix=x.motif_choix.data or None,
        depuis=depuis,
    )


def _repartir(form: FormulairePlusieurs) -> None:
    """Fill the slots of the lines kept, one after the other from the first."""
    gardees = [x.form for x in form.lignes if x.form.retenue.data]
    premier = a_paris(form.premier.data)
    if premier is None:
        form.premier.errors = ["Indiquez le premier rendez-vous : les autres suivent."]
        return
    for ligne, moment in zip(gardees, serie(premier, form.duree.data or 30, len(gardees)), strict=True):
        ligne.creneau.raw_data, ligne.creneau.data = None, a_l_ecran(moment)
        ligne.creneau.errors = []


def remettre_ensemble() -> Any:
    """The sheets of several propositions, one a page, to print in one go."""
    return fiches_a_remettre(lambda ref: lire_fiche(contexte(), acteur(), ref))


def fiches_a_remettre(lire: Callable[[str], PropositionVue], *, presentees: bool = False) -> Any:
    """The same, each proposition read by `lire`, which holds the perimeter."""
    ctx, moi = contexte(), acteur()
    refs = coches("ref")
    if not refs:
        return redirect(url_for(".liste"))
    fiches = []
    for ref in refs:
        p = lire(ref)
        with ctx.lecture() as s:
            offre = offres.offre(s, moi.territoire_id, p.offre_ref)
            contact = contact_employeur(s, moi.territoire_id, p.offre_ref, ctx.aujourdhui())
        fiches.append((p, offre, contact))
    return render_template("socle/propositions_remises.html", fiches=fiches, presentees=presentees)
