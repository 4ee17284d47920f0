"""What comboboxes ask as one types: communes and métiers, as JSON [{"valeur", "libelle"}]."""

from __future__ import annotations

from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from flask import Blueprint, Response, jsonify, request

from marketplace.config import RACINE
from marketplace.matching.lexique import lire_lexique
from marketplace.metiers.queries import lire_saisie
from marketplace.territoire.queries import chercher_communes, territoires
from marketplace.valeurs import cle
from marketplace.web.socle.acces import contexte, public
from marketplace.web.socle.securite import limiteur

bp = Blueprint("public_suggestions", __name__, url_prefix="/suggestions")

LONGUEUR_MAXIMALE = 100
METIERS = 8
MEMOIRE = 5000
"""Wordings read by the engine that a process remembers."""

_lues: WeakKeyDictionary[Any, dict[str, list[dict[str, str]]]] = WeakKeyDictionary()


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


@cache
def _familiers() -> tuple[tuple[str, str], ...]:
    """(ROME code, wording) of the hand-written lexicon, the best code of each."""
    return tuple((codes[0], mots) for codes, mots in lire_lexique(RACINE / "seeds" / "modeles").familiers if codes)


@bp.get("/metiers")
@limiteur.limit("240 per minute")
@public
def metiers() -> Any:
    """Appellations of the ROME, one per métier, and the code of the métier.

    A whole wording that is no label is read by the engine; a vague one gets its question: {"question"} alone.
    """
    texte = _texte()
    if not texte:
        return _reponse([])
    with contexte().lecture() as s:
        saisie = lire_saisie(s, texte, METIERS, _familiers())
    if saisie.finie and not saisie.sure:
        return _reponse(_lire(texte))
    return _reponse([{"valeur": a.code_rome, "libelle": a.libelle} for a in saisie.trouvees])


def _lire(texte: str) -> list[dict[str, str]]:
    """What the engine reads in these words; remembered, as several people type the same ones."""
    moteur = contexte().ranker
    memoire = _lues.setdefault(moteur, {})
    mots = cle(texte)
    if mots not in memoire:
        if len(memoire) >= MEMOIRE:
            memoire.clear()
        lu = moteur.metiers(texte, METIERS)
        memoire[mots] = (
            [{"valeur": "", "libelle": "", "question": lu.question}]
            if lu.vague and lu.question
            else [{"valeur": x.code_rome, "libelle": x.appellation} for x in lu.suggestions]
        )
    return memoire[mots]
