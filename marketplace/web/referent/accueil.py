"""What waits for a référent: answers, people to tell or to call, contracts that end; her week, her figures."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from marketplace.comptes.roles import Role
from marketplace.heures.queries.questionnaires import questionnaires_attendus
from marketplace.heures.rules.situations import EN_POSTE, EN_UN_CLIC
from marketplace.heures.services.fins import lire_fins
from marketplace.heures.services.situations import lire_questions
from marketplace.journal.notifications import marquer_lues, non_lues
from marketplace.personnes import services
from marketplace.personnes.queries import EtatDuSuivi, FiltresPersonnes, etat_du_suivi, ids_suivies
from marketplace.propositions.chiffres import chiffres_du_referent
from marketplace.propositions.semaine import lire_semaine, semaine_du_referent
from marketplace.propositions.services.lire import lire_souhaits, lire_suites
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.chiffres import periode, reponse_csv
from marketplace.web.socle.dossiers import ACCOMPAGNEMENT

bp = Blueprint("referent_accueil", __name__, url_prefix="/referent")

MONTREES = 3
SUITES_MONTREES = 5


@bp.get("/")
@reserve_a(Role.REFERENT)
def accueil() -> Any:
    """The référent's home."""
    ctx, moi = contexte(), acteur()
    if not moi.organisation_verifiee or moi.referent_id is None:
        return render_template("referent/accueil.html", verifiee=False)
    jour, pourquoi = ctx.aujourdhui(), f"{ACCOMPAGNEMENT}, accueil"
    sans_nouvelles = FiltresPersonnes(etat="sans_nouvelles")
    anciennes = services.lire_liste(ctx, moi, sans_nouvelles, pourquoi, par_page=MONTREES)
    with ctx.lecture() as s:
        etat = etat_du_suivi(s, moi.territoire_id, moi.referent_id, jour)
        nouvelles = non_lues(s, moi.referent_id)
        suivies = ids_suivies(s, moi.territoire_id, moi.referent_id, jour)
        questionnaires = questionnaires_attendus(s, moi.territoire_id, jour, personne_ids=suivies)
        vue = semaine_du_referent(s, moi, jour)
    souhaits = lire_souhaits(ctx, moi, pourquoi)
    suites = lire_suites(ctx, moi, pourquoi, SUITES_MONTREES)
    fins = lire_fins(ctx, moi, pourquoi, montrees=MONTREES)
    questions = lire_questions(ctx, moi, pourquoi, montrees=MONTREES)
    justificatifs = services.lire_justificatifs_attendus(ctx, moi, pourquoi)
    return render_template(
        "referent/accueil.html",
        verifiee=True,
        etat=etat,
        anciennes=anciennes.lignes,
        souhaits=souhaits,
        suites=suites,
        nouvelles=nouvelles,
        fins=fins,
        questions=questions,
        en_poste=EN_POSTE,
        en_un_clic=EN_UN_CLIC,
        justificatifs=justificatifs,
        questionnaires=len(questionnaires),
        semaine=vue,
        rien=_rien(etat, souhaits, nouvelles, fins, questions, justificatifs, questionnaires),
    )


def _rien(etat: EtatDuSuivi, *listes: Any) -> bool:
    return not (etat.a_informer or etat.sans_nouvelles or etat.a_completer or any(listes))


@bp.get("/semaine")
@reserve_a(Role.REFERENT)
def semaine() -> Any:
    """New offres of the week, answers, people who wait: those the home counts."""
    return render_template("referent/semaine.html", semaine=lire_semaine(contexte(), acteur()))


ENTETES_CHIFFRES = (
    "Mois",
    "Personnes proposées",
    "Propositions",
    "Réponses",
    "Rencontres",
    "Embauches",
    "Jours jusqu'à la réponse",
    "Jours jusqu'au premier jour",
)


@bp.get("/chiffres")
@reserve_a(Role.REFERENT)
def chiffres() -> Any:
    """Her own figures over a period, for her convention: a page to print, a file."""
    ctx, moi = contexte(), acteur()
    du, au = periode(ctx.aujourdhui())
    with ctx.lecture() as s:
        vus = chiffres_du_referent(s, moi, du, au)
    if request.args.get("format") == "csv":
        lignes = [
            (
                f"{c.debut:%m/%Y}" if c is not vus.ensemble else f"Du {du:%d/%m/%Y} au {au:%d/%m/%Y}",
                c.personnes,
                c.propositions,
                c.reponses,
                c.rencontres,
                c.embauches,
                c.jours_de_reponse,
                c.jours_jusqu_au_travail,
            )
            for c in (*vus.mois, vus.ensemble)
        ]
        return reponse_csv(f"mes-chiffres-{du}-{au}", ENTETES_CHIFFRES, lignes)
    return render_template("referent/chiffres.html", vus=vus, entetes=ENTETES_CHIFFRES)


@bp.post("/messages-lus")
@reserve_a(Role.REFERENT)
def messages_lus() -> Any:
    """Put away the messages that were shown."""
    marquer_lues(contexte(), acteur().referent_id, [int(n) for n in request.form.getlist("id") if n.isdigit()])
    flash("Messages rangés.")
    return redirect(url_for(".accueil"))
