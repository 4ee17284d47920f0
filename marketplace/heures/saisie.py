"""What an employer types for a month: read, checked line by line, every refusal next to its field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from marketplace.erreurs import RegleViolee
from marketplace.heures.rules.equipe import repartir_equipe
from marketplace.heures.rules.phrases import heures_en_texte, jour_en_texte
from marketplace.territoire.reglages import Reglages
from marketplace.valeurs import dernier_du_mois, lire_heures, somme

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
    heures_hebdo: Decimal = Decimal(35)


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


CHAMP_EQUIPE_H, CHAMP_EQUIPE_F = "h-equipe", "f-equipe"
PREFIXES = ("h-", "f-", "p-")


def texte_heures(heures: Decimal) -> str:
    """Hours as one types them: « 7,5 »; nothing for zero."""
    return f"{heures.normalize():f}".replace(".", ",") if heures else ""


def champ_presence(ref: str) -> str:
    """Name of the box « was there » of a contrat."""
    return f"p-{ref}"


def avec_mois(champ: str, mois: date | None) -> str:
    """The name of a field on a page of several months; the plain one when there is one month, or for other fields."""
    return f"{champ[:2]}{mois:%Y%m}-{champ[2:]}" if mois is not None and champ[:2] in PREFIXES else champ


def sans_mois(typee: Mapping[str, str], mois: date | None) -> dict[str, str]:
    """What was typed for one month of a page, under plain names."""
    if mois is None:
        return dict(typee)
    marque = f"{mois:%Y%m}-"
    siens = {
        c[:2] + c[2 + len(marque) :]: t for c, t in typee.items() if c[:2] in PREFIXES and c[2:].startswith(marque)
    }
    return siens | {c: t for c, t in typee.items() if c[:2] not in PREFIXES}


def est_vide(saisie: Mapping[str, str]) -> bool:
    """Whether no hour is written: zeros and ticks alone say nothing."""
    return not any(t.strip() not in {"", "0"} for c, t in saisie.items() if c[:2] in {"h-", "f-"})


def lire_equipe(
    contrats: Sequence[ContratDuMois], saisie: Mapping[str, str], mois: date, reglages: Reglages
) -> list[LigneSaisie]:
    """The lines of a team declared as one number, shared between those ticked by the hours their contrats foresee.

    Raises SaisieRefusee: nobody ticked, number unreadable, more than those present could work.
    """
    valeurs, erreurs = {}, {}
    for champ in (CHAMP_EQUIPE_H, CHAMP_EQUIPE_F):
        texte = (saisie.get(champ) or "").strip()
        try:
            valeurs[champ] = lire_heures(texte, champ=champ) if texte else ZERO
        except RegleViolee as erreur:
            erreurs[champ] = erreur.message
    if erreurs:
        raise SaisieRefusee(erreurs)
    presents = [c for c in contrats if saisie.get(champ_presence(c.ref))]
    total = somme(valeurs.values())
    if not total:
        return []
    if not presents:
        raise SaisieRefusee({CHAMP_EQUIPE_H: "Cochez qui était là."})
    poids = []
    for contrat in presents:
        debut, fin = periode_du_mois(mois, contrat.debut, contrat.fin)
        poids.append(contrat.heures_hebdo * ((fin - debut).days + 1))
    travaillees = repartir_equipe(valeurs[CHAMP_EQUIPE_H], poids)
    formation = repartir_equipe(valeurs[CHAMP_EQUIPE_F], poids)
    lignes = []
    for contrat, h, f in zip(presents, travaillees, formation, strict=True):
        if _refus(h + f, mois, contrat, reglages):
            raise SaisieRefusee(
                {
                    CHAMP_EQUIPE_H: f"{heures_en_texte(total)} pour {len(presents)} personne(s) : "
                    "c'est plus que ce mois ne permet. Vérifiez le total et qui était là."
                }
            )
        lignes.append(LigneSaisie(contrat.id, h, f))
    return lignes


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
