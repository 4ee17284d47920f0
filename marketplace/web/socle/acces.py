"""The doors: who may enter a page. The decorator checks the hat only; the act itself checks the perimeter.

Every route carries exactly one of `public`, `connecte` or `reserve_a` (a test reads it).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import abort, current_app, g, redirect, request, url_for

from marketplace.comptes.roles import Acteur, Role
from marketplace.contexte import Contexte
from marketplace.web.socle.session import annoncer_fermeture

P = ParamSpec("P")
R = TypeVar("R")

PUBLIC = "public"
CONNECTE = "connecte"


def contexte() -> Contexte:
    """The Contexte of the application."""
    ctx: Contexte = current_app.extensions["contexte"]
    return ctx


def acteur_ou_rien() -> Acteur | None:
    """Who is signed in, under which hat; None for a visitor."""
    courant: Acteur | None = g.get("acteur")
    return courant


def acteur() -> Acteur:
    """Who is signed in. Only called behind `connecte` or `reserve_a`."""
    courant = acteur_ou_rien()
    if courant is None:
        raise RuntimeError("acteur() called on a page open to visitors")
    return courant


def chemin_local(adresse: str | None) -> str | None:
    """The path and query of an address of this site; None for anything that could lead elsewhere."""
    if not adresse or any(ord(c) < 33 or c == "\\" for c in adresse):
        return None
    lue = urlsplit(adresse)
    if (lue.scheme or lue.netloc) and f"{lue.scheme}://{lue.netloc}/" != request.host_url:
        return None
    if not lue.path.startswith("/") or lue.path.startswith("//"):
        return None
    return lue.path + (f"?{lue.query}" if lue.query else "")


def vers_connexion() -> Any:
    """Send a visitor to the login page, and back here after; from a form sent too late, back to its page."""
    annoncer_fermeture()
    ici = request.full_path.rstrip("?") if request.method == "GET" else request.referrer
    return redirect(url_for("public_connexion.connexion", suite=chemin_local(ici)))


def public(vue: Callable[P, R]) -> Callable[P, R]:
    """A page open to all."""
    vue.roles = PUBLIC  # type: ignore[attr-defined]
    return vue


def aussi_par_lien(vue: Callable[P, R]) -> Callable[P, R]:
    """A page that somebody who came by the link of a mail may open too: everywhere else she is a visitor."""
    vue.par_lien = True  # type: ignore[attr-defined]
    return vue


def connecte(vue: Callable[P, Any]) -> Callable[P, Any]:
    """A page for anyone signed in, whatever the hat."""

    @wraps(vue)
    def entree(*args: P.args, **kwargs: P.kwargs) -> Any:
        if acteur_ou_rien() is None:
            return vers_connexion()
        return vue(*args, **kwargs)

    entree.roles = CONNECTE  # type: ignore[attr-defined]
    return entree


def reserve_a(*roles: Role) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
    """A page for these hats: a visitor is sent to log in, any other hat gets the 404 of a page that is not there."""

    def decorer(vue: Callable[P, Any]) -> Callable[P, Any]:
        @wraps(vue)
        def entree(*args: P.args, **kwargs: P.kwargs) -> Any:
            courant = acteur_ou_rien()
            if courant is None:
                return vers_connexion()
            if courant.role not in roles:
                abort(404)
            return vue(*args, **kwargs)

        entree.roles = frozenset(roles)  # type: ignore[attr-defined]
        return entree

    return decorer
