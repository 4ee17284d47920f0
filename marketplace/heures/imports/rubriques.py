"""What a code of hours of a payroll means: worked, training, or not to be counted and why (R30, R43). Pure."""

from __future__ import annotations

import enum
from collections.abc import Mapping

from marketplace.valeurs import cle


class Nature(enum.StrEnum):
    """What the hours of a line are."""

    TRAVAIL = "travail"
    FORMATION = "formation"
    CONGES = "conges"
    MALADIE = "maladie"
    FERIE = "ferie"
    INTEMPERIES = "intemperies"
    ACTIVITE_PARTIELLE = "activite_partielle"
    ABSENCE = "absence"
    SANS_HEURES = "sans_heures"


COMPTEES = frozenset({Nature.TRAVAIL, Nature.FORMATION})

LIBELLES: Mapping[Nature, str] = {
    Nature.TRAVAIL: "Heures travaillées",
    Nature.FORMATION: "Formation",
    Nature.CONGES: "Congés et repos",
    Nature.MALADIE: "Maladie, accident, maternité",
    Nature.FERIE: "Jours fériés chômés",
    Nature.INTEMPERIES: "Intempéries",
    Nature.ACTIVITE_PARTIELLE: "Activité partielle",
    Nature.ABSENCE: "Autres absences",
    Nature.SANS_HEURES: "Primes et indemnités, sans heures",
}

_MOTS: Mapping[Nature, tuple[str, ...]] = {
    Nature.SANS_HEURES: (
        "prime",
        "primes",
        "panier",
        "paniers",
        "ifm",
        "iccp",
        "indemnite",
        "indemnites",
        "majoration",
        "majorations",
        "deplacement",
        "deplacements",
        "trajet",
        "acompte",
        "ticket",
        "tickets",
    ),
    Nature.INTEMPERIES: ("intemperie", "intemperies", "intemp", "gel", "canicule"),
    Nature.ACTIVITE_PARTIELLE: ("ap", "apld", "activite partielle", "chomage partiel", "chomage technique"),
    Nature.CONGES: ("cp", "conge", "conges", "rtt", "rc", "repos", "recup", "recuperation"),
    Nature.MALADIE: (
        "am",
        "mal",
        "at",
        "maladie",
        "arret",
        "accident",
        "maternite",
        "paternite",
        "ijss",
        "mi temps therapeutique",
    ),
    Nature.FERIE: ("jf", "fer", "ferie", "feries"),
    Nature.ABSENCE: ("abs", "absence", "absences", "absent", "aj", "ai", "css", "sans solde", "greve", "mise a pied"),
    Nature.FORMATION: ("form", "formation", "formations", "cfa", "cours", "afest"),
    Nature.TRAVAIL: (
        "h",
        "hn",
        "ht",
        "hs",
        "hsup",
        "hc",
        "normal",
        "normale",
        "normales",
        "travail",
        "travaille",
        "travaillee",
        "travaillees",
        "sup",
        "supp",
        "suppl",
        "compl",
        "supplementaire",
        "supplementaires",
        "complementaire",
        "complementaires",
        "production",
        "mission",
        "presence",
        "present",
        "effectif",
        "effectives",
        "chantier",
    ),
}
"""Read in this order: « Majoration heures supplémentaires » is no hour, « Congé formation » no training."""


def reconnaitre_rubrique(texte: str) -> Nature | None:
    """The nature a code or a label tells; None when somebody has to decide. « Férié travaillé » is work."""
    plat = cle(texte)
    mots = plat.split()
    if not mots:
        return Nature.TRAVAIL
    sans_chiffres = [m.rstrip("0123456789") or m for m in mots]
    if {"ferie", "feries", "jf"} & {*mots} and {"travaille", "travailles", "travaillee", "travaillees"} & {*mots}:
        return Nature.TRAVAIL
    for nature, expressions in _MOTS.items():
        for expression in expressions:
            if " " in expression:
                if f" {expression} " in f" {plat} ":
                    return nature
            elif expression in mots or expression in sans_chiffres:
                return nature
    return None
