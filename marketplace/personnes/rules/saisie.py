"""What may be written of a person: the values of her profile, their closed lists and their checks.

Functional limits are chosen from a list: no health, no free text on it (R107).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from marketplace.erreurs import RegleViolee
from marketplace.personnes.rules.identite import verifier_naissance
from marketplace.personnes.rules.proteges import refuser_nir
from marketplace.valeurs import ajouter_mois

MODES = {
    "voiture": "En voiture",
    "deux_roues": "En scooter ou en moto",
    "transports": "En transports en commun",
    "velo": "À vélo",
    "marche": "À pied",
}
PERMIS = ("AM", "A", "B", "BE", "C", "CE", "D")
CACES = ("R482", "R486", "R489", "R490", "R483", "R484", "R485", "R487")
LIMITES = {
    "charges": "Pas de port de charges lourdes",
    "hauteur": "Pas de travail en hauteur",
    "debout": "Pas de station debout prolongée",
    "froid": "Pas de travail au froid",
    "poussiere": "Pas de travail dans la poussière",
    "ecrans": "Pas de travail prolongé sur écran",
    "seul": "Pas de travail seul",
}
SEXES = {"F": "Femme", "M": "Homme"}
EXPERIENCES_MAX = 12
COMPETENCES_MAX = 30
HEURES_MAX_SEMAINE = Decimal(48)

_TELEPHONE = re.compile(r"\+?\d{9,14}")


@dataclass(frozen=True, slots=True)
class ExperienceSaisie:
    """A past job as said; `code_rome` only when the person confirmed it; `mois` is a length in months."""

    intitule: str
    code_rome: str | None = None
    mois: int | None = None


@dataclass(frozen=True, slots=True)
class CompetenceSaisie:
    """A skill as said; `code_ogr` only once confirmed."""

    libelle: str
    code_ogr: str | None = None


NIVEAUX: Mapping[str, str] = {
    "infra_3": "Sans diplôme",
    "3": "Niveau 3 (CAP, BEP)",
    "4": "Niveau 4 (bac)",
    "5": "Niveau 5 (bac + 2)",
    "6": "Niveau 6 et plus (bac + 3)",
}
"""Level of education, for reports only (R99): never a criterion of a ranking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfilSaisi:
    """What a form or a file holds of a person. Hours are hours a week."""

    prenom: str
    nom: str
    date_naissance: date | None = None
    sexe: str | None = None
    niveau: str | None = None
    telephone: str = ""
    courriel: str = ""
    code_insee: str | None = None
    modes: tuple[str, ...] = ()
    trajet_max_minutes: int = 60
    permis: tuple[str, ...] = ()
    caces: tuple[str, ...] = ()
    heures_min: Decimal = Decimal(0)
    heures_max: Decimal = Decimal(35)
    nuit: bool = False
    weekend: bool = False
    disponible_le: date | None = None
    limites: tuple[str, ...] = ()
    experiences: tuple[ExperienceSaisie, ...] = ()
    competences: tuple[CompetenceSaisie, ...] = ()


def lire_telephone(texte: str, *, champ: str = "telephone") -> str:
    """« 06 12 34 56 78 » → the same, spaced by pairs; empty stays empty. Raises RegleViolee when it is no
    number.
    """
    brut = re.sub(r"[\s\u00a0\u202f.\-()/]", "", texte)
    if not brut:
        return ""
    if not _TELEPHONE.fullmatch(brut):
        raise RegleViolee("Ce numéro de téléphone est illisible : écrivez par exemple 06 12 34 56 78.", champ=champ)
    if brut.startswith("+33") and len(brut) == 12:
        brut = "0" + brut[3:]
    if len(brut) == 10:
        return " ".join(brut[i : i + 2] for i in range(0, 10, 2))
    return brut


def refuser_nir_partout(**textes: str | None) -> None:
    """Raises RegleViolee on the first field that holds a social security number (R106)."""
    for champ, texte in textes.items():
        if texte:
            refuser_nir(texte, champ=champ)


def _parmi(valeurs: Iterable[str], permises: Iterable[str], champ: str, quoi: str) -> None:
    inconnues = sorted(set(valeurs) - set(permises))
    if inconnues:
        raise RegleViolee(f"{quoi} : « {inconnues[0]} » n'est pas dans la liste.", champ=champ)


def controler_profil(saisie: ProfilSaisi, aujourdhui: date) -> None:
    """Raises RegleViolee, with the field, on the first thing that cannot be kept."""
    if not saisie.prenom.strip():
        raise RegleViolee("Donnez le prénom.", champ="prenom")
    if not saisie.nom.strip():
        raise RegleViolee("Donnez le nom.", champ="nom")
    textes = {f.name: valeur for f in fields(saisie) if isinstance(valeur := getattr(saisie, f.name), str) and valeur}
    refuser_nir_partout(**textes)
    for experience in saisie.experiences:
        refuser_nir(experience.intitule, champ="experiences")
        if len(experience.intitule) > 200:
            raise RegleViolee("Un métier tient en 200 caractères : raccourcissez.", champ="experiences")
        if experience.mois is not None and not 0 <= experience.mois <= 600:
            raise RegleViolee("Une expérience dure au plus 50 ans : vérifiez sa durée.", champ="experiences")
    controler_competences(saisie.competences)
    for champ, valeur in textes.items():
        if len(valeur) > 200:
            raise RegleViolee("200 caractères au plus : raccourcissez.", champ=champ)
    verifier_naissance(saisie.date_naissance, aujourdhui)
    _parmi([saisie.niveau] if saisie.niveau else [], NIVEAUX, "niveau", "Niveau de formation")
    _parmi(saisie.modes, MODES, "modes", "Moyens de transport")
    _parmi(saisie.permis, PERMIS, "permis", "Permis")
    _parmi(saisie.limites, LIMITES, "limites", "Ce qu'il faut éviter")
    _controler_disponibilites(saisie, aujourdhui)
    if len(saisie.experiences) > EXPERIENCES_MAX:
        raise RegleViolee(f"{EXPERIENCES_MAX} expériences au plus : gardez les plus utiles.", champ="experiences")


def controler_competences(competences: Sequence[CompetenceSaisie]) -> None:
    """Raises RegleViolee when a skill cannot be kept: a national number, too long, too many."""
    for competence in competences:
        refuser_nir(competence.libelle, champ="competences")
        if len(competence.libelle) > 200:
            raise RegleViolee("Une compétence tient en 200 caractères : raccourcissez.", champ="competences")
    if len(competences) > COMPETENCES_MAX:
        raise RegleViolee(f"{COMPETENCES_MAX} compétences au plus : gardez les plus utiles.", champ="competences")


def _controler_disponibilites(saisie: ProfilSaisi, aujourdhui: date) -> None:
    if saisie.sexe not in {None, *SEXES}:
        raise RegleViolee("Choisissez femme ou homme, ou laissez vide.", champ="sexe")
    if not 0 <= saisie.trajet_max_minutes <= 240:
        raise RegleViolee("Le trajet va de 0 à 240 minutes.", champ="trajet_max_minutes")
    if not 0 <= saisie.heures_min <= HEURES_MAX_SEMAINE:
        raise RegleViolee("Les heures vont de 0 à 48 par semaine.", champ="heures_min")
    if not 0 < saisie.heures_max <= HEURES_MAX_SEMAINE:
        raise RegleViolee("Les heures vont de 1 à 48 par semaine.", champ="heures_max")
    if saisie.heures_max < saisie.heures_min:
        raise RegleViolee("Le maximum d'heures est plus petit que le minimum.", champ="heures_max")
    if saisie.disponible_le is not None and saisie.disponible_le > ajouter_mois(aujourdhui, 36):
        raise RegleViolee("Cette date est trop lointaine : vérifiez l'année.", champ="disponible_le")
