"""« Combler l'écart » of a marché, and the penalty as a simulation."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from wtforms import DateField, SelectField
from wtforms.validators import Optional

from marketplace.comptes.roles import Role
from marketplace.erreurs import RegleViolee
from marketplace.heures.rules.penalite import (
    ClausePenalite,
    MotifNeutralisation,
    Neutralisation,
    Simulation,
    manques_de_la_recherche,
    simuler,
)
from marketplace.offres.libelles import ETATS
from marketplace.propositions.ecart import EcartVu, ecart
from marketplace.propositions.efforts import (
    Efforts,
    causes_de_notre_cote,
    causes_du_titulaire,
    efforts,
    en_word,
    projet_de_courrier,
)
from marketplace.territoire.reglages import reglages_au
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.formulaires import ChampDecimal, ChampHeures, Formulaire, options

bp = Blueprint("facilitateur_ecart", __name__, url_prefix="/facilitateur/marches/<ref>")

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DECIMAL = {"type": "text", "inputmode": "decimal"}
MOTIFS = {
    MotifNeutralisation.ACTIVITE_PARTIELLE: "Activité partielle",
    MotifNeutralisation.LICENCIEMENT_ECONOMIQUE: "Licenciement économique",
    MotifNeutralisation.PROCEDURE_COLLECTIVE: "Procédure collective",
    MotifNeutralisation.PAS_DE_CANDIDAT: "Pas de candidat",
    MotifNeutralisation.ARRET_DE_CHANTIER: "Arrêt de chantier",
    MotifNeutralisation.FORCE_MAJEURE: "Force majeure",
}


class FormulairePenalite(Formulaire):
    """What the contract says and what the buyer decided. Nothing is kept: it is a simulation."""

    class Meta(Formulaire.Meta):
        """Read from the address, so that it can be shared and printed."""

        csrf = False

    montant = ChampDecimal("Pénalité du contrat, en euros par heure", [Optional()], render_kw=DECIMAL)
    plafond = ChampDecimal("Plafond du contrat, en euros", [Optional()], render_kw=DECIMAL)
    neutralisees = ChampHeures("Heures neutralisées par l'acheteur", [Optional()], render_kw=DECIMAL)
    motif = SelectField(
        "Motif de neutralisation",
        [Optional()],
        choices=options([("", "Aucun"), *((m.value, libelle) for m, libelle in MOTIFS.items())]),
    )
    mise_en_demeure = DateField("Mise en demeure envoyée le", [Optional()])


@bp.get("/ecart")
@reserve_a(Role.FACILITATEUR)
def combler(ref: str) -> Any:
    """What is missing and three ways to do it."""
    ctx = contexte()
    with ctx.lecture() as s:
        vue = ecart(s, acteur(), ref, ctx.aujourdhui())
    return render_template("facilitateur/ecart.html", e=vue, etats_offre=ETATS)


@bp.get("/penalite")
@reserve_a(Role.FACILITATEUR)
def penalite(ref: str) -> Any:
    """What a penalty would be, what forbids it, and the efforts on both sides. A human decides."""
    vue, faits, form, simulation = _examiner(ref)
    page = render_template(
        "facilitateur/penalite.html",
        e=vue,
        form=form,
        simulation=simulation,
        manques=manques_de_la_recherche(vue.recherche, contexte().aujourdhui()),
        du_titulaire=causes_du_titulaire(vue.recherche, faits),
        de_notre_cote=causes_de_notre_cote(faits),
        courrier=projet_de_courrier(vue, simulation, faits, contexte().aujourdhui()) if simulation else (),
    )
    return page, 200 if simulation else 422


@bp.get("/penalite/courrier.docx")
@reserve_a(Role.FACILITATEUR)
def courrier(ref: str) -> Any:
    """The draft letter of the same simulation, to complete in a word processor."""
    vue, faits, _, simulation = _examiner(ref)
    if simulation is None:
        return redirect(f"{url_for('.penalite', ref=ref)}?{request.query_string.decode()}")
    fichier = en_word(projet_de_courrier(vue, simulation, faits, contexte().aujourdhui()))
    return send_file(io.BytesIO(fichier), WORD, as_attachment=True, download_name=f"projet-courrier-{ref}.docx")


def _examiner(ref: str) -> tuple[EcartVu, Efforts, FormulairePenalite, Simulation | None]:
    """The marché, the facts, the form read from the address, and the simulation unless a field is wrong."""
    ctx, moi = contexte(), acteur()
    with ctx.lecture() as s:
        vue = ecart(s, moi, ref, ctx.aujourdhui())
        faits = efforts(s, vue.marche_id, ctx.aujourdhui())
        reglages = reglages_au(s, moi.territoire_id, ctx.aujourdhui())
    form = FormulairePenalite(request.args)
    if not request.args:
        form.montant.data = reglages.penalite_unitaire
    simulation = None
    if form.validate():
        try:
            simulation = _simuler(vue, form, reglages.penalite_preavis_jours, ctx.aujourdhui())
        except RegleViolee as erreur:
            form.poser_erreur(erreur)
    return vue, faits, form, simulation


def _simuler(vue: EcartVu, form: FormulairePenalite, preavis_jours: int, jour: date) -> Simulation:
    neutralisations: tuple[Neutralisation, ...] = ()
    if form.neutralisees.data:
        if not form.motif.data:
            raise RegleViolee("Choisissez le motif de la neutralisation.", champ="motif")
        motif = MotifNeutralisation(form.motif.data)
        neutralisations = (Neutralisation(motif, Decimal(form.neutralisees.data), jour),)
    return simuler(
        vue.avancement.objectif,
        vue.avancement.validees,
        ClausePenalite(form.montant.data, form.plafond.data, preavis_jours),
        jour,
        neutralisations=neutralisations,
        mise_en_demeure_le=form.mise_en_demeure.data,
    )
