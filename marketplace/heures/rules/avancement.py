"""How far a clause has come: expected curve, state, forecast at term, and the sentence that says it (R57)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from marketplace.erreurs import RegleViolee
from marketplace.heures.rules.ligne import Periode
from marketplace.heures.rules.phrases import heures_en_texte, jour_en_texte, nombre_en_texte
from marketplace.valeurs import CENTIEME, arrondir, somme

ZERO = Decimal(0)
CENT = Decimal(100)
JOURS_PAR_MOIS = Decimal("30.4375")
"""Mean length of a month (365.25 / 12): pace is hours per month, time is counted in days."""


class EtatAvancement(StrEnum):
    """The five states of the screens."""

    EN_AVANCE = "en_avance"
    DANS_LES_TEMPS = "dans_les_temps"
    A_SURVEILLER = "a_surveiller"
    EN_RETARD = "en_retard"
    TERMINE = "termine"


LIBELLES = {
    EtatAvancement.EN_AVANCE: "en avance",
    EtatAvancement.DANS_LES_TEMPS: "dans les temps",
    EtatAvancement.A_SURVEILLER: "à surveiller",
    EtatAvancement.EN_RETARD: "en retard",
    EtatAvancement.TERMINE: "terminé",
}


@dataclass(frozen=True)
class ReglagesAvancement:
    """Territory thresholds, in points of percentage, and what makes a required pace worrying (ratio)."""

    points_orange: Decimal = Decimal(20)
    points_rouge: Decimal = Decimal(40)
    points_avance: Decimal = Decimal(10)
    effort_soutenable: Decimal = Decimal("1.5")
    mois_du_rythme: int = 3


@dataclass(frozen=True)
class PeriodePrevue(Periode):
    """A period when people are expected, with the hours it should give: its weight in the expected curve."""

    poids: Decimal = Decimal(1)


@dataclass(frozen=True)
class Suivi:
    """A clause to follow: target (hours), its days, planned interventions, dated stops, validated hours by
    month.

    `par_mois` runs from the first month of the marché to the last one known, months without hours included;
    `validees` is the total, which may hold hours carried over that no month knows. `mesure` is the last day
    of the months that had to be declared: hours are compared with the calendar there, since those of the
    current month cannot be known yet. Without it everything is measured today. `recentes` are the hours of
    `validees` worked after `mesure`: in the total, but not counted twice by the forecast.
    """

    objectif: Decimal
    validees: Decimal
    debut: date
    fin: date
    par_mois: tuple[Decimal, ...] = ()
    interventions: tuple[Periode, ...] | tuple[PeriodePrevue, ...] = ()
    arrets: tuple[Periode, ...] = ()
    clos: bool = False
    mesure: date | None = None
    recentes: Decimal = ZERO

    def __post_init__(self) -> None:
        if self.fin < self.debut:
            raise RegleViolee("Le marché finit avant de commencer.", champ="fin")
        if self.objectif < 0 or self.validees < 0:
            raise RegleViolee("Les heures ne peuvent pas être négatives.", champ="objectif")


# --- time
# ------------------------------------------------------------------------------------------------------


def _reunion(periodes: Sequence[tuple[date, date]]) -> list[tuple[date, date]]:
    """Disjoint periods covering the same days, in order."""
    unies: list[tuple[date, date]] = []
    for debut, fin in sorted(periodes):
        if unies and debut <= unies[-1][1] + timedelta(days=1):
            unies[-1] = (unies[-1][0], max(unies[-1][1], fin))
        else:
            unies.append((debut, fin))
    return unies


def _bornees(periodes: Sequence[Periode], debut: date, fin: date) -> list[tuple[date, date]]:
    """The periods cut to [debut, fin], open ends closed, empty ones dropped, overlaps merged."""
    coupees = [(max(p.debut, debut), min(p.fin or fin, fin)) for p in periodes]
    return _reunion([(d, f) for d, f in coupees if d <= f])


def _jours(periodes: Sequence[tuple[date, date]]) -> int:
    return sum((f - d).days + 1 for d, f in periodes)


def jours_actifs(suivi: Suivi, debut: date, fin: date) -> int:
    """Days of [debut, fin] on which hours are expected: inside the interventions (or the marché), not
    stopped.
    """
    debut, fin = max(debut, suivi.debut), min(fin, suivi.fin)
    if fin < debut:
        return 0
    if not suivi.interventions and not suivi.arrets:
        return (fin - debut).days + 1
    prevus = _bornees(suivi.interventions or (Periode(suivi.debut, suivi.fin),), debut, fin)
    arretes = [
        (max(a, d), min(b, f))
        for a, b in _bornees(suivi.arrets, debut, fin)
        for d, f in prevus
        if max(a, d) <= min(b, f)
    ]
    return _jours(prevus) - _jours(arretes)


def part_attendue(suivi: Suivi, jour: date) -> Decimal:
    """Share of the target expected at the end of `jour`, 0 to 1: linear on active days, frozen during a stop.

    Interventions with their hours weigh as much as they are to give, each spread over its own active days.
    A marché that is stopped from end to end expects everything on its last day.
    """
    if jour < suivi.debut:
        return ZERO
    total = jours_actifs(suivi, suivi.debut, suivi.fin)
    if total == 0 or jour >= suivi.fin:
        return Decimal(1) if jour >= suivi.fin else ZERO
    pesees = [p for p in suivi.interventions if isinstance(p, PeriodePrevue)]
    if pesees:
        return _part_pesee(suivi, pesees, jour)
    return Decimal(jours_actifs(suivi, suivi.debut, jour)) / total


def _part_pesee(suivi: Suivi, pesees: Sequence[PeriodePrevue], jour: date) -> Decimal:
    """Σ of the weights done by `jour` over Σ of the weights, for the interventions that keep an active day."""
    fait, en_tout = ZERO, ZERO
    for p in pesees:
        seule = replace(suivi, interventions=(Periode(p.debut, p.fin),))
        actifs = jours_actifs(seule, suivi.debut, suivi.fin)
        if actifs:
            en_tout += p.poids
            fait += p.poids * jours_actifs(seule, suivi.debut, jour) / actifs
    return fait / en_tout


def courbe_attendue(suivi: Suivi, jours: Sequence[date]) -> tuple[Decimal, ...]:
    """Expected hours at each of the days, to draw beside the real ones."""
    return tuple(arrondir(suivi.objectif * part_attendue(suivi, jour), CENTIEME) for jour in jours)


# --- forecast
# --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Prevision:
    """Hours at term at the present pace, with an 80 % interval; `rythme` in hours per month of activity."""

    rythme: Decimal
    a_terme: Decimal
    bas: Decimal
    haut: Decimal
    manque: Decimal
    besoin_par_mois: Decimal | None


def jour_mesure(suivi: Suivi, aujourdhui: date) -> date:
    """The day hours and calendar are compared on: `mesure`, never later than today."""
    return aujourdhui if suivi.mesure is None else min(suivi.mesure, aujourdhui)


def rythme_mensuel(par_mois: Sequence[Decimal], mois_du_rythme: int) -> Decimal:
    """Mean of the last `mois_du_rythme` months, fewer at the start; 0 without any."""
    derniers = par_mois[-mois_du_rythme:]
    return somme(derniers) / len(derniers) if derniers else ZERO


def prevoir(suivi: Suivi, aujourdhui: date, reglages: ReglagesAvancement) -> Prevision:
    """Forecast at the end of the marché.

    validated + pace × active months left since the last month known. The interval is ± 1.28 standard
    deviations of the monthly hours times the square root of the months left, as if months were independent;
    with one month of history the deviation is taken as large as the pace itself. The low end never goes under
    what is validated.
    `besoin_par_mois` is None once no active day is left.
    """
    connu = jour_mesure(suivi, aujourdhui)
    restants = Decimal(jours_actifs(suivi, connu + timedelta(days=1), suivi.fin)) / JOURS_PAR_MOIS
    a_venir = jours_actifs(suivi, aujourdhui + timedelta(days=1), suivi.fin)
    rythme = rythme_mensuel(suivi.par_mois, reglages.mois_du_rythme)
    nombre = len(suivi.par_mois)
    if nombre >= 2:
        moyenne = somme(suivi.par_mois) / nombre
        ecart = (somme((h - moyenne) ** 2 for h in suivi.par_mois) / (nombre - 1)).sqrt()
    else:
        ecart = rythme
    demi = Decimal("1.28") * ecart * restants.sqrt()
    centre = max(suivi.validees, suivi.validees - suivi.recentes + rythme * restants)
    # The hours of the months not declared yet are still to come: the need runs from the last month known too.
    atteint = suivi.validees >= suivi.objectif
    reste = ZERO if atteint else suivi.objectif - suivi.validees + suivi.recentes
    return Prevision(
        rythme=arrondir(rythme, CENTIEME),
        a_terme=arrondir(centre, CENTIEME),
        bas=arrondir(max(suivi.validees, centre - demi), CENTIEME),
        haut=arrondir(centre + demi, CENTIEME),
        manque=arrondir(max(ZERO, suivi.objectif - centre), CENTIEME),
        besoin_par_mois=arrondir(reste / restants, CENTIEME) if a_venir > 0 else None,
    )


# --- state
# -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Avancement:
    """What a page shows: state, its reason, shares in percent, forecast, and the sentence."""

    etat: EtatAvancement
    raison: str
    pourcentage: Decimal
    pourcentage_attendu: Decimal
    prevision: Prevision
    phrase: str


def pourcentage(heures: Decimal, objectif: Decimal) -> Decimal:
    """Share of the target, in percent with two decimals; over 100 shown as it is (R62); 100 for no target."""
    return arrondir(heures / objectif * CENT, CENTIEME) if objectif > 0 else CENT


def avancer(suivi: Suivi, aujourdhui: date, reglages: ReglagesAvancement) -> Avancement:
    """State, reason, forecast and sentence of a clause on a given day (R57).

    R57 gives the state by the gap between hours and time; the required pace may worsen it by one step when it
    exceeds `effort_soutenable` times the best months so far (formats §5.5). A clause past its end without its
    hours is late whatever the gap.
    """
    prevision = prevoir(suivi, aujourdhui, reglages)
    fait = pourcentage(suivi.validees, suivi.objectif)
    attendu = arrondir(part_attendue(suivi, jour_mesure(suivi, aujourdhui)) * CENT, CENTIEME)
    reste = suivi.objectif - suivi.validees
    if reste <= 0:
        etat, raison = EtatAvancement.TERMINE, "L'objectif est atteint."
    elif suivi.clos:
        etat, raison = EtatAvancement.TERMINE, "Le marché est clos."
    elif aujourdhui > suivi.fin:
        etat, raison = EtatAvancement.EN_RETARD, f"Le marché est fini et il manque {heures_en_texte(reste)}."
    else:
        etat, raison = _selon_le_rythme(*etat_par_ecart(fait, attendu, reglages), suivi, prevision, reglages)
    phrase = _phrase(suivi, aujourdhui, etat, fait, prevision)
    return Avancement(etat, raison, fait, attendu, prevision, phrase)


def etat_par_ecart(fait: Decimal, attendu: Decimal, reglages: ReglagesAvancement) -> tuple[EtatAvancement, str]:
    """State and reason from the gap between hours and time, both in percent (R57)."""
    ecart = attendu - fait
    points = nombre_en_texte(abs(ecart), 0)
    if ecart > reglages.points_orange:
        rouge = ecart > reglages.points_rouge
        etat = EtatAvancement.EN_RETARD if rouge else EtatAvancement.A_SURVEILLER
        return etat, f"{points} points de retard sur le calendrier."
    if -ecart > reglages.points_avance:
        return EtatAvancement.EN_AVANCE, f"{points} points d'avance sur le calendrier."
    return EtatAvancement.DANS_LES_TEMPS, "Les heures suivent le calendrier."


_PIRE = {
    EtatAvancement.DANS_LES_TEMPS: EtatAvancement.A_SURVEILLER,
    EtatAvancement.A_SURVEILLER: EtatAvancement.EN_RETARD,
}


def _selon_le_rythme(
    etat: EtatAvancement, raison: str, suivi: Suivi, prevision: Prevision, reglages: ReglagesAvancement
) -> tuple[EtatAvancement, str]:
    """One step worse, with its own reason, when the required pace is out of reach (formats §5.5)."""
    effort = _effort(suivi, prevision)
    if etat not in _PIRE or effort is None or effort <= reglages.effort_soutenable:
        return etat, raison
    besoin = heures_en_texte(prevision.besoin_par_mois or ZERO)
    return _PIRE[etat], f"Il faudrait {besoin} par mois, bien plus que les meilleurs mois passés."


def _effort(suivi: Suivi, prevision: Prevision) -> Decimal | None:
    """Required pace over the mean of the three best months; None before three months or when it says
    nothing.
    """
    if len(suivi.par_mois) < 3 or prevision.besoin_par_mois is None:
        return None
    meilleurs = somme(sorted(suivi.par_mois, reverse=True)[:3]) / 3
    return prevision.besoin_par_mois / meilleurs if meilleurs > 0 else None


def _phrase(suivi: Suivi, aujourdhui: date, etat: EtatAvancement, fait: Decimal, prevision: Prevision) -> str:
    """The sentence under the bar: « À ce rythme, 78 % au 30 juin : il manque 312 h »."""
    fin = jour_en_texte(suivi.fin, repere=aujourdhui)
    if etat == EtatAvancement.TERMINE or aujourdhui > suivi.fin:
        total = f"{nombre_en_texte(fait, 0)}\u00a0% de l'objectif"
        reste = suivi.objectif - suivi.validees
        if reste > 0:
            return f"Terminé le {fin} avec {total} : il manque {heures_en_texte(arrondir(reste))}."
        return f"Objectif atteint : {total}."
    if not suivi.par_mois or prevision.rythme == 0:
        reste = arrondir(suivi.objectif - suivi.validees)
        debut = "Aucune heure validée" if suivi.validees == 0 else "Aucune heure ces derniers mois"
        return f"{debut} : il manque {heures_en_texte(reste)} d'ici au {fin}."
    terme = arrondir(pourcentage(prevision.a_terme, suivi.objectif))
    manque = arrondir(prevision.manque)
    if manque > 0:
        # A clause that misses hours never reads « 100 % », whatever the rounding.
        terme = min(terme, CENT - 1)
        return f"À ce rythme, {nombre_en_texte(terme, 0)}\u00a0% au {fin} : il manque {heures_en_texte(manque)}."
    return f"À ce rythme, {nombre_en_texte(terme, 0)}\u00a0% au {fin} : l'objectif est tenu."
