"""What is planned and ticked on a marché: interventions, order to start, second counter, checklist."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from marketplace.comptes.roles import Role
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.heures.queries.jalons import a_embauche
from marketplace.marches.queries import Dossier, FicheMarche, dossier_marche, fiche_marche, interventions_du_marche
from marketplace.marches.rules.etapes import LIBELLES_PHASE, PHASE_DE_L_ETAT
from marketplace.marches.services import (
    cocher_etape,
    decocher_etape,
    fixer_compteur_npnru,
    ordonner_demarrage,
    prevoir_intervention,
    retirer_intervention,
)
from marketplace.web.facilitateur.engagements import agir_sur, lire_dossier, page_acte, retirer_de
from marketplace.web.facilitateur.formulaires_engagements import (
    FormulaireDemarrage,
    FormulaireIntervention,
    FormulaireNpnru,
    valeurs_intervention,
)
from marketplace.web.facilitateur.marches import bp, charger
from marketplace.web.socle.acces import acteur, contexte, reserve_a

INTRO_INTERVENTION = "La courbe attendue suit les interventions prévues : rien n'est attendu avant elles."


@bp.get("/<ref>/interventions/nouvelle")
@reserve_a(Role.FACILITATEUR)
def nouvelle_intervention(ref: str) -> Any:
    """A blank intervention."""
    m = charger(ref)
    form = FormulaireIntervention(formdata=None, metier=f"{m.metier} ({m.code_rome})" if m.code_rome else "")
    return page_acte(m, form, "Intervention prévue", "Prévoir cette intervention", INTRO_INTERVENTION)


@bp.post("/<ref>/interventions/nouvelle")
@reserve_a(Role.FACILITATEUR)
def prevoir(ref: str) -> Any:
    """Foresee an intervention."""
    m = charger(ref)
    form = FormulaireIntervention()
    return agir_sur(
        m,
        form,
        lambda: prevoir_intervention(contexte(), acteur(), ref, form.saisie()),
        "Intervention prévue",
        "Prévoir cette intervention",
        intro=INTRO_INTERVENTION,
        message="Intervention prévue : la courbe attendue en tient compte.",
        ancre="#interventions",
    )


@bp.get("/<ref>/interventions/<int:intervention_id>")
@reserve_a(Role.FACILITATEUR)
def intervention(ref: str, intervention_id: int) -> Any:
    """An intervention ready to be corrected."""
    m = charger(ref)
    with contexte().lecture() as s:
        vue = next((i for i in interventions_du_marche(s, m.id) if i.id == intervention_id), None)
    if vue is None:
        raise Introuvable()
    form = FormulaireIntervention(formdata=None, data=valeurs_intervention(vue))
    return page_acte(m, form, "Intervention prévue", "Enregistrer", INTRO_INTERVENTION)


@bp.post("/<ref>/interventions/<int:intervention_id>")
@reserve_a(Role.FACILITATEUR)
def corriger_intervention(ref: str, intervention_id: int) -> Any:
    """Correct an intervention."""
    m = charger(ref)
    form = FormulaireIntervention()
    return agir_sur(
        m,
        form,
        lambda: prevoir_intervention(contexte(), acteur(), ref, form.saisie(), intervention_id=intervention_id),
        "Intervention prévue",
        "Enregistrer",
        intro=INTRO_INTERVENTION,
        message="Intervention corrigée.",
        ancre="#interventions",
    )


@bp.post("/<ref>/interventions/<int:intervention_id>/retirer")
@reserve_a(Role.FACILITATEUR)
def oter_intervention(ref: str, intervention_id: int) -> Any:
    """Remove an intervention."""
    return retirer_de(
        ref,
        lambda: retirer_intervention(contexte(), acteur(), ref, intervention_id),
        "Intervention retirée.",
        "#interventions",
    )


@bp.get("/<ref>/demarrage")
@reserve_a(Role.FACILITATEUR)
def demarrage(ref: str) -> Any:
    """The order to start."""
    m = charger(ref)
    form = FormulaireDemarrage(formdata=None, jour=m.ordre_demarrage_le or contexte().aujourdhui(), debut=None)
    return page_acte(m, form, "Ordre de démarrage", "Noter l'ordre de démarrage")


@bp.post("/<ref>/demarrage")
@reserve_a(Role.FACILITATEUR)
def demarrer(ref: str) -> Any:
    """Note the order to start."""
    m = charger(ref)
    form = FormulaireDemarrage()

    def acte() -> None:
        assert form.jour.data is not None
        ordonner_demarrage(contexte(), acteur(), ref, form.jour.data, form.debut.data)

    return agir_sur(
        m, form, acte, "Ordre de démarrage", "Noter l'ordre de démarrage", message="Ordre de démarrage noté."
    )


INTRO_NPNRU = (
    "Renouvellement urbain : les heures des habitants de quartiers prioritaires se comptent à part. "
    "Celles des autres comptent pour le marché, pas pour ce compteur."
)


@bp.get("/<ref>/npnru")
@reserve_a(Role.FACILITATEUR)
def npnru(ref: str) -> Any:
    """The second counter."""
    m, d = lire_dossier(ref)
    form = FormulaireNpnru(
        formdata=None,
        volet=d.compteur.volet.value if d.compteur else "",
        heures_travaillees=d.compteur.heures_travaillees if d.compteur else None,
    )
    return page_acte(m, form, "Second compteur, quartiers prioritaires", "Enregistrer ce compteur", INTRO_NPNRU)


@bp.post("/<ref>/npnru")
@reserve_a(Role.FACILITATEUR)
def fixer_npnru(ref: str) -> Any:
    """Open, change or close the second counter."""
    m = charger(ref)
    form = FormulaireNpnru()
    return agir_sur(
        m,
        form,
        lambda: fixer_compteur_npnru(contexte(), acteur(), ref, form.volet_choisi(), form.travaillees()),
        "Second compteur, quartiers prioritaires",
        "Enregistrer ce compteur",
        intro=INTRO_NPNRU,
        message="Second compteur enregistré.",
    )


@bp.get("/<ref>/etapes")
@reserve_a(Role.FACILITATEUR)
def etapes(ref: str) -> Any:
    """The whole checklist, phase by phase."""
    m, d = _dossier_avec_embauches(ref)
    return render_template(
        "facilitateur/marche_etapes.html", m=m, d=d, phases=LIBELLES_PHASE, en_cours=PHASE_DE_L_ETAT[m.etat]
    )


def _dossier_avec_embauches(ref: str) -> tuple[FicheMarche, Dossier]:
    ctx = contexte()
    with ctx.lecture() as s:
        m = fiche_marche(s, acteur(), ref)
        return m, dossier_marche(s, m, ctx.aujourdhui(), embauches=a_embauche(s, m.id))


@bp.post("/<ref>/etapes/<code>")
@reserve_a(Role.FACILITATEUR)
def cocher(ref: str, code: str) -> Any:
    """Tick a point, with a word if there is one."""
    try:
        cocher_etape(contexte(), acteur(), ref, code, note=request.form.get("note", "")[:200])
        flash("Étape cochée.")
    except RegleViolee as refus:
        flash(refus.message, "danger")
    return redirect(url_for("facilitateur_marches.etapes", ref=ref) + f"#etape-{code}")


@bp.post("/<ref>/etapes/<code>/decocher")
@reserve_a(Role.FACILITATEUR)
def decocher(ref: str, code: str) -> Any:
    """Take a point back."""
    decocher_etape(contexte(), acteur(), ref, code)
    flash("Étape décochée.")
    return redirect(url_for("facilitateur_marches.etapes", ref=ref) + f"#etape-{code}")
