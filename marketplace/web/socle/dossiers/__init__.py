"""The pages of one person's file. A référent and a facilitateur get the same ones, each behind her own door.

`installer(bp, role)` hangs them on the audience's blueprint; what each may do is decided by the acts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from marketplace.comptes.roles import Role
from marketplace.web.socle.acces import reserve_a
from marketplace.web.socle.dossiers.commun import ACCOMPAGNEMENT
from marketplace.web.socle.dossiers.droits import copie, copie_pdf, donnees, effacer
from marketplace.web.socle.dossiers.fichiers import importer, importer_vraiment, informer_ensemble, resultat_import
from marketplace.web.socle.dossiers.mobilite import mobilite
from marketplace.web.socle.dossiers.pages import fiche_de_competences, hors_de_portee, page_de_fiche, page_de_liste
from marketplace.web.socle.dossiers.parcours import (
    arret,
    criteres_geiq,
    parcours_iae,
    releve,
    retirer_arret,
)
from marketplace.web.socle.dossiers.questionnaires import questionnaires, remettre_fiche
from marketplace.web.socle.dossiers.rattachements import accepter, decliner, rattachements
from marketplace.web.socle.dossiers.saisie import competences, metiers, modifier, nouvelle, preciser
from marketplace.web.socle.dossiers.situation import quartier, retirer_situation, situation
from marketplace.web.socle.dossiers.suites import (
    ajouter_au_parcours,
    decider_suite,
    fins,
    repondre_question,
    situations,
)
from marketplace.web.socle.dossiers.suivi import cesser, contact, fin_de_suivi, informer, remettre, retirer, suivi

__all__ = ["ACCOMPAGNEMENT", "installer", "installer_rattachements", "page_de_fiche", "page_de_liste"]

PAGES: tuple[tuple[str, str, tuple[str, ...], Callable[..., Any]], ...] = (
    ("/nouvelle", "nouvelle", ("GET", "POST"), nouvelle),
    ("/importer", "importer", ("GET", "POST"), importer),
    ("/importer/ecrire", "importer_vraiment", ("POST",), importer_vraiment),
    ("/importer/<jeton>", "resultat_import", ("GET",), resultat_import),
    ("/a-informer", "informer_ensemble", ("GET", "POST"), informer_ensemble),
    ("/situations", "situations", ("GET",), situations),
    ("/situations/<int:point_id>", "repondre_question", ("POST",), repondre_question),
    ("/fins", "fins", ("GET",), fins),
    ("/questionnaires", "questionnaires", ("GET",), questionnaires),
    ("/questionnaires/<int:numero>", "remettre_fiche", ("POST",), remettre_fiche),
    ("/<ref>/suite", "decider_suite", ("POST",), decider_suite),
    ("/<ref>/contrats/<contrat_ref>/parcours", "ajouter_au_parcours", ("POST",), ajouter_au_parcours),
    ("/<ref>/modifier", "modifier", ("GET", "POST"), modifier),
    ("/<ref>/mobilite", "mobilite", ("GET", "POST"), mobilite),
    ("/<ref>/metiers", "metiers", ("GET", "POST"), metiers),
    ("/<ref>/competences", "competences", ("GET", "POST"), competences),
    ("/<ref>/competences/preciser", "preciser", ("GET", "POST"), preciser),
    ("/<ref>/situation", "situation", ("GET", "POST"), situation),
    ("/<ref>/situation/<int:statut_id>/retirer", "retirer_situation", ("POST",), retirer_situation),
    ("/<ref>/quartier", "quartier", ("POST",), quartier),
    ("/<ref>/iae", "parcours_iae", ("GET", "POST"), parcours_iae),
    ("/<ref>/iae/pass", "releve", ("POST",), releve),
    ("/<ref>/iae/arret", "arret", ("POST",), arret),
    ("/<ref>/iae/arret/<int:suspension_id>/retirer", "retirer_arret", ("POST",), retirer_arret),
    ("/<ref>/geiq", "criteres_geiq", ("GET", "POST"), criteres_geiq),
    ("/<ref>/informer", "informer", ("POST",), informer),
    ("/<ref>/contact", "contact", ("POST",), contact),
    ("/<ref>/retirer", "retirer", ("POST",), retirer),
    ("/<ref>/remettre", "remettre", ("POST",), remettre),
    ("/<ref>/suivi", "suivi", ("GET", "POST"), suivi),
    ("/<ref>/suivi/<int:utilisateur_id>/finir", "fin_de_suivi", ("POST",), fin_de_suivi),
    ("/<ref>/cesser", "cesser", ("POST",), cesser),
    ("/<ref>/fiche-de-competences", "fiche_de_competences", ("GET",), fiche_de_competences),
    ("/<ref>/hors-de-portee", "hors_de_portee", ("GET",), hors_de_portee),
    ("/<ref>/donnees", "donnees", ("GET",), donnees),
    ("/<ref>/donnees.json", "copie", ("GET",), copie),
    ("/<ref>/donnees.pdf", "copie_pdf", ("GET",), copie_pdf),
    ("/<ref>/effacer", "effacer", ("POST",), effacer),
)


RATTACHEMENTS: tuple[tuple[str, str, tuple[str, ...], Callable[..., Any]], ...] = (
    ("/rattachements", "rattachements", ("GET",), rattachements),
    ("/rattachements/<int:demande_id>/accepter", "accepter_rattachement", ("POST",), accepter),
    ("/rattachements/<int:demande_id>/decliner", "decliner_rattachement", ("POST",), decliner),
)


def installer_rattachements(bp: Blueprint, role: Role) -> None:
    """Hang the requests to follow somebody already known on the blueprint of those who answer."""
    for chemin, nom, methodes, vue in RATTACHEMENTS:
        bp.add_url_rule(chemin, nom, reserve_a(role)(vue), methods=list(methodes))


def installer(bp: Blueprint, role: Role) -> None:
    """Hang every page of a file on this audience's blueprint, behind its door."""
    for chemin, nom, methodes, vue in PAGES:
        bp.add_url_rule(chemin, nom, reserve_a(role)(vue), methods=list(methodes))
