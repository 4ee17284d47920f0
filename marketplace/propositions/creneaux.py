"""Interview slots: a sensible first one, and a series of them. Paris time, working days, office hours."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta

from marketplace.contexte import PARIS

PREAVIS_JOURS = 3
"""Working days an employer has to read, answer and make room. Convention of the product."""
HEURES = tuple(
    time(h, m) for h, m in ((9, 30), (10, 0), (10, 30), (11, 0), (14, 0), (14, 30), (15, 0), (15, 30), (16, 0))
)
FIN_MATIN, REPRISE, FIN_JOURNEE = time(12), time(14), time(17, 30)
HORIZON = 60
"""Days looked at: beyond, no slot is offered and the field stays empty."""


def paques(annee: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher)."""
    a, b, c = annee % 19, annee // 100, annee % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(annee, f // 31, f % 31 + 1)


def feries(annee: int) -> frozenset[date]:
    """The eleven public holidays (Code du travail L3133-1)."""
    fixes = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
    mobiles = (paques(annee) + timedelta(days=n) for n in (1, 39, 50))
    return frozenset((*(date(annee, m, j) for m, j in fixes), *mobiles))


def ouvre(jour: date) -> bool:
    """Whether somebody receives that day: Monday to Friday, no public holiday."""
    return jour.weekday() < 5 and jour not in feries(jour.year)


def _jours(depuis: date) -> Iterator[date]:
    for n in range(HORIZON):
        if ouvre(jour := depuis + timedelta(days=n)):
            yield jour


def creneau_propose(maintenant: datetime, debut: date, pris: Collection[datetime] = ()) -> datetime | None:
    """A first slot to offer: three working days from now, before the work starts, at none of the hours taken.

    Work that starts sooner is met the next working day. None when no day is left.
    """
    demain = maintenant.astimezone(PARIS).date() + timedelta(days=1)
    jours = list(_jours(demain))
    a_temps = [j for j in jours[PREAVIS_JOURS - 1 :] if j < debut] or [j for j in jours if j < debut] or jours
    occupes = {p.astimezone(PARIS) for p in pris}
    libres = (m for j in a_temps for h in HEURES if (m := datetime.combine(j, h, PARIS)) not in occupes)
    return next(libres, None)


def serie(premier: datetime, minutes: int, nombre: int) -> tuple[datetime, ...]:
    """`nombre` slots one after the other from `premier`, with a lunch break, going on the next working day."""
    pas, suite, moment = timedelta(minutes=minutes), [], premier.astimezone(PARIS)
    for _ in range(nombre):
        suite.append(moment)
        moment = _apres(moment + pas, pas)
    return tuple(suite)


def _apres(moment: datetime, pas: timedelta) -> datetime:
    """The same moment, or the next one when the morning or the day is over."""
    fin = (moment + pas).time() if (moment + pas).date() == moment.date() else time.max
    if moment.time() < REPRISE and fin > FIN_MATIN:
        return datetime.combine(moment.date(), REPRISE, PARIS)
    if moment.time() >= REPRISE and fin > FIN_JOURNEE:
        suivant = next(j for j in _jours(moment.date() + timedelta(days=1)))
        return datetime.combine(suivant, HEURES[0], PARIS)
    return moment
