"""How values are written in French on every page."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from babel.dates import format_date, format_datetime
from flask import Flask

from marketplace.comptes.roles import LIBELLES, LIBELLES_SOURCE
from marketplace.contexte import PARIS

INSECABLE = "\u202f"
_FRANCAIS = str.maketrans({",": INSECABLE, ".": ","})


def nombre(valeur: Decimal | float | None, decimales: int | None = None) -> str:
    """« 1 234,5 »; an empty value reads « – ». Two decimals at most, or exactly `decimales`; halves go to even.

    As Babel writes it in French, without its cost: a map writes a thousand numbers.
    """
    if valeur is None:
        return "–"
    exacte = valeur if isinstance(valeur, Decimal) else Decimal(str(valeur))
    texte = f"{exacte:,.{2 if decimales is None else decimales}f}"
    if decimales is None and "." in texte:
        texte = texte.rstrip("0").rstrip(".")
    return texte.translate(_FRANCAIS)


def heures(valeur: Decimal | None) -> str:
    """« 1 234,5 h »."""
    return "–" if valeur is None else f"{nombre(valeur)}{INSECABLE}h"


def euros(valeur: Decimal | None) -> str:
    """« 1 250 000 € HT » without the regime: the page says HT or TTC."""
    return "–" if valeur is None else f"{nombre(valeur)}{INSECABLE}€"


def pourcent(part: Decimal | float | None, decimales: int = 0) -> str:
    """A share in 0..1 as « 78 % »."""
    return "–" if part is None else f"{nombre(Decimal(str(part)) * 100, decimales)}{INSECABLE}%"


def jour(valeur: date | datetime | None, forme: str = "long") -> str:
    """« 2 mars 2026 » (long), « lundi 2 mars 2026 » (full), « 2 mars » (court) or « 02/03/2026 » (short)."""
    if valeur is None:
        return "–"
    if isinstance(valeur, datetime):
        valeur = valeur.astimezone(PARIS).date()
    motif = {"court": "d MMMM", "short": "dd/MM/yyyy"}.get(forme, forme)
    return _premier(format_date(valeur, format=motif, locale="fr"))


def _premier(texte: str) -> str:
    """« 1er mars »: the first of a month is an ordinal in French."""
    return re.sub(r"(?<![\d/])1 (?=[a-zéû])", "1er ", texte)


def moment(valeur: datetime | None) -> str:
    """« 2 mars 2026 à 14 h 05 » in Paris time."""
    if valeur is None:
        return "–"
    local = valeur.astimezone(PARIS)
    return f"{_premier(format_date(local, format='long', locale='fr'))} à {local.hour} h {local.minute:02d}"


def mois(valeur: date | None) -> str:
    """« mars 2026 »."""
    return "–" if valeur is None else format_date(valeur, format="MMMM yyyy", locale="fr")


def de_mois(valeur: date | None) -> str:
    """« d'octobre 2026 », « de mars 2026 »."""
    texte = mois(valeur)
    return f"d'{texte}" if texte[0] in "ao" else f"de {texte}"


def heure(valeur: time | None) -> str:
    """« 7 h 30 »."""
    if valeur is None:
        return "–"
    return f"{valeur.hour}{INSECABLE}h{INSECABLE}{valeur.minute:02d}" if valeur.minute else f"{valeur.hour}{INSECABLE}h"


def il_y_a(valeur: date | datetime | None, aujourdhui: date) -> str:
    """« aujourd'hui », « hier », « il y a 3 jours », « dans 2 jours »."""
    if valeur is None:
        return "–"
    if isinstance(valeur, datetime):
        valeur = valeur.astimezone(PARIS).date()
    ecart = (aujourdhui - valeur).days
    proches = {0: "aujourd'hui", 1: "hier", -1: "demain"}
    if ecart in proches:
        return proches[ecart]
    if ecart < 0:
        return f"dans {-ecart} jours"
    return f"il y a {ecart} jours"


def pluriel(nombre_: int, singulier: str, plusieurs: str | None = None) -> str:
    """« 1 personne », « 3 personnes »; zero is singular in French."""
    forme = singulier if abs(nombre_) < 2 else (plusieurs or singulier + "s")
    return f"{nombre(Decimal(nombre_))} {forme}"


def jour_heure(valeur: datetime | None) -> str:
    """« lundi 2 mars à 9 h 30 » in Paris time, for appointments."""
    if valeur is None:
        return "–"
    local = valeur.astimezone(PARIS)
    return f"{format_datetime(local, 'EEEE d MMMM', locale='fr')} à {heure(local.time())}"


def installer(app: Flask) -> None:
    """Make these available to every template."""
    filtres: dict[str, Any] = {
        "nombre": nombre,
        "heures": heures,
        "euros": euros,
        "pourcent": pourcent,
        "jour": jour,
        "moment": moment,
        "mois": mois,
        "de_mois": de_mois,
        "heure": heure,
        "il_y_a": il_y_a,
        "jour_heure": jour_heure,
    }
    app.jinja_env.filters.update(filtres)
    app.jinja_env.filters["libelle_role"] = LIBELLES.__getitem__
    app.jinja_env.filters["libelle_source"] = LIBELLES_SOURCE.__getitem__
    app.jinja_env.globals["pluriel"] = pluriel
