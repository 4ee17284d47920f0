"""The choices made about a file: those of the moment, those remembered, those of a mapping file. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marketplace.erreurs import RegleViolee
from marketplace.heures.imports.colonnes import COLONNES
from marketplace.heures.imports.rubriques import Nature
from marketplace.valeurs import cle

TOUT_LE_RESTE = "*"
"""What to do with those that nobody named: null sets them all aside, by an explicit choice."""
SELON_CONTRAT = "selon le contrat"
"""A client of several of our marchés: each line goes to the marché of the person's contrat."""
LAISSER, REPRENDRE = "laisser", "reprendre"
"""What to do with a month already signed: leave it as it is, or take it back to write it again."""
COMPTER = "compter"
"""A line that looks written twice and is not."""


@dataclass(slots=True)
class Correspondance:
    """Every choice about a file. None always means « set aside ».

    `colonnes`: role → header. `chantiers`: client or chantier → marché. `personnes`: matricule or name → contrat, or
    « personne:ID » when remembered. `rubriques`: code of hours → nature. `mois`: « 2026-09 » → LAISSER or REPRENDRE.
    `lignes`: number → None, or the cells to read instead. `minutes`: « 7.30 » is 7 h 30 (None: nobody said).
    `autres_clients`, `autres_personnes`: what was chosen last time for those nobody recognises.
    """

    colonnes: dict[str, str] = field(default_factory=dict)
    chantiers: dict[str, str | None] = field(default_factory=dict)
    personnes: dict[str, str | None] = field(default_factory=dict)
    rubriques: dict[str, str] = field(default_factory=dict)
    mois: dict[str, str] = field(default_factory=dict)
    lignes: dict[str, dict[str, str] | None] = field(default_factory=dict)
    minutes: bool | None = None
    autres_clients: bool = False
    autres_personnes: bool = False

    def avec(self, autre: Correspondance) -> Correspondance:
        """These choices, then those of `autre`, which win."""
        return Correspondance(
            {**self.colonnes, **autre.colonnes},
            {**self.chantiers, **autre.chantiers},
            {**self.personnes, **autre.personnes},
            {**self.rubriques, **autre.rubriques},
            {**self.mois, **autre.mois},
            {**self.lignes, **autre.lignes},
            autre.minutes if autre.minutes is not None else self.minutes,
            self.autres_clients or autre.autres_clients,
            self.autres_personnes or autre.autres_personnes,
        )

    def en_dict(self) -> dict[str, Any]:
        """As JSON; `lire_correspondance` reads it back. What was remembered as a habit is not a choice."""
        return {
            "colonnes": self.colonnes,
            "chantiers": self.chantiers,
            "personnes": self.personnes,
            "rubriques": self.rubriques,
            "mois": self.mois,
            "lignes": self.lignes,
            "minutes": self.minutes,
        }


def lire_correspondance(objet: Mapping[str, object]) -> Correspondance:
    """The choices, from the JSON of the mapping file. Raises RegleViolee when it is malformed."""
    inconnues = sorted({*objet} - {"colonnes", "chantiers", "personnes", "rubriques", "mois", "lignes", "minutes"})
    if inconnues:
        raise RegleViolee(f"Fichier de correspondance : « {inconnues[0]} » est inconnu.")
    textes = {nom: _textes(objet, nom) for nom in ("colonnes", "chantiers", "personnes", "rubriques", "mois")}
    sans_vide = {nom: {k: v for k, v in textes[nom].items() if v is not None} for nom in textes}
    if role := next((r for r in sans_vide["colonnes"] if r not in COLONNES), None):
        raise RegleViolee(f"Fichier de correspondance : « {role} » n'est pas une colonne connue.")
    if nature := next((n for n in sans_vide["rubriques"].values() if n not in {*Nature}), None):
        raise RegleViolee(f"Fichier de correspondance : « {nature} » n'est pas une nature d'heures.")
    for mois, choix in sans_vide["mois"].items():
        if not re.fullmatch(r"20\d\d-(?:0[1-9]|1[0-2])", mois) or choix not in {LAISSER, REPRENDRE}:
            raise RegleViolee("Fichier de correspondance : « mois » associe 2026-09 à « laisser » ou « reprendre ».")
    minutes = objet.get("minutes")
    if minutes is not None and not isinstance(minutes, bool):
        raise RegleViolee("Fichier de correspondance : « minutes » vaut true ou false.")
    return Correspondance(
        colonnes=sans_vide["colonnes"],
        chantiers=textes["chantiers"],
        personnes=textes["personnes"],
        rubriques=sans_vide["rubriques"],
        mois=sans_vide["mois"],
        lignes=_lignes(objet),
        minutes=minutes,
    )


def _textes(objet: Mapping[str, object], nom: str) -> dict[str, str | None]:
    valeur = objet.get(nom, {})
    if not isinstance(valeur, dict) or any(v is not None and not isinstance(v, str) for v in valeur.values()):
        raise RegleViolee(f"Fichier de correspondance : « {nom} » doit associer des textes à des textes.")
    return {str(k): v for k, v in valeur.items()}


def _lignes(objet: Mapping[str, object]) -> dict[str, dict[str, str] | None]:
    valeur = objet.get("lignes", {})
    if not isinstance(valeur, dict):
        raise RegleViolee("Fichier de correspondance : « lignes » doit associer des numéros à des corrections.")
    lignes: dict[str, dict[str, str] | None] = {}
    for numero, correction in valeur.items():
        if correction is not None and not (
            isinstance(correction, dict) and all(isinstance(v, str) for v in correction.values())
        ):
            raise RegleViolee("Fichier de correspondance : une ligne se corrige par ses cellules, ou vaut null.")
        lignes[str(numero)] = correction
    return lignes


def par_cle(choix: Mapping[str, str | None]) -> dict[str, str | None]:
    """The same choices under folded keys, the rest apart."""
    return {cle(texte): cible for texte, cible in choix.items() if texte != TOUT_LE_RESTE}
