"""Several lots typed at once: what a row leaves empty is that of the row above, hours left empty are sized."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from marketplace.erreurs import RegleViolee
from marketplace.valeurs import cle


@dataclass(frozen=True, slots=True)
class Lot:
    """One row: the lot as typed. Empty values are carried from the row above, amounts and hours never are."""

    intitule: str = ""
    secteur: str = ""
    montant_ht: Decimal | None = None
    heures: Decimal | None = None
    titulaire: str = ""
    commune: str = ""
    debut: date | None = None
    fin: date | None = None

    @property
    def vide(self) -> bool:
        """Whether nothing was typed on this row."""
        return not (self.intitule.strip() or self.montant_ht is not None or self.heures is not None)


def reporter(lots: Sequence[Lot], depart: Lot) -> tuple[Lot, ...]:
    """The rows with what each leaves empty filled from the one above; the first one takes it from the opération.

    Sector, place and dates are carried; a titulaire is not: each lot has its own.
    """
    precedent, complets = depart, []
    for lot in lots:
        if lot.vide:
            complets.append(lot)
            continue
        complet = replace(
            lot,
            secteur=lot.secteur or precedent.secteur,
            commune=lot.commune or precedent.commune,
            debut=lot.debut or precedent.debut,
            fin=lot.fin or precedent.fin,
        )
        complets.append(complet)
        precedent = complet
    return tuple(complets)


def part_du_lot(intitule: str, secteur: str, parts: Mapping[str, Decimal]) -> Decimal:
    """Labour share of a lot: that of the trade its title begins with, else of its sector (R14).

    Raises RegleViolee next to the hours when the territory's table knows neither.
    """
    titre = cle(intitule)
    connues = sorted(((cle(nom), part) for nom, part in parts.items()), key=lambda c: -len(c[0]))
    for nom, part in connues:
        if nom and (titre == nom or titre.startswith(f"{nom} ")):
            return part
    if secteur in parts:
        return parts[secteur]
    raise RegleViolee("Aucune part de main d'œuvre connue pour ce lot : écrivez les heures.", champ="heures")


def titre_du_marche(lot: str, operation: str) -> str:
    """« Gros œuvre, collège Alco 2 »: the title of a marché, which is read without its opération beside it."""
    lot, operation = " ".join(lot.split()), " ".join(operation.split())
    if cle(operation) in cle(lot):
        return lot
    if len(operation) > 1 and not operation[:2].isupper():
        operation = operation[0].lower() + operation[1:]
    return f"{lot}, {operation}"[:200]
