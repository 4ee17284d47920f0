"""What comboboxes ask as one types: communes and métiers, as JSON [{"valeur", "libelle"}]."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from marketplace.metiers.queries import chercher_appellations
from marketplace.territoire.queries import chercher_communes, territoires
from marketplace.web.socle.acces import contexte, public
from marketplace.web.socle.securite import limiteur

bp = Blueprint("public_suggestions", __name__, url_prefix="/suggestions")

LONGUEUR_MAXIMALE = 100


def _reponse(lignes: list[dict[str, str]]) -> Response:
    reponse = jsonify(lignes)
    reponse.headers["Cache-Control"] = "private, max-age=300"
    return reponse


def _texte() -> str:
    return request.args.get("q", "").strip()[:LONGUEUR_MAXIMALE]


@bp.get("/communes")
@limiteur.limit("240 per minute")
@public
def communes() -> Any:
    """Communes, those of the territories of this base first: « Lunel (34) » and its INSEE code."""
    texte = _texte()
    if not texte:
        return _reponse([])
    with contexte().lecture() as s:
        departements = {d for t in territoires(s) for d in t.departements}
        trouvees = chercher_communes(s, texte, departements=departements)
    return _reponse([{"valeur": c.code_insee, "libelle": c.libelle} for c in trouvees])


@bp.get("/metiers")
@limiteur.limit("240 per minute")
@public
def metiers() -> Any:
    """Appellations of the ROME, one per métier, and the code of the métier."""
    texte = _texte()
    if not texte:
        return _reponse([])
    with contexte().lecture() as s:
        trouvees = chercher_appellations(s, texte)
    return _reponse([{"valeur": a.code_rome, "libelle": a.libelle} for a in trouvees])
