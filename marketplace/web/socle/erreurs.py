"""Which error gives which page: one table, nothing else."""

from __future__ import annotations

from typing import Any

from flask import Flask, render_template
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from marketplace.erreurs import ErreurExploitation, Introuvable, ModifieEntreTemps, RegleViolee

TEXTES = {
    400: ("Demande illisible", "Revenez en arrière, puis recommencez."),
    404: ("Page introuvable", "Cette page n'existe pas ou ne vous est pas ouverte."),
    405: ("Action impossible ici", "Revenez en arrière, puis recommencez."),
    413: ("Fichier trop lourd", "Le fichier dépasse 20 Mo : découpez-le, puis recommencez."),
    429: ("Trop d'essais", "Attendez une minute, puis recommencez."),
    503: (
        "Cette partie du site est arrêtée",
        "Un fichier du site est à réparer : prévenez son administrateur. Rien n'a été enregistré.",
    ),
    500: (
        "Un problème est survenu",
        "Rien n'a été enregistré. Réessayez ; si cela dure, appelez votre facilitateur.",
    ),
}


def _page(code: int, titre: str, texte: str) -> tuple[str, int]:
    return render_template("socle/erreur.html", titre=titre, texte=texte), code


def installer(app: Flask) -> None:
    """Register the table."""

    @app.errorhandler(CSRFError)
    def page_perimee(_: CSRFError) -> Any:
        return _page(
            400,
            "Page restée ouverte trop longtemps",
            "Revenez en arrière : rien n'est perdu. Rechargez, puis recommencez.",
        )

    @app.errorhandler(Introuvable)
    def introuvable(_: Introuvable) -> Any:
        return _page(404, *TEXTES[404])

    @app.errorhandler(ModifieEntreTemps)
    def conflit(erreur: ModifieEntreTemps) -> Any:
        return _page(409, "Modifié entre-temps", erreur.message)

    @app.errorhandler(RegleViolee)
    def regle(erreur: RegleViolee) -> Any:
        return _page(422, "Ce n'est pas possible", erreur.message)

    @app.errorhandler(ErreurExploitation)
    def a_reparer(erreur: ErreurExploitation) -> Any:
        app.logger.error(erreur.message)
        return _page(503, *TEXTES[503])

    @app.errorhandler(HTTPException)
    def http(erreur: HTTPException) -> Any:
        code = erreur.code or 500
        if code < 400:
            return erreur
        return _page(code, *TEXTES.get(code, TEXTES[400 if code < 500 else 500]))

    @app.errorhandler(500)
    def panne(_: Exception) -> Any:
        return _page(500, *TEXTES[500])
