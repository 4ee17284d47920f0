"""When each period of a job falls due. Pure functions: the clock is an argument."""

from __future__ import annotations

import enum
from datetime import date, datetime, timedelta

from marketplace.valeurs import ajouter_mois, premier_du_mois


class Rythme(enum.StrEnum):
    """How often a job runs."""

    CINQ_MINUTES = "toutes les cinq minutes"
    QUOTIDIEN = "chaque jour"
    HEBDOMADAIRE = "chaque semaine"
    MENSUEL = "chaque mois"


def periode(rythme: Rythme, moment: datetime) -> str:
    """The period that holds this local moment: « 2026-11-21T09:05 », « 2026-11-21 », « 2026-S47 », « 2026-11 »."""
    if rythme is Rythme.CINQ_MINUTES:
        arrondi = moment.replace(minute=moment.minute - moment.minute % 5)
        return arrondi.strftime("%Y-%m-%dT%H:%M")
    if rythme is Rythme.QUOTIDIEN:
        return moment.date().isoformat()
    if rythme is Rythme.HEBDOMADAIRE:
        annee, semaine, _ = moment.isocalendar()
        return f"{annee}-S{semaine:02d}"
    return moment.strftime("%Y-%m")


def jour_de(rythme: Rythme, cle: str) -> date:
    """The first day of a period, which the job receives as its date."""
    if rythme is Rythme.CINQ_MINUTES:
        return datetime.strptime(cle, "%Y-%m-%dT%H:%M").date()  # noqa: DTZ007 - a local label, not an instant
    if rythme is Rythme.QUOTIDIEN:
        return date.fromisoformat(cle)
    if rythme is Rythme.HEBDOMADAIRE:
        return date.fromisocalendar(int(cle[:4]), int(cle[6:]), 1)
    return date(int(cle[:4]), int(cle[5:]), 1)


def derniere_due(rythme: Rythme, maintenant: datetime, heure: int) -> datetime:
    """The start of the latest period whose hour has come (`heure` is the local hour the job may start at)."""
    if rythme is Rythme.CINQ_MINUTES:
        return maintenant
    jour = maintenant.replace(hour=0, minute=0, second=0, microsecond=0)
    if rythme is Rythme.HEBDOMADAIRE:
        jour -= timedelta(days=jour.weekday())
    elif rythme is Rythme.MENSUEL:
        jour = jour.replace(day=1)
    if maintenant < jour + timedelta(hours=heure):
        jour = _precedent(rythme, jour)
    return jour


def _precedent(rythme: Rythme, jour: datetime) -> datetime:
    if rythme is Rythme.MENSUEL:
        return datetime.combine(ajouter_mois(premier_du_mois(jour.date()), -1), jour.time(), jour.tzinfo)
    return jour - timedelta(days=7 if rythme is Rythme.HEBDOMADAIRE else 1)


def dues(rythme: Rythme, maintenant: datetime, heure: int, derniere_faite: str | None) -> list[str]:
    """The periods due and not done yet, oldest first; without any history, the latest only."""
    courant = derniere_due(rythme, maintenant, heure)
    cles = [periode(rythme, courant)]
    if derniere_faite is None or rythme is Rythme.CINQ_MINUTES:
        return [c for c in cles if c != derniere_faite]
    while cles[-1] > derniere_faite and len(cles) < 400:
        courant = _precedent(rythme, courant)
        cles.append(periode(rythme, courant))
    return sorted(c for c in cles if c > derniere_faite)
