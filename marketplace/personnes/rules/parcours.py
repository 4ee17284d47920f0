"""A past job on one line, as people type it: « maçon, 2 ans », « ménage chez des gens 6 mois », « caissière »."""

from __future__ import annotations

import re

from marketplace.personnes.rules.saisie import CompetenceSaisie, ExperienceSaisie

_DUREE = re.compile(
    r"[\s,;:(–-]*(?:pendant\s+|durant\s+)?"
    r"(?:(?P<ans>\d{1,2}(?:[.,]5)?)\s*(?:ans?|années?|annees?)(?:\s+et\s+demie?)?)?"
    r"(?:\s*(?:et\s+)?(?P<mois>\d{1,3})\s*mois)?\s*\)?\s*$",
    re.IGNORECASE,
)


def lire_experience(ligne: str) -> ExperienceSaisie | None:
    """The job and its length in months when the line ends with one; None for an empty line."""
    texte = " ".join(ligne.split()).strip(" ,;-–")
    if not texte:
        return None
    trouve = _DUREE.search(texte)
    if trouve is None or not (trouve["ans"] or trouve["mois"]):
        return ExperienceSaisie(texte)
    intitule = texte[: trouve.start()].strip(" ,;:(-–")
    if not intitule:
        return ExperienceSaisie(texte)
    ans = float((trouve["ans"] or "0").replace(",", "."))
    if trouve["ans"] and "demi" in trouve.group().lower():
        ans += 0.5
    return ExperienceSaisie(intitule, None, round(ans * 12) + int(trouve["mois"] or 0))


def lire_experiences(texte: str) -> tuple[ExperienceSaisie, ...]:
    """One job per line; the same wording twice counts once."""
    lues = (lire_experience(ligne) for ligne in texte.splitlines())
    return tuple({e.intitule.lower(): e for e in lues if e is not None}.values())


def ecrire_duree(mois: int | None) -> str:
    """« 2 ans 3 mois »; empty when not said."""
    ans, reste = divmod(mois or 0, 12)
    morceaux = ([f"{ans} an{'s' if ans > 1 else ''}"] if ans else []) + ([f"{reste} mois"] if reste else [])
    return " ".join(morceaux)


def ecrire_experience(intitule: str, mois: int | None) -> str:
    """The line that `lire_experience` reads back."""
    duree = ecrire_duree(mois)
    return f"{intitule}, {duree}" if duree else intitule


def lire_competences(texte: str) -> tuple[CompetenceSaisie, ...]:
    """One skill per line."""
    lignes = (" ".join(ligne.split()).strip(" ,;-–") for ligne in texte.splitlines())
    return tuple(CompetenceSaisie(ligne) for ligne in dict.fromkeys(lignes) if ligne)
