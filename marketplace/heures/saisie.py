"""What an employer types for a month: read, checked line by line, every refusal next to its field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from marketplace.erreurs import RegleViolee
from marketplace.heures.rules.phrases import heures_en_texte, jour_en_texte
from marketplace.territoire.reglages import Reglages
from marketplace.valeurs import dernier_du_mois, lire_heures

ZERO = Decimal("0.00")


class SaisieRefusee(RegleViolee):
    """Some lines of a declaration cannot be taken. `erreurs`: field → sentence; nothing typed is lost."""

    def __init__(self, erreurs: Mapping[str, str]) -> None:
        champ, message = next(iter(erreurs.items()))
        super().__init__(message, champ=champ)
        self.erreurs = dict(erreurs)


@dataclass(frozen=True, slots=True)
class ContratDuMois:
    """What checking one line needs: the contrat and its days inside the month."""

    id: int
    ref: str
    debut: date
    fin: date | None


@dataclass(frozen=True, slots=True)
class LigneSaisie:
    """Hours of one contrat, as read."""

    contrat_id: int
    travaillees: Decimal
    formation: Decimal


def champ_travaillees(ref: str) -> str:
    """Name of the field of hours worked of a contrat."""
    return f"h-{ref}"


def champ_formation(ref: str) -> str:
    """Name of the field of training hours of a contrat."""
    return f"f-{ref}"


def periode_du_mois(mois: date, debut: date, fin: date | None) -> tuple[date, date]:
    """First and last day of a contrat inside a month."""
    dernier = dernier_du_mois(mois)
    return max(mois, debut), dernier if fin is None else min(dernier, fin)


def lire_lignes(
    contrats: Sequence[ContratDuMois], saisie: Mapping[str, str], mois: date, reglages: Reglages
) -> list[LigneSaisie]:
    """The lines typed, one per contrat, empty fields being zero.

    Raises SaisieRefusee with every field that is unreadable, negative, beyond the month (R42) or beyond what the
    contrat's days in that month can hold.
    """
    erreurs: dict[str, str] = {}
    lignes = []
    for contrat in contrats:
        champs = champ_travaillees(contrat.ref), champ_formation(contrat.ref)
        valeurs = []
        for champ in champs:
            texte = (saisie.get(champ) or "").strip()
            try:
                valeurs.append(lire_heures(texte, champ=champ) if texte else ZERO)
            except RegleViolee as erreur:
                erreurs[champ] = erreur.message
        if len(valeurs) < 2:
            continue
        refus = _refus(sum(valeurs, ZERO), mois, contrat, reglages)
        if refus:
            erreurs[champs[0]] = refus
            continue
        lignes.append(LigneSaisie(contrat.id, valeurs[0], valeurs[1]))
    if erreurs:
        raise SaisieRefusee(erreurs)
    return lignes


def _refus(total: Decimal, mois: date, contrat: ContratDuMois, reglages: Reglages) -> str:
    if total > reglages.heures_mois_max:
        return (
            f"{heures_en_texte(total)} : un mois ne dépasse pas {heures_en_texte(reglages.heures_mois_max)}. "
            "Vérifiez votre saisie."
        )
    debut, fin = periode_du_mois(mois, contrat.debut, contrat.fin)
    possible = reglages.heures_jour_max * ((fin - debut).days + 1)
    if total > possible:
        return (
            f"Ce contrat ne couvre que du {jour_en_texte(debut, repere=fin)} au {jour_en_texte(fin)} : "
            f"au plus {heures_en_texte(possible)}."
        )
    return ""
