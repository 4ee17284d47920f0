"""What pages of figures share: the period asked for in the address, and the same figures as a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask import Response, request

from marketplace.bilans.exports.tableur_csv import ecrire
from marketplace.propositions.delais import Delais
from marketplace.valeurs import ajouter_mois

ETAPES = ("1re proposition", "réponse", "rencontre", "premier jour")


def periode(jour: date) -> tuple[date, date]:
    """The days asked for, `du` and `au`; twelve months up to today when nothing is asked, or when it is not a date."""
    au = _lire("au") or jour
    du = _lire("du") or ajouter_mois(au, -12)
    return (du, au) if du <= au else (au, du)


def _lire(nom: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(nom, ""))
    except ValueError:
        return None


def reponse_csv(nom: str, entetes: Sequence[str], lignes: Iterable[Sequence[Any]]) -> Response:
    """One table as a file that a French spreadsheet opens right."""
    nombres = ([Decimal(str(v)) if isinstance(v, float) else v for v in ligne] for ligne in lignes)
    reponse = Response(ecrire(entetes, nombres), mimetype="text/csv")
    reponse.headers["Content-Disposition"] = f'attachment; filename="{nom}.csv"'
    return reponse


def csv_des_delais(nom: str, lignes: Iterable[Delais]) -> Response:
    """Groups of offres: counts, then for each step the number of cases and the median in days."""
    entetes = ["Offres", "Publiées", "Sans proposition", "Propositions"]
    for etape in ETAPES:
        entetes += [f"Cas : {etape}", f"Jours : {etape}"]
    return reponse_csv(
        nom,
        entetes,
        (
            [
                d.groupe,
                d.offres,
                d.sans_proposition,
                d.propositions,
                *(v for m in d.mesures for v in (m.nombre, m.jours)),
            ]
            for d in lignes
        ),
    )
