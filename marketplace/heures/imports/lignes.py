"""One row of an employer's file: its hours, the days they were worked, whether it is a total. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from marketplace.erreurs import RegleViolee
from marketplace.heures.imports.colonnes import JOURS, LIEUX
from marketplace.heures.imports.formats import lire_duree, lire_jour, lire_mois, lire_semaine, repartir
from marketplace.heures.imports.tableau import LigneLue
from marketplace.heures.rules.phrases import heures_en_texte
from marketplace.valeurs import cle, dernier_du_mois, premier_du_mois, somme

ZERO = Decimal("0.00")
PERIODE_MAX = 62
"""Days: beyond, the dates of a row are wrong, or it sums up a whole contract."""


@dataclass(frozen=True, slots=True)
class Periode:
    """Hours of one contrat over days of one month, and the row they come from."""

    du: date
    au: date
    travaillees: Decimal
    formation: Decimal
    ligne: int = 0


def nom_de(cellules: Mapping[str, str]) -> str:
    """Name of the person, as written in one or two columns."""
    return f"{cellules.get('nom', '')} {cellules.get('prenom', '')}".strip()


def est_un_total(ligne: LigneLue) -> bool:
    """A total of the export: it says so, or it names neither a client nor anybody."""
    cellules = ligne.cellules
    if cellules.get("matricule") or cellules.get("prenom"):
        return any({"total", "totaux"} & {*cle(cellules.get(r, "")).split()[:2]} for r in ("matricule",))
    mots = {mot for texte in cellules.values() for mot in cle(texte).split()}
    if {"total", "totaux", "cumul"} & mots:
        return not cellules.get("nom") or bool({"total", "totaux", "cumul"} & {*cle(cellules["nom"]).split()})
    dates = any(cellules.get(r) for r in ("du", "jour", "semaine", "mois"))
    return not dates and not cellules.get("nom") and not any(cellules.get(r) for r in LIEUX)


def partagees(cellules: Mapping[str, str], role: str) -> Sequence[str]:
    """The cells of a role that several columns share."""
    return [texte for nom, texte in cellules.items() if re.fullmatch(rf"{role}\d+", nom)]


def heures_de(cellules: Mapping[str, str], entetes: Mapping[str, str], *, minutes: bool) -> tuple[Decimal, Decimal]:
    """(worked, training). Hours beyond the normal ones are added, unless the column already is a total; training that
    the header says included is taken out. Raises RegleViolee.
    """
    formation = lire_duree(cellules.get("formation", ""), minutes=minutes)
    jours = somme(lire_duree(cellules.get(j, ""), minutes=minutes) for j in JOURS)
    travaillees = lire_duree(cellules.get("heures", ""), minutes=minutes)
    if "total" not in cle(entetes.get("heures", "")).split():
        travaillees += somme(lire_duree(t, minutes=minutes) for t in partagees(cellules, "sup"))
    if jours and travaillees and jours != travaillees:
        raise RegleViolee(
            f"Les jours font {heures_en_texte(jours)} et le total {heures_en_texte(travaillees)} : "
            "corrigez l'un ou l'autre."
        )
    travaillees = travaillees or jours
    if cle(entetes.get("formation", "")).split()[:1] == ["dont"]:
        if formation > travaillees:
            raise RegleViolee("La formation dépasse les heures dont elle fait partie : corrigez cette ligne.")
        travaillees -= formation
    return travaillees, formation


def bornes_de(cellules: Mapping[str, str], jour: date) -> tuple[date, date]:
    """First and last day of a row. Raises RegleViolee when they cannot be."""
    du, au = _bornes(cellules, jour)
    if au < du:
        raise RegleViolee("La période finit avant de commencer : vérifiez les dates.")
    if (au - du).days >= PERIODE_MAX:
        raise RegleViolee("La période dépasse deux mois : découpez-la par mois ou par semaine.")
    return du, au


def periodes_de(
    ligne: LigneLue, travaillees: Decimal, formation: Decimal, du: date, au: date, *, minutes: bool
) -> tuple[list[Periode], str]:
    """The hours of a row cut by month, and how a row astride two months was cut: « jours », « ouvres » or nothing.

    Dated days go to their own month; a week known by its total alone is shared by working days. Raises RegleViolee.
    """
    if travaillees + formation > 24 * ((au - du).days + 1):
        raise RegleViolee(
            f"{heures_en_texte(travaillees + formation)} en {_jours(du, au)} : c'est plus que la période n'en contient."
        )
    a_cheval = premier_du_mois(du) != premier_du_mois(au)
    dates = _jours_dates(ligne.cellules, du, minutes=minutes)
    if a_cheval and dates:
        par_mois: dict[date, Decimal] = {}
        for quand, heures in dates.items():
            par_mois[premier_du_mois(quand)] = par_mois.get(premier_du_mois(quand), ZERO) + heures
        # Training inside the week is not dated: it follows the working days, and never exceeds what was worked.
        par_mois = _retirer(par_mois, formation) if somme(par_mois.values()) != travaillees else par_mois
    else:
        par_mois = repartir(travaillees, du, au)
    appris = repartir(formation, du, au)
    periodes = [
        Periode(
            max(du, mois),
            min(au, dernier_du_mois(mois)),
            par_mois.get(mois, ZERO),
            appris.get(mois, ZERO),
            ligne.numero,
        )
        for mois in sorted({*par_mois, *appris})
        if par_mois.get(mois, ZERO) + appris.get(mois, ZERO)
    ]
    return periodes, ("jours" if dates else "ouvres") if a_cheval and len(periodes) > 1 else ""


def _retirer(par_mois: dict[date, Decimal], formation: Decimal) -> dict[date, Decimal]:
    reste, resultat = formation, {}
    for mois, heures in par_mois.items():
        retire = min(reste, heures)
        resultat[mois], reste = heures - retire, reste - retire
    return resultat


def _jours(du: date, au: date) -> str:
    nombre = (au - du).days + 1
    return "un jour" if nombre == 1 else f"{nombre} jours"


def _jours_dates(cellules: Mapping[str, str], du: date, *, minutes: bool) -> dict[date, Decimal]:
    """Hours of each day of a week written in seven columns."""
    lundi = du - timedelta(days=du.weekday())
    return {
        lundi + timedelta(days=rang): heures
        for rang, role in enumerate(JOURS)
        if (heures := lire_duree(cellules.get(role, ""), minutes=minutes))
    }


def _bornes(cellules: Mapping[str, str], jour: date) -> tuple[date, date]:
    if texte := cellules.get("jour", ""):
        quand = lire_jour(texte)
        return quand, quand
    if texte := cellules.get("du", ""):
        debut = lire_jour(texte)
        return debut, lire_jour(cellules["au"]) if cellules.get("au") else debut + timedelta(days=6 - debut.weekday())
    if texte := cellules.get("semaine", ""):
        lundi = lire_semaine(texte, jour)
        return lundi, lundi + timedelta(days=6)
    if texte := cellules.get("mois", ""):
        mois = lire_mois(texte)
        return mois, dernier_du_mois(mois)
    raise RegleViolee("Aucune date sur cette ligne : écrivez le mois ou la semaine.")
