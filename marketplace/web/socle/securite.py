"""Headers, CSRF, rate limits: set once for every page."""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask import Flask, Response, abort, g, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect

from marketplace.contexte import Contexte
from marketplace.web.socle import debits

CSP = (
    "default-src 'self'; script-src 'self' 'nonce-{n}'; style-src 'self' 'nonce-{n}'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

csrf = CSRFProtect()
limiteur = Limiter(key_func=get_remote_address, default_limits=[])


def sans_recherche() -> bool:
    """Whether the address asks nothing: a list as it stands costs little, and is not counted."""
    return not request.args


def nonce() -> str:
    """The nonce of this answer, for the rare inline script or style."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def installer(app: Flask, ctx: Contexte) -> None:
    """Set the cookies, CSRF, rate limits and headers of the application."""
    config = ctx.config
    app.config.update(
        SECRET_KEY=config.cle_secrete,
        SESSION_COOKIE_NAME="place",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.https,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=config.session_absolue_heures),
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=20 * 1024 * 1024,
        RATELIMIT_ENABLED=config.limites_actives,
        RATELIMIT_STORAGE_URI=debits.ADRESSE,
    )
    csrf.init_app(app)
    limiteur.init_app(app)
    app.jinja_env.globals["nonce"] = nonce

    @app.before_request
    def refuser_les_octets_nuls() -> None:
        """PostgreSQL stores no NUL, and nobody types one: the request is refused before any page reads it."""
        saisis = [*request.values.keys(), *(v for valeurs in request.values.listvalues() for v in valeurs)]
        if any("\x00" in texte for texte in saisis):
            abort(400)

    @app.after_request
    def entetes(reponse: Response) -> Response:
        reponse.headers["Content-Security-Policy"] = CSP.format(n=nonce())
        reponse.headers["X-Content-Type-Options"] = "nosniff"
        reponse.headers["Referrer-Policy"] = "same-origin"
        reponse.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        reponse.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        if config.https:
            reponse.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        if g.get("acteur") is not None:
            reponse.headers["Cache-Control"] = "no-store"
        return reponse
