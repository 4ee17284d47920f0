"""The ledger of hours is a chain: each line carries the sha256 of itself and of the line before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

Contenu = Mapping[str, str | int | bool | Decimal | date | None]

ORIGINE = "0" * 64
"""What the first line of a chain points to."""


def canonique(contenu: Contenu) -> str:
    """One text for one content, whatever the order of its keys or the engine it was read back from.

    Decimals lose trailing zeros (7.50 and 7.5 are the same hours; engines disagree on the scale), dates are
    ISO.
    """

    def valeur(v: str | int | bool | Decimal | date | None) -> str | int | bool | None:
        if isinstance(v, Decimal):
            return f"{v.normalize() + 0:f}"
        return v.isoformat() if isinstance(v, date) else v

    champs = {cle: valeur(v) for cle, v in contenu.items()}
    return json.dumps(champs, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def empreinte(precedente: str, contenu: Contenu) -> str:
    """Hexadecimal sha256 of the previous fingerprint and of this content."""
    return hashlib.sha256(f"{precedente}\n{canonique(contenu)}".encode()).hexdigest()


@dataclass(frozen=True)
class Maillon:
    """One stored line: its reference, its content and the two fingerprints kept with it."""

    ref: str
    contenu: Contenu
    precedente: str
    empreinte: str


@dataclass(frozen=True)
class Rupture:
    """Where the chain breaks, in words for `marketplace check`."""

    ref: str
    phrase: str


def verifier(maillons: Iterable[Maillon], origine: str = ORIGINE) -> tuple[Rupture, ...]:
    """Every line that was changed, removed or inserted, in the order of the chain; empty when it holds."""
    ruptures: list[Rupture] = []
    attendue = origine
    for maillon in maillons:
        if maillon.precedente != attendue:
            ruptures.append(Rupture(maillon.ref, "La ligne qui précède a été retirée, ajoutée ou déplacée."))
        if empreinte(maillon.precedente, maillon.contenu) != maillon.empreinte:
            ruptures.append(Rupture(maillon.ref, "Le contenu de cette ligne a été modifié après son enregistrement."))
        attendue = maillon.empreinte
    return tuple(ruptures)
