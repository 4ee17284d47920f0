"""From a ranking to propositions, for a référent and a facilitateur: the same pages, each behind her own door.

What each hat may do, and to whom, is decided by the acts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from marketplace.comptes.roles import Role
from marketplace.web.socle.acces import reserve_a
from marketplace.web.socle.proposer.pages import (
    a_remettre,
    enregistrer,
    fermer_souhait,
    fiche,
    liste,
    montrer,
    offre,
    retirer,
)
from marketplace.web.socle.proposer.plusieurs import (
    montrer_offres,
    montrer_personnes,
    pour,
    proposer_offres,
    proposer_personnes,
    remettre_ensemble,
)

Page = tuple[str, str, str, Callable[..., Any]]

OFFRES: tuple[Page, ...] = (
    ("/<ref>", "fiche", "GET", offre),
    ("/<ref>/proposer", "montrer_personnes", "GET", montrer_personnes),
    ("/<ref>/proposer", "proposer_personnes", "POST", proposer_personnes),
    ("/<ref>/proposer/<personne_ref>", "proposer", "GET", montrer),
    ("/<ref>/proposer/<personne_ref>", "enregistrer", "POST", enregistrer),
    ("/<ref>/ne-pas-proposer/<personne_ref>", "fermer_souhait", "POST", fermer_souhait),
    ("/pour/<personne_ref>", "pour", "GET", pour),
    ("/pour/<personne_ref>/proposer", "montrer_offres", "GET", montrer_offres),
    ("/pour/<personne_ref>/proposer", "proposer_offres", "POST", proposer_offres),
)

PROPOSITIONS: tuple[Page, ...] = (
    ("", "liste", "GET", liste),
    ("/a-remettre", "remettre_ensemble", "GET", remettre_ensemble),
    ("/<ref>", "fiche", "GET", fiche),
    ("/<ref>/a-remettre", "a_remettre", "GET", a_remettre),
    ("/<ref>/retirer", "retirer", "POST", retirer),
)


def installer(bp: Blueprint, role: Role, pages: tuple[Page, ...]) -> None:
    """Hang these pages on this audience's blueprint, behind its door."""
    for chemin, nom, methode, vue in pages:
        bp.add_url_rule(chemin, nom, reserve_a(role)(vue), methods=[methode])
