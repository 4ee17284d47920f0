"""Where a salarié en insertion is: in post after the hire, then at the end of the contrat and after (R91 to R95, N23).

Situations are those of D6. Health and detention are left out on purpose: nobody is asked to write them (R107).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from marketplace.erreurs import RegleViolee
from marketplace.valeurs import ajouter_mois

DEFINITION = "D6, édition 2026"
"""Name kept with each answer: a territory that changes its definition does not rewrite the past."""

EN_POSTE: Mapping[str, str] = {
    "en_poste": "Toujours en poste",
    "appui": "En poste, un appui serait utile",
    "parti": "N'est plus en poste",
}

DUREES: Mapping[str, str] = {
    "plus_de_6": "plus de six mois",
    "six_exactement": "six mois",
    "moins_de_6": "moins de six mois",
}

SITUATIONS: Mapping[str, str] = {
    "cdi": "CDI",
    "cdi_non_aide_structure": "CDI dans la structure, hors insertion",
    "cdd": "CDD",
    "mission": "Intérim",
    "fonction_publique": "Fonction publique",
    "creation_entreprise": "Création d'entreprise",
    "contrat_aide_hors_iae": "Contrat aidé chez un employeur ordinaire",
    "formation_qualifiante": "Formation qualifiante",
    "formation_prequalifiante": "Formation préqualifiante",
    "embauche_autre_siae": "Autre structure d'insertion",
    "chomage": "En recherche d'emploi",
    "inactif": "Sans activité",
    "sans_nouvelle": "Sans nouvelle",
    "demenagement": "A déménagé",
    "rupture_essai": "Période d'essai arrêtée",
    "deces": "Décès",
}

EN_UN_CLIC: Mapping[str, str] = {
    "cdi": "CDI",
    "cdd:plus_de_6": "CDD de plus de six mois",
    "cdd:moins_de_6": "CDD de moins de six mois",
    "formation_qualifiante": "Formation",
    "chomage": "En recherche d'emploi",
    "sans_nouvelle": "Sans nouvelle",
}
"""The usual answers, one button each; the others are one choice further."""

CONNUES_DE_L_EMPLOYEUR = frozenset({"cdi", "cdd", "mission", "formation_qualifiante", "rupture_essai", "sans_nouvelle"})
"""An employer answers for what it sees on the last day, and nothing else."""

AVEC_DUREE = frozenset({"cdd", "mission"})
ANCIENNETE_MAX = timedelta(days=180)
"""A question older than this is not asked for the first time: nobody remembers. Convention of the product."""
CONTINUITE = timedelta(days=30)
"""Two contrats of one person closer than this are one employment (D3): no new follow-up starts."""


@dataclass(frozen=True, slots=True)
class Emploi:
    """A contrat, as far as questions go."""

    contrat_id: int
    personne_id: int
    employeur_id: int
    debut: date
    fin: date | None


@dataclass(frozen=True, slots=True)
class Point:
    """A question due: which contrat, counted from which end of it, in months, and on which day."""

    contrat_id: int
    moment: str
    mois: int
    echeance: date


def points_dus(
    emplois: Sequence[Emploi],
    jour: date,
    mois_en_poste: Sequence[int],
    mois_apres: Sequence[int],
    *,
    anciennete: bool = True,
) -> list[Point]:
    """Questions due on `jour` about the contrats of one person.

    In post: from the first contrat of an unbroken employment, while it lasts. After: from a last day that no
    other contrat followed by the day of the question. Nothing older than six months is asked anew;
    `anciennete=False` keeps those too: what was asked stays asked.
    """
    tries = sorted(emplois, key=lambda e: (e.debut, e.contrat_id))
    dus: list[Point] = []
    for rang, emploi in enumerate(tries):
        suite = [e for e in tries if e.employeur_id == emploi.employeur_id and e is not emploi]
        if not any(_continue(avant, emploi) for avant in suite if tries.index(avant) < rang):
            fin = _fin_de_l_emploi(emploi, suite)
            for mois in mois_en_poste:
                echeance = ajouter_mois(emploi.debut, mois)
                if fin is None or fin >= echeance:
                    dus.append(Point(emploi.contrat_id, "en_poste", mois, echeance))
        if emploi.fin is None:
            continue
        for mois in mois_apres:
            echeance = ajouter_mois(emploi.fin, mois)
            relais = any(
                e is not emploi
                and e.debut >= emploi.debut
                and e.debut <= echeance + CONTINUITE * (mois == 0)
                and (e.fin is None or e.fin > emploi.fin)
                for e in tries
            )
            if not relais:
                dus.append(Point(emploi.contrat_id, "apres_la_fin", mois, echeance))
    return [p for p in dus if p.echeance <= jour and not (anciennete and p.echeance < jour - ANCIENNETE_MAX)]


def _continue(avant: Emploi, apres: Emploi) -> bool:
    return avant.fin is None or avant.fin + CONTINUITE >= apres.debut


def _fin_de_l_emploi(emploi: Emploi, autres: Sequence[Emploi]) -> date | None:
    """Last day of the unbroken employment that starts with this contrat; None while it has no end."""
    fin = emploi.fin
    for autre in sorted(autres, key=lambda e: e.debut):
        if fin is not None and autre.debut > emploi.debut and autre.debut <= fin + CONTINUITE:
            fin = None if autre.fin is None else max(fin, autre.fin)
    return fin


def lire_reponse(moment: str, reponse: str, *, par_employeur: bool) -> tuple[str, str | None]:
    """Situation and length from what was clicked: « cdi », « cdd:plus_de_6 », « en_poste ».

    Raises RegleViolee for an answer that is not in the list of that moment.
    """
    code, _, duree = reponse.partition(":")
    admises = set(EN_POSTE) if moment == "en_poste" else set(SITUATIONS)
    if par_employeur and moment != "en_poste":
        admises &= CONNUES_DE_L_EMPLOYEUR
    if code not in admises:
        raise RegleViolee("Choisissez une réponse dans la liste.", champ="situation")
    if code in AVEC_DUREE and moment != "en_poste":
        if duree not in DUREES:
            raise RegleViolee("Dites combien de temps dure cet emploi.", champ="duree")
        return code, duree
    return code, None


def question_a_l_employeur(moment: str, mois: int) -> bool:
    """Whether an employer is asked: while in post, and on the last day; what follows is not its to know."""
    return moment == "en_poste" or mois == 0


def intitule(moment: str, mois: int) -> str:
    """« 3 mois après l'embauche », « À la fin du contrat », « 6 mois après la fin »."""
    if moment == "en_poste":
        return f"{mois} mois après l'embauche"
    return f"{mois} mois après la fin du contrat" if mois else "À la fin du contrat"
