"""Pages, a folder per audience. `enregistrer_pages` assembles them."""

from __future__ import annotations

import importlib.resources
from typing import Any

from flask import Flask, g, session
from flask_bootstrap import Bootstrap5
from whitenoise import WhiteNoise

from marketplace.contexte import Contexte
from marketplace.web.acheteur import pages as acheteur
from marketplace.web.admin import pages as admin
from marketplace.web.employeur import pages as employeur
from marketplace.web.facilitateur import pages as facilitateur
from marketplace.web.public import pages as public
from marketplace.web.referent import pages as referent
from marketplace.web.socle import erreurs, filtres, navigation, securite
from marketplace.web.socle import session as sessions
from marketplace.web.socle.acces import contexte


def enregistrer_pages(app: Flask, ctx: Contexte) -> None:
    """Plug every audience, the shared security, filters and error pages into `app`."""
    app.extensions["contexte"] = ctx
    app.config["BOOTSTRAP_SERVE_LOCAL"] = True
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.do")
    Bootstrap5(app)
    securite.installer(app, ctx)
    sessions.installer(app)
    filtres.installer(app)
    app.jinja_env.globals["url_pour"] = navigation.url_pour
    erreurs.installer(app)

    @app.context_processor
    def commun() -> dict[str, Any]:
        courant = contexte()
        return {
            "acteur": g.get("acteur"),
            "aujourdhui": courant.aujourdhui(),
            "mode_demo": courant.config.mode_demo,
            "menu": navigation.menu(g.get("acteur")),
            "identifie": "jeton" in session or g.get("acteur") is not None,
            "session_minutes": courant.config.session_inactive_minutes,
            "pour_le_compte": (session.get("pour") or {}).get("nom", ""),
        }

    for audience in (public, facilitateur, employeur, referent, acheteur, admin):
        for plan in audience.blueprints:
            app.register_blueprint(plan)
    dossier_bootstrap = importlib.resources.files("flask_bootstrap") / "static" / "bootstrap5"
    statiques = WhiteNoise(app.wsgi_app, max_age=31536000 if not app.debug else 0)
    statiques.add_files(str(dossier_bootstrap), prefix="bootstrap/static/")
    app.wsgi_app = statiques  # type: ignore[method-assign]
