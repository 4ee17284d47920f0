"""When a person may be told of to a structure, and what may be written of the answer (R88, R109)."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date

from marketplace.erreurs import RegleViolee


class ResultatSignalement(enum.StrEnum):
    """What came of it. Nothing here says whose doing it was: « sans suite » is all that is read (R88)."""

    A_SUIVRE = "a_suivre"
    RENCONTRE = "rencontre"
    EMBAUCHE = "embauche"
    SANS_SUITE = "sans_suite"


LIBELLES = {
    ResultatSignalement.A_SUIVRE: "À suivre",
    ResultatSignalement.RENCONTRE: "Rencontre prévue",
    ResultatSignalement.EMBAUCHE: "Embauche",
    ResultatSignalement.SANS_SUITE: "Sans suite",
}
OUVERTS = frozenset({ResultatSignalement.A_SUIVRE, ResultatSignalement.RENCONTRE})
RELANCE_JOURS = 15
"""Days without any word after which the référent is asked to look on the platform."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known before telling of a person. References of what already runs, None when nothing does."""

    informee: bool
    structure_presente: bool
    poste_ouvert: bool
    deja_proposee: str | None
    en_contrat: bool


def exiger_signalable(
    situation: Situation, accord_le: date, accord_canal: str, canaux: frozenset[str], jour: date
) -> None:
    """Raises RegleViolee, naming the field, unless she may be told of to this structure today."""
    if not situation.structure_presente:
        raise RegleViolee("Cette structure ne recrute pas sur la plateforme nationale : proposez la personne ici.")
    if not situation.poste_ouvert:
        raise RegleViolee("Ce poste n'est plus ouvert : choisissez-en un autre.")
    if not situation.informee:
        raise RegleViolee("Informez d'abord la personne : sans information, aucune candidature.")
    if situation.en_contrat:
        raise RegleViolee("La personne travaille déjà dans cette structure.")
    if situation.deja_proposee is not None:
        raise RegleViolee(
            f"La personne est déjà proposée à cette structure ({situation.deja_proposee}) : une seule candidature."
        )
    if accord_canal not in canaux:
        raise RegleViolee("Dites comment la personne a donné son accord.", champ="accord_canal")
    if accord_le > jour:
        raise RegleViolee("L'accord ne peut pas être à venir : vérifiez la date.", champ="accord_le")


def exiger_resultat(
    avant: ResultatSignalement, brut: str, le: date, signale_le: date, jour: date, *, contrat: bool
) -> ResultatSignalement:
    """The result to write. Raises RegleViolee for an unknown one, an impossible day, a hire that a contrat proves."""
    try:
        resultat = ResultatSignalement(brut)
    except ValueError:
        raise RegleViolee("Choisissez ce qui est arrivé.", champ="resultat") from None
    if contrat and resultat is not ResultatSignalement.EMBAUCHE:
        raise RegleViolee("Un contrat prouve cette embauche : elle ne change plus.", champ="resultat")
    if avant not in OUVERTS and resultat in OUVERTS:
        raise RegleViolee("Ce signalement est clos : signalez de nouveau la personne.", champ="resultat")
    if le > jour and resultat is not ResultatSignalement.RENCONTRE:
        raise RegleViolee("Cette date est à venir : notez ce qui est arrivé.", champ="resultat_le")
    if le < signale_le:
        raise RegleViolee("Cette date est avant le signalement : vérifiez-la.", champ="resultat_le")
    return resultat


def a_relancer(resultat: ResultatSignalement, dernier: date, jour: date) -> bool:
    """Whether it is time to look for news: open, and no word for `RELANCE_JOURS`."""
    return resultat in OUVERTS and (jour - dernier).days >= RELANCE_JOURS
