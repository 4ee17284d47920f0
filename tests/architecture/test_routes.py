"""Every page says who may enter, and nobody else gets in."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from marketplace.comptes.models import Affectation
from marketplace.comptes.roles import Role
from marketplace.web.socle.acces import CONNECTE, PUBLIC
from tests.fabrique import Fabrique

# The only pages a visitor may open. Adding one is a decision: write it here.
PUBLIQUES = {
    "public_connexion",
    "public_compte",
    "public_sante",
    "public_pages",
    "public_catalogue",
    "public_classement",
    "public_flux",
    "public_recherche",
    "public_agenda",
    "public_papiers",
    "public_suggestions",
    "public_calculette",
    "public_declarer",
    "public_notes",
    "public_assistant",
    "public_documents",
    "public_actualite",
    "public_repondre",
    "public_votre_avis",
    "public_messages",
    "static",
    "bootstrap",
}


def regles(app: Flask) -> list[Rule]:
    return [r for r in app.url_map.iter_rules() if not r.endpoint.startswith(("static", "bootstrap"))]


def adresse(regle: Rule) -> str:
    """The rule with plausible values in its holes."""
    return re.sub(r"<(?:(\w+)(?:\([^)]*\))?:)?\w+>", lambda m: "1" if m.group(1) == "int" else "XX-000000", regle.rule)


def roles(app: Flask, regle: Rule) -> object:
    return getattr(app.view_functions[regle.endpoint], "roles", None)


def ouvrir(client: FlaskClient, regle: Rule) -> int:
    methode = "GET" if "GET" in (regle.methods or ()) else "POST"
    return client.open(adresse(regle), method=methode).status_code


def test_chaque_page_dit_qui_peut_entrer(app: Flask) -> None:
    """Put `public`, `connecte` or `reserve_a` on the view."""
    assert [r.endpoint for r in regles(app) if roles(app, r) is None] == []


def test_seules_les_pages_de_la_liste_sont_publiques(app: Flask) -> None:
    ouvertes = {r.endpoint.split(".")[0] for r in regles(app) if roles(app, r) == PUBLIC}
    assert ouvertes - PUBLIQUES == set()


def test_un_visiteur_est_envoye_a_la_connexion(app: Flask, client: FlaskClient, fabrique: Fabrique) -> None:
    fabrique.territoire()
    for regle in regles(app):
        if roles(app, regle) == PUBLIC:
            continue
        reponse = client.open(adresse(regle), method="GET" if "GET" in (regle.methods or ()) else "POST")
        assert reponse.status_code == 302, regle
        assert "/connexion" in reponse.headers["Location"], regle


@pytest.mark.parametrize("role", list(Role))
def test_un_autre_chapeau_recoit_la_page_introuvable(
    app: Flask, role: Role, fabrique: Fabrique, connecter: Callable[[Affectation], FlaskClient]
) -> None:
    client = connecter(fabrique.affectation(role))
    for regle in regles(app):
        permis = roles(app, regle)
        if permis in {PUBLIC, CONNECTE}:
            continue
        assert isinstance(permis, frozenset)
        if role not in permis:
            assert ouvrir(client, regle) == 404, (role, regle)


@pytest.mark.parametrize("role", list(Role))
def test_aucune_page_ne_tombe_en_panne_sur_une_base_presque_vide(
    app: Flask, role: Role, fabrique: Fabrique, connecter: Callable[[Affectation], FlaskClient]
) -> None:
    """An object that does not exist is a 404, an empty list says what to do: never a 500."""
    client = connecter(fabrique.affectation(role))
    for regle in regles(app):
        permis = roles(app, regle)
        if "GET" in (regle.methods or ()) and (permis in {PUBLIC, CONNECTE} or role in permis):  # type: ignore[operator]
            # Without a scheduler, « not ready » is the right answer of /readyz.
            assert ouvrir(client, regle) < 500 or regle.rule == "/readyz", regle


@pytest.mark.parametrize("role", list(Role))
def test_un_formulaire_vide_ou_absurde_ne_fait_pas_tomber_la_page(
    app: Flask, role: Role, fabrique: Fabrique, connecter: Callable[[Affectation], FlaskClient]
) -> None:
    """A POST of nonsense is refused with a page, never a 500."""
    client = connecter(fabrique.affectation(role))
    for regle in regles(app):
        permis = roles(app, regle)
        if "POST" not in (regle.methods or ()) or "deconnexion" in regle.rule:
            continue
        if permis in {PUBLIC, CONNECTE} or role in permis:  # type: ignore[operator]
            for donnees in ({}, {"heures": "abc", "date": "31/02/2026", "ref": "'\u0000"}):
                assert client.post(adresse(regle), data=donnees).status_code < 500, (regle, donnees)
