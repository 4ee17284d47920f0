"""What lists share: the page asked for, the filters kept in the address, dates typed in a filter."""

from __future__ import annotations

from datetime import date

from flask import request


def numero_de_page() -> int:
    """The page asked for, from 1."""
    return max(1, min(request.args.get("page", default=1, type=int), 100_000))


def parametres(**filtres: str | None) -> dict[str, str]:
    """The filters that are set, to keep in the address of the other pages."""
    return {nom: valeur for nom, valeur in filtres.items() if valeur}


def date_lue(nom: str) -> date | None:
    """A date of the address (AAAA-MM-JJ); None when absent or unreadable: a filter never fails."""
    try:
        return date.fromisoformat(request.args.get(nom, ""))
    except ValueError:
        return None
