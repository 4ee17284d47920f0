"""A PASS as read on the national platform: what may be written of it (R67, R68). Never issued, never computed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from marketplace.erreurs import RegleViolee
from marketplace.personnes.rules.pass_iae import (
    DateAVerifier,
    Suspension,
    fin_apres_suspensions,
    suspension_possible,
)

SOURCES: Mapping[str, str] = {
    "plateforme": "Lu sur la plateforme nationale",
    "structure": "Attestation de la structure",
    "personne": "Document montré par la personne",
}
_NUMERO = re.compile(r"[A-Z0-9]{5}\d{7}")


@dataclass(frozen=True, slots=True)
class ReleveLu:
    """What a person reads on the platform and types here."""

    numero: str
    debut: date | None
    fin: date | None
    releve_le: date | None
    source: str


def controler_releve(releve: ReleveLu, jour: date) -> str:
    """The number without its blanks. Raises RegleViolee with the field."""
    numero = "".join(releve.numero.split()).upper()
    if numero and not _NUMERO.fullmatch(numero):
        raise RegleViolee("Un numéro de PASS a 12 caractères : 5 lettres ou chiffres, puis 7 chiffres.", champ="numero")
    if releve.debut is None:
        raise RegleViolee("Écrivez le début lu sur la plateforme.", champ="debut")
    if releve.fin is None:
        raise RegleViolee("Écrivez la fin lue sur la plateforme.", champ="fin")
    if releve.fin < releve.debut:
        raise RegleViolee("Le PASS finit avant de commencer : vérifiez les dates.", champ="fin")
    if releve.releve_le is None or releve.releve_le > jour:
        raise RegleViolee("Dites quand vous l'avez lu, au plus tard aujourd'hui.", champ="releve_le")
    if releve.source not in SOURCES:
        raise RegleViolee("Dites d'où viennent ces dates.", champ="source")
    return numero


def fin_estimee(fin: date, suspensions: Sequence[Suspension]) -> DateAVerifier | None:
    """End once the days of suspension are given back, to be checked; None without any (R68, T15)."""
    return fin_apres_suspensions(fin, suspensions) if suspensions else None


def controler_suspension(
    debut: date | None, fin: date | None, debut_pass: date, fin_pass: date, deja: Sequence[Suspension]
) -> Suspension:
    """A suspension that may be written. Raises RegleViolee with the field."""
    if debut is None or fin is None:
        raise RegleViolee("Écrivez le début et la fin de l'arrêt.", champ="fin" if debut else "debut")
    if not debut_pass <= debut <= fin_pass:
        raise RegleViolee("Cet arrêt commence hors du PASS.", champ="debut")
    nouvelle = Suspension(debut, fin)
    fin_apres_suspensions(fin_pass, [*deja, nouvelle])
    if not suspension_possible(debut, fin):
        raise RegleViolee("Un arrêt de 15 jours ou moins ne suspend pas le PASS.", champ="fin")
    return nouvelle
