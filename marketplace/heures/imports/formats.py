"""Hours, days and months as payrolls write them. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from marketplace.erreurs import RegleViolee
from marketplace.heures.rules.plausibilite import jours_ouvres
from marketplace.valeurs import CENTIEME, arrondir, cle, lire_decimal, premier_du_mois

_MOIS = (
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
)
_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y", "%d-%m-%y", "%d.%m.%Y", "%d.%m.%y", "%Y/%m/%d", "%Y%m%d")
_BLANCS = re.compile(r"[\s\u00a0\u202f]+")
_HEURES_MINUTES = re.compile(r"(\d{1,4})(?:h|:|heures?)(\d{1,2})?(?::\d{2})?(?:min|mn|m)?", re.IGNORECASE)
_MINUTES = re.compile(r"(\d{1,5})(?:min|mn|minutes?)", re.IGNORECASE)
_UNITE = re.compile(r"(?:h|hrs?|heures?)$", re.IGNORECASE)
_SEMAINE = re.compile(
    r"(?:(20\d\d)\s*[-/ ]?\s*)?(?:s|w|sem|semaine)?\s*\.?\s*(\d{1,2})(?:\s*[-/ ]\s*(20\d\d))?", re.IGNORECASE
)
_EPOQUE_EXCEL = date(1899, 12, 30)


def lire_duree(texte: str, *, minutes: bool = False) -> Decimal:
    """Hours, two decimals, of « 7,5 », « 7.50 », « 7h30 », « 7:30 », « 35:30:00 », « 450 min », « 1.234,50 ».

    A plain decimal counts hundredths of an hour; with `minutes`, « 7.30 » is read 7 h 30. More than two decimals are
    those of a computation and are rounded half up. An empty text is zero. Raises RegleViolee when the text is no
    duration or is negative.
    """
    brut = _BLANCS.sub("", texte)
    if not brut:
        return Decimal("0.00")
    if brut.startswith("-") or brut.endswith("-") or (brut.startswith("(") and brut.endswith(")")):
        raise RegleViolee("Un nombre d'heures ne peut pas être négatif : corrigez cette ligne.")
    if trouve := _HEURES_MINUTES.fullmatch(brut):
        return _heures_minutes(int(trouve[1]), int(trouve[2] or 0), texte)
    if trouve := _MINUTES.fullmatch(brut):
        return (Decimal(trouve[1]) / 60).quantize(CENTIEME, ROUND_HALF_UP)
    nu = _UNITE.sub("", brut)
    if "." in nu and "," in nu:
        nu = nu.replace(".", "") if nu.rindex(",") > nu.rindex(".") else nu.replace(",", "")
    try:
        valeur = lire_decimal(nu)
    except RegleViolee:
        raise RegleViolee(
            f"« {texte.strip()[:40]} » n'est pas un nombre d'heures : écrivez par exemple 7,5 ou 7h30."
        ) from None
    if valeur >= 100_000:
        raise RegleViolee("Ce nombre d'heures est impossible : vérifiez la colonne.")
    if minutes:
        entier, _, fraction = nu.replace(",", ".").partition(".")
        if len(fraction) <= 2:
            return _heures_minutes(int(entier or 0), int(fraction.ljust(2, "0") or 0), texte)
    return valeur.quantize(CENTIEME, ROUND_HALF_UP)


def _heures_minutes(heures: int, minutes: int, texte: str) -> Decimal:
    if minutes >= 60:
        raise RegleViolee(f"« {texte.strip()[:40]} » a plus de 59 minutes : corrigez cette ligne.")
    return (Decimal(heures) + Decimal(minutes) / 60).quantize(CENTIEME, ROUND_HALF_UP)


def ressemble_a_des_minutes(textes: list[str]) -> bool:
    """True when plain decimals look like hours and minutes: 7.30, 3.45 and never 7.50, 3.75 nor 7.5."""
    fractions = [t.replace(",", ".").partition(".")[2] for t in textes if re.fullmatch(r"\d{1,3}[.,]\d{1,2}", t)]
    minutes = [f for f in fractions if f not in {"00", "0"}]
    return len(minutes) >= 3 and all(f in {"15", "30", "45"} for f in minutes) and {"30", "45"} <= {*minutes}


def lire_jour(texte: str) -> date:
    """A day written in one of the usual ways, Excel's serial number included. Raises RegleViolee."""
    brut = texte.strip()
    morceaux = brut.split()
    # « lundi 05/10/2026 » and « 05/10/2026 00:00 »
    for mot in (brut, *(m.split("T")[0] for m in morceaux)):
        for forme in _FORMATS:
            try:
                return datetime.strptime(mot, forme).date()  # noqa: DTZ007 - a day has no zone
            except ValueError:
                continue
    if re.fullmatch(r"[3-6]\d{4}(?:\.0)?", brut):
        return _EPOQUE_EXCEL + timedelta(days=int(float(brut)))
    if (jour := _jour_en_lettres(brut)) is not None:
        return jour
    raise RegleViolee(f"« {brut[:40]} » n'est pas une date lisible : écrivez par exemple 31/10/2026.")


def _jour_en_lettres(texte: str) -> date | None:
    """« 5 octobre 2026 », « lundi 5 oct. 2026 »."""
    mots = cle(texte).split()
    for i in range(len(mots) - 2):
        mois = _rang_du_mois(mots[i + 1])
        if mots[i].isdigit() and mois and re.fullmatch(r"20\d\d", mots[i + 2]):
            try:
                return date(int(mots[i + 2]), mois, int(mots[i]))
            except ValueError:
                return None
    return None


def _rang_du_mois(mot: str) -> int:
    """1 to 12 for « octobre » or « oct »; 0 for anything else."""
    if len(mot) >= 3 and mot.isalpha():
        noms = [nom for nom in _MOIS if nom == mot] or [nom for nom in _MOIS if nom.startswith(mot)]
        if len(noms) == 1:
            return _MOIS.index(noms[0]) + 1
    return 0


def lire_mois(texte: str) -> date:
    """First day of « octobre 2026 », « oct-26 », « 10/2026 », « 2026-10 », « 202610 » or of any date.

    Raises RegleViolee.
    """
    mots = cle(texte).split()
    if len(mots) == 2 and (rang := _rang_du_mois(mots[0])) and re.fullmatch(r"(?:20)?\d\d", mots[1]):
        return date(int(mots[1][-2:]) + 2000, rang, 1)
    for motif, annee, mois in (
        (r"(\d{1,2})[/\-. ](20\d\d)", 2, 1),
        (r"(20\d\d)[/\-. ]?(\d{1,2})", 1, 2),
    ):
        trouve = re.fullmatch(motif, texte.strip())
        if trouve and 1 <= int(trouve[mois]) <= 12:
            return date(int(trouve[annee]), int(trouve[mois]), 1)
    return premier_du_mois(lire_jour(texte))


def lire_semaine(texte: str, jour: date) -> date:
    """Monday of « S42 », « 2026-S42 », « semaine 42/2026 »; without a year, the latest such week begun by `jour`.

    Raises RegleViolee.
    """
    trouve = _SEMAINE.fullmatch(texte.strip())
    if trouve:
        annee = trouve[1] or trouve[3]
        for essai in [int(annee)] if annee else [jour.year + 1, jour.year, jour.year - 1]:
            try:
                lundi = date.fromisocalendar(essai, int(trouve[2]), 1)
            except ValueError:
                continue
            if annee or lundi <= jour:
                return lundi
    return lire_jour(texte)


def repartir(heures: Decimal, debut: date, fin: date) -> dict[date, Decimal]:
    """Hours of a period shared between its months by working day, summing exactly to `heures`."""
    jours = jours_ouvres(debut, fin)
    parts: dict[date, int] = {}
    for jour in jours:
        parts[premier_du_mois(jour)] = parts.get(premier_du_mois(jour), 0) + 1
    resultat: dict[date, Decimal] = {}
    reste, jours_restants = heures, len(jours)
    for mois, nombre in parts.items():
        resultat[mois] = arrondir(reste * nombre / jours_restants, CENTIEME)
        reste, jours_restants = reste - resultat[mois], jours_restants - nombre
    return resultat
