"""What waits for a référent: answers, people to tell or to call, contracts that end."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from marketplace.comptes.roles import Role
from marketplace.heures.rules.situations import EN_POSTE, EN_UN_CLIC
from marketplace.heures.services.fins import lire_fins
from marketplace.heures.services.situations import lire_questions
from marketplace.journal.notifications import marquer_lues, non_lues
from marketplace.personnes import services
from marketplace.personnes.queries import EtatDuSuivi, FiltresPersonnes, etat_du_suivi
from marketplace.propositions.queries import propositions, souhaits_ouverts
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.dossiers import ACCOMPAGNEMENT

bp = Blueprint("referent_accueil", __name__, url_prefix="/referent")

MONTREES = 3


@bp.get("/")
@reserve_a(Role.REFERENT)
def accueil() -> Any:
    """The référent's home."""
    ctx, moi = contexte(), acteur()
    if not moi.organisation_verifiee or moi.referent_id is None:
        return render_template("referent/accueil.html", verifiee=False)
    jour = ctx.aujourdhui()
    anciennes = services.lire_liste(ctx, moi, FiltresPersonnes(etat="sans_nouvelles"), f"{ACCOMPAGNEMENT}, accueil")
    with ctx.lecture() as s:
        etat = etat_du_suivi(s, moi.territoire_id, moi.referent_id, jour)
        souhaits = souhaits_ouverts(s, moi, jour)
        suites = propositions(s, moi, jour, groupe="en_cours").lignes
        nouvelles = non_lues(s, moi.referent_id)
    fins = lire_fins(ctx, moi, f"{ACCOMPAGNEMENT}, accueil")
    questions = lire_questions(ctx, moi, f"{ACCOMPAGNEMENT}, accueil")
    justificatifs = services.lire_justificatifs_attendus(ctx, moi, f"{ACCOMPAGNEMENT}, accueil")
    return render_template(
        "referent/accueil.html",
        verifiee=True,
        etat=etat,
        anciennes=anciennes.lignes[:MONTREES],
        souhaits=souhaits,
        suites=suites[:5],
        nouvelles=nouvelles,
        fins=fins,
        questions=questions,
        en_poste=EN_POSTE,
        en_un_clic=EN_UN_CLIC,
        justificatifs=justificatifs,
        rien=_rien(etat, souhaits, nouvelles, fins, questions, justificatifs),
    )


def _rien(etat: EtatDuSuivi, *listes: Any) -> bool:
    return not (etat.a_informer or etat.sans_nouvelles or etat.a_completer or any(listes))


@bp.post("/messages-lus")
@reserve_a(Role.REFERENT)
def messages_lus() -> Any:
    """Put away the messages that were shown."""
    marquer_lues(contexte(), acteur().referent_id, [int(n) for n in request.form.getlist("id") if n.isdigit()])
    flash("Messages rangés.")
    return redirect(url_for(".accueil"))
