"""The session of a browser: which keys it holds, how it opens, ages and closes (R132).

`jeton` names the user, `affectation` the hat, `pour` the one acted for, `debut` and `vu` are seconds since the epoch.
A session opened by the link of a mail holds `lien` instead of `jeton`: it makes an actor on the pages marked for it,
and on no other.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from flask import Flask, current_app, flash, g, request, session

from marketplace.comptes.services import PourLeCompte, acteur_de_session
from marketplace.contexte import Contexte
from marketplace.heures.services.liens import acteur_du_lien, fermer_lien

PRECISION_SECONDES = 15


def _maintenant(ctx: Contexte) -> int:
    return int(ctx.horloge().timestamp())


def secondes_restantes(ctx: Contexte, cookie: MutableMapping[str, Any]) -> int:
    """How long this session stays open without activity; 0 when it is closed."""
    if "jeton" not in cookie and "lien" not in cookie:
        return 0
    config, maintenant = ctx.config, _maintenant(ctx)
    inactive = cookie.get("vu", 0) + config.session_inactive_minutes * 60 - maintenant
    absolue = cookie.get("debut", 0) + config.session_absolue_heures * 3600 - maintenant
    return max(0, int(min(inactive, absolue)))


def ouvrir_session(ctx: Contexte, jeton: str, affectations: list[int]) -> None:
    """A new session for this user; the hat is chosen at once when there is only one.

    The CSRF token outlives the change only when the same user comes back after an expiry: what was typed can be sent.
    """
    csrf = session.get("csrf_token") if session.get("fermee") == jeton else None
    session.clear()
    session.update(jeton=jeton, debut=_maintenant(ctx), vu=_maintenant(ctx))
    if len(affectations) == 1:
        session["affectation"] = affectations[0]
    if csrf is not None:
        session["csrf_token"] = csrf


def ouvrir_session_par_lien(ctx: Contexte, secret: str) -> None:
    """A session that only declares hours: whatever this browser carried is forgotten."""
    session.clear()
    session.update(lien=secret, debut=_maintenant(ctx), vu=_maintenant(ctx))


def fermer_session(ctx: Contexte) -> None:
    """Forget everything this browser carries; a session opened by a link ends on the server too."""
    if "lien" in session:
        fermer_lien(ctx, session["lien"])
    session.clear()


def porter(pour: PourLeCompte | None) -> None:
    """Act for somebody, or for oneself again."""
    session.pop("pour", None)
    if pour is not None:
        session["pour"] = {
            "nom": pour.nom,
            "source": str(pour.source),
            "organisation": pour.organisation_id,
            "affectation": pour.affectation_id,
        }


def installer(app: Flask) -> None:
    """Recognise the actor of each request."""

    @app.before_request
    def reconnaitre() -> None:
        ctx: Contexte = current_app.extensions["contexte"]
        g.acteur = None
        if "lien" in session and "jeton" not in session:
            _reconnaitre_le_lien(ctx)
            return
        if "jeton" not in session:
            return
        if secondes_restantes(ctx, session) == 0:
            session["fermee"] = session.pop("jeton")
            for cle in ("affectation", "pour", "debut", "vu"):
                session.pop(cle, None)
            g.session_fermee = True
            return
        if _maintenant(ctx) - session.get("vu", 0) >= PRECISION_SECONDES:
            session["vu"] = _maintenant(ctx)
        g.acteur = acteur_de_session(ctx, session)

    def _reconnaitre_le_lien(ctx: Contexte) -> None:
        if not getattr(app.view_functions.get(request.endpoint or ""), "par_lien", False):
            return
        if secondes_restantes(ctx, session) > 0:
            g.acteur = acteur_du_lien(ctx, session["lien"])
        if g.acteur is None:
            session.pop("lien", None)
            g.lien_ferme = True
        elif _maintenant(ctx) - session.get("vu", 0) >= PRECISION_SECONDES:
            session["vu"] = _maintenant(ctx)


def annoncer_fermeture() -> None:
    """Say on the sign-in page why one is there."""
    if g.get("lien_ferme"):
        flash("Votre accès s'est fermé. Rouvrez le lien du courriel : un nouveau code vous est envoyé.", "warning")
    if g.get("session_fermee"):
        flash(
            "Votre session s'est fermée, faute d'activité. Reconnectez-vous : ce que vous aviez écrit n'est pas perdu.",
            "warning",
        )
