"""Languages and basics: asked only where a job needs them, never as a test of the person (R105)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from marketplace.erreurs import RegleViolee
from marketplace.valeurs import cle


@dataclass(frozen=True, slots=True)
class Base:
    """What is asked, and the folded words of a job that call for it."""

    libelle: str
    mots: re.Pattern[str]


BASES: Mapping[str, Base] = {
    "francais": Base(
        "Comprendre et parler français",
        re.compile(r"\b(francais|communiquer a l oral|accueillir|renseigner|relation client\w*|expression orale)\b"),
    ),
    "lire_ecrire": Base(
        "Lire une consigne, écrire un message court",
        re.compile(r"\b(lire|lecture|ecrire|ecrite?s?|rediger|redaction|consigner|compte rendu|bons? de livraison)\b"),
    ),
    "calculer": Base(
        "Compter et mesurer",
        re.compile(r"\b(calcul\w*|compter|comptage|mesur\w*|metre|dos(er|age)|encaisse\w*|rendre la monnaie)\b"),
    ),
    "numerique": Base(
        "Se servir d'un ordinateur ou d'un téléphone",
        re.compile(r"\b(informatique|ordinateur|logiciels?|tablette|numerique|bureautique|saisie de donnees)\b"),
    ),
    "anglais": Base("Parler anglais", re.compile(r"\banglais\b")),
    "espagnol": Base("Parler espagnol", re.compile(r"\bespagnol\b")),
    "allemand": Base("Parler allemand", re.compile(r"\ballemand\b")),
}


def bases_demandees(textes: Iterable[str]) -> tuple[str, ...]:
    """Codes of what these texts of a job call for, in the order of the table."""
    lus = [cle(texte) for texte in textes]
    return tuple(code for code, base in BASES.items() if any(base.mots.search(texte) for texte in lus))


def controler_bases(reponses: Mapping[str, bool]) -> None:
    """Raises RegleViolee for a code that is not in the table."""
    if set(reponses) - set(BASES):
        raise RegleViolee("Choisissez dans la liste.", champ="bases")
