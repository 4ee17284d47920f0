"""What waits for a référent: answers, people to tell or to call, contracts that end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from marketplace.comptes.roles import Acteur, Role
from marketplace.contexte import Contexte
from marketplace.heures.queries.personne import fins_de_contrat
from marketplace.journal.notifications import marquer_lues, non_lues
from marketplace.personnes import services
from marketplace.personnes.queries import EtatDuSuivi, FiltresPersonnes, etat_du_suivi, ids_suivies
from marketplace.propositions.queries import propositions, souhaits_ouverts
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.dossiers import ACCOMPAGNEMENT

bp = Blueprint("referent_accueil", __name__, url_prefix="/referent")

FINS_SOUS_JOURS = 90
"""N22: a contract that ends within these days calls for a next step."""

MONTREES = 3


@dataclass(frozen=True, slots=True)
class FinProche:
    """A contract of the caseload that ends soon."""

    personne_ref: str
    nom_complet: str
    employeur: str
    poste: str
    fin: date


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
    fins = _fins_de_contrat(ctx, moi, jour)
    return render_template(
        "referent/accueil.html",
        verifiee=True,
        etat=etat,
        anciennes=anciennes.lignes[:MONTREES],
        souhaits=souhaits,
        suites=suites[:5],
        nouvelles=nouvelles,
        fins=fins,
        rien=_rien(etat, souhaits, nouvelles, fins),
    )


def _rien(etat: EtatDuSuivi, *listes: Any) -> bool:
    return not (etat.a_informer or etat.sans_nouvelles or etat.a_completer or any(listes))


def _fins_de_contrat(ctx: Contexte, moi: Acteur, jour: date) -> list[FinProche]:
    with ctx.lecture() as s:
        suivies = ids_suivies(s, moi.territoire_id, moi.referent_id or 0, jour)
        fins = fins_de_contrat(s, suivies, jour, jour + timedelta(days=FINS_SOUS_JOURS))
    noms = services.lire_noms(ctx, moi, [numero for numero, *_ in fins], f"{ACCOMPAGNEMENT}, accueil")
    return [FinProche(*noms[numero], employeur, poste, fin) for numero, employeur, poste, fin in fins if numero in noms]


@bp.post("/messages-lus")
@reserve_a(Role.REFERENT)
def messages_lus() -> Any:
    """Put away the messages that were shown."""
    marquer_lues(contexte(), acteur().referent_id, [int(n) for n in request.form.getlist("id") if n.isdigit()])
    flash("Messages rangés.")
    return redirect(url_for(".accueil"))
