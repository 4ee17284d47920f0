"""Who follows her, what she was told, and her wish to be in no list."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from marketplace.comptes.roles import Role
from marketplace.erreurs import RegleViolee
from marketplace.personnes import services
from marketplace.personnes.queries import FichePersonne, referents_du_territoire
from marketplace.personnes.rules.suivis import CE_QUE_PEUT, CONSEILLER_EMPLOI, REFERENT, ROLES
from marketplace.propositions.services.droits_de_la_personne import (
    retirer_personne,
)
from marketplace.web.socle.acces import acteur, contexte
from marketplace.web.socle.dossiers.commun import (
    agir,
    lire,
)
from marketplace.web.socle.formulaires import options
from marketplace.web.socle.formulaires_personnes import (
    FormulaireInformation,
    FormulaireSuivi,
)


def informer(ref: str) -> Any:
    """Keep that she was told of her rights and of the ranking."""
    form = FormulaireInformation()
    code = agir(form, lambda: services.informer(contexte(), acteur(), ref, canal=form.information_canal.data or ""))
    if code:
        flash("Dites comment la personne a été informée.", "danger")
    else:
        flash("Information notée.")
    return redirect(url_for(".fiche", ref=ref))


def contact(ref: str) -> Any:
    """Note a contact of today."""
    services.noter_contact(contexte(), acteur(), ref)
    flash("Contact noté.")
    return redirect((request.form.get("retour") == "liste" and url_for(".liste")) or url_for(".fiche", ref=ref))


def retirer(ref: str) -> Any:
    """Take her out of every list, at her request."""
    retirer_personne(contexte(), acteur(), ref)
    flash("C'est fait : plus aucune liste ne la montre.")
    return redirect(url_for(".fiche", ref=ref))


def remettre(ref: str) -> Any:
    """Put her back, told anew."""
    form = FormulaireInformation()
    code = agir(form, lambda: services.remettre(contexte(), acteur(), ref, canal=form.information_canal.data or ""))
    if code:
        flash("Dites comment la personne a été informée.", "danger")
    else:
        flash("C'est fait : des offres peuvent de nouveau lui être proposées.")
    return redirect(url_for(".fiche", ref=ref))


def _page_suivi(form: FormulaireSuivi, fiche: FichePersonne) -> str:
    moi = acteur()
    siens = {r.role for r in fiche.referents if r.utilisateur_id == moi.referent_id}
    return render_template(
        "socle/personnes/suivi.html",
        form=form,
        p=fiche,
        roles=ROLES,
        ce_que_peut=CE_QUE_PEUT,
        decide=moi.est_facilitateur or REFERENT in siens,
        suit=bool(siens),
    )


def suivi(ref: str) -> Any:
    """Give another référent, beside or instead."""
    ctx, moi = contexte(), acteur()
    fiche = lire(ref).fiche
    form = FormulaireSuivi()
    deja = {r.utilisateur_id for r in fiche.referents if r.role == REFERENT}
    with ctx.lecture() as s:
        possibles = referents_du_territoire(s, moi.territoire_id, ctx.aujourdhui())
    form.referent.choices = options(
        [
            ("", "Choisissez"),
            *((str(r.utilisateur_id), r.libelle) for r in possibles if r.utilisateur_id not in deja),
        ]
    )
    if request.method == "GET":
        return _page_suivi(form, fiche)

    def acte() -> None:
        choisi = int(form.referent.data)
        if form.sens.data == "transmettre":
            services.transferer(ctx, moi, ref, choisi)
        else:
            services.suivre(ctx, moi, ref, choisi, CONSEILLER_EMPLOI if form.sens.data == "conseiller" else REFERENT)

    code = agir(form, acte)
    if code:
        return _page_suivi(form, fiche), code
    if form.sens.data == "transmettre" and moi.role is Role.REFERENT:
        flash("Suivi transmis : la fiche ne vous est plus ouverte.")
        return redirect(url_for(".liste"))
    flash("Suivi mis à jour.")
    return redirect(url_for(".fiche", ref=ref))


def fin_de_suivi(ref: str, utilisateur_id: int) -> Any:
    """End the suivi of a co-référent."""
    try:
        services.fin_de_suivi(contexte(), acteur(), ref, utilisateur_id)
    except RegleViolee as refus:
        flash(refus.message, "warning")
    else:
        flash("Fin de suivi notée : la fiche ne lui est plus ouverte.")
    return redirect(url_for(".suivi", ref=ref))


def cesser(ref: str) -> Any:
    """Stop following her."""
    services.cesser_suivi(contexte(), acteur(), ref)
    flash("Fin de suivi notée : la fiche ne vous est plus ouverte.")
    return redirect(url_for(".liste"))
