"""The questionnaire of the end, on the side of those who hand it over: a list, and a sheet with its code."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for

from marketplace.erreurs import RegleViolee
from marketplace.heures.rules.questionnaire import ECHELLE, QUESTIONS, code_montre
from marketplace.heures.services.questionnaires import lire_questionnaires, remettre_questionnaire
from marketplace.web.socle.acces import acteur, contexte


def questionnaires() -> Any:
    """Sheets to hand over."""
    return render_template("socle/personnes/questionnaires.html", attendus=lire_questionnaires(contexte(), acteur()))


def remettre_fiche(numero: int) -> Any:
    """The sheet to print, with its code: shown once, because only its hash is kept."""
    try:
        remise = remettre_questionnaire(contexte(), acteur(), numero)
    except RegleViolee as refus:
        flash(refus.message, "warning")
        return redirect(url_for(".questionnaires"))
    return render_template(
        "socle/personnes/questionnaire_remis.html",
        remise=remise,
        code=code_montre(remise.code),
        adresse=f"{contexte().config.adresse_publique}{url_for('public_votre_avis.saisir_code')}",
        questions=QUESTIONS,
        echelle=ECHELLE,
    )
