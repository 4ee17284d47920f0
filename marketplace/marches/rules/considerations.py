"""Social levers of a contract (R4) and how the essential data of public procurement name them (R101, T23)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

from marketplace.erreurs import RegleViolee
from marketplace.valeurs import cle


class Levier(StrEnum):
    """R4: they are not exclusive; `objet_insertion` buys insertion itself."""

    CONDITION_EXECUTION = "condition_execution"
    CRITERE_ATTRIBUTION = "critere_attribution"
    MARCHE_RESERVE = "marche_reserve"
    OBJET_INSERTION = "objet_insertion"


class Consideration(StrEnum):
    """Values of `considerationSociale` in the official schema (v2)."""

    CLAUSE = "Clause sociale"
    CRITERE = "Critère social"
    RESERVE = "Marché réservé"
    CONCESSION_RESERVEE = "Concession réservée"
    AUCUNE = "Pas de considération sociale"


LEVIERS_AVEC_HEURES = frozenset({Levier.CONDITION_EXECUTION, Levier.MARCHE_RESERVE})
"""Only these produce hours by default (R4)."""

_PAR_CLE = {cle(c.value): c for c in Consideration} | {
    "sans objet": Consideration.AUCUNE,
    "aucune": Consideration.AUCUNE,
    "pas de consideration sociale": Consideration.AUCUNE,
    "reserve": Consideration.RESERVE,
}


def _demoder(texte: str) -> str:
    """The text with UTF-8 read as Latin-1 put right (« CritÃ¨re »), or as it was."""
    try:
        return texte.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return texte


def lire(valeurs: str | Iterable[str] | None) -> frozenset[Consideration]:
    """Considerations of a record, dirty ones included: scalar for a list, « Sans objet », broken accents.

    An absent value is the empty set, which is not « none »: nobody said anything (R103). Raises RegleViolee for a
    value that does not exist, or « Pas de considération sociale » with another one.
    """
    if valeurs is None:
        return frozenset()
    textes = [valeurs] if isinstance(valeurs, str) else list(valeurs)
    lues: set[Consideration] = set()
    for texte in textes:
        if not texte.strip():
            continue
        lue = _PAR_CLE.get(cle(texte)) or _PAR_CLE.get(cle(_demoder(texte)))
        if lue is None:
            raise RegleViolee(f"« {texte} » n'est pas une considération sociale.", champ="considerationsSociales")
        lues.add(lue)
    return verifier(lues)


def verifier(considerations: Iterable[Consideration]) -> frozenset[Consideration]:
    """The same, when they hold together: « Pas de considération sociale » excludes the others (R101, T23)."""
    retenues = frozenset(considerations)
    if Consideration.AUCUNE in retenues and len(retenues) > 1:
        raise RegleViolee(
            "« Pas de considération sociale » ne va avec aucune autre valeur.", champ="considerationsSociales"
        )
    return retenues


def vers_decp(leviers: Iterable[Levier], *, concession: bool = False) -> tuple[str, ...]:
    """Values to publish for these levers, in the order of the schema; « Pas de… » when there is none (R101)."""
    retenus = frozenset(leviers)
    valeurs: list[Consideration] = []
    if retenus & {Levier.CONDITION_EXECUTION, Levier.OBJET_INSERTION}:
        valeurs.append(Consideration.CLAUSE)
    if Levier.CRITERE_ATTRIBUTION in retenus:
        valeurs.append(Consideration.CRITERE)
    if Levier.MARCHE_RESERVE in retenus:
        valeurs.append(Consideration.CONCESSION_RESERVEE if concession else Consideration.RESERVE)
    return tuple(v.value for v in valeurs) or (Consideration.AUCUNE.value,)


def depuis_decp(considerations: Iterable[Consideration]) -> frozenset[Levier]:
    """Levers told by published values; « objet d'insertion » cannot be told apart from a clause there."""
    correspondance = {
        Consideration.CLAUSE: Levier.CONDITION_EXECUTION,
        Consideration.CRITERE: Levier.CRITERE_ATTRIBUTION,
        Consideration.RESERVE: Levier.MARCHE_RESERVE,
        Consideration.CONCESSION_RESERVEE: Levier.MARCHE_RESERVE,
    }
    return frozenset(correspondance[c] for c in verifier(considerations) if c in correspondance)


def manques_de_la_clause(
    *, perimetre: str, contact_facilitateur: str, publics: Sequence[str], heures: object, lien_objet: str
) -> tuple[str, ...]:
    """What a clause lacks before it may be activated (R1, R9); sentences, empty when it is complete."""
    manques = [
        (lien_objet, "le lien avec l'objet du marché"),
        (perimetre, "le périmètre de l'action d'insertion"),
        (contact_facilitateur, "le contact du facilitateur"),
        (publics, "les publics éligibles"),
        (heures, "le nombre d'heures"),
    ]
    return tuple(f"Il manque {nom}." for valeur, nom in manques if not valeur)
