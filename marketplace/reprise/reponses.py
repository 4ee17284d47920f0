"""What somebody answered about a workbook: kinds of sheets, columns, values, the day of its running totals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from marketplace.erreurs import FichierRefuse, RegleViolee
from marketplace.reprise.rules.cellules import lire_jour_source
from marketplace.reprise.rules.champs import IGNOREE, LIBELLES, MARCHES, PERSONNES
from marketplace.reprise.rules.listes import TITRES
from marketplace.valeurs import cle


@dataclass(frozen=True, slots=True)
class Reponses:
    """Answers. `genres`: sheet → kind; `colonnes`: kind → folded header → field; `valeurs`: field → folded value →
    target (a code, « +name » to make it, empty to set it aside).
    """

    genres: Mapping[str, str] = field(default_factory=dict)
    colonnes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    valeurs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    solde_au: date | None = None

    def en_dict(self) -> dict[str, Any]:
        """As kept with the batch, and as the command line reads it back."""
        return {
            "feuilles": dict(self.genres),
            "colonnes": {g: dict(c) for g, c in self.colonnes.items()},
            "valeurs": {c: dict(v) for c, v in self.valeurs.items()},
            "solde_au": self.solde_au.isoformat() if self.solde_au else None,
        }


def lire_reponses(objet: Any) -> Reponses:
    """The answers of a mapping file. Raises FichierRefuse when it is malformed or names an unknown field."""
    if not isinstance(objet, dict):
        raise FichierRefuse("Le fichier de correspondance doit contenir un objet : feuilles, colonnes, valeurs.")
    genres = _textes(objet.get("feuilles", {}), "feuilles")
    if inconnus := set(genres.values()) - {MARCHES, PERSONNES, IGNOREE}:
        raise FichierRefuse(f"Une feuille est « marches », « personnes » ou vide, pas « {min(inconnus)} ».")
    colonnes = {g: _textes(v, f"colonnes.{g}") for g, v in _objet(objet.get("colonnes", {}), "colonnes").items()}
    for genre, champs in colonnes.items():
        if genre not in (MARCHES, PERSONNES):
            raise FichierRefuse("Les colonnes se donnent sous « marches » ou « personnes ».")
        if inconnus := {c for c in champs.values() if c and c not in LIBELLES}:
            raise FichierRefuse(f"« {min(inconnus)} » n'est pas un champ connu : {', '.join(LIBELLES)}.")
    valeurs = {c: _textes(v, f"valeurs.{c}") for c, v in _objet(objet.get("valeurs", {}), "valeurs").items()}
    if inconnus := set(valeurs) - set(TITRES):
        raise FichierRefuse(f"« {min(inconnus)} » n'est pas un groupe de valeurs : {', '.join(TITRES)}.")
    try:
        solde_au = lire_jour_source(str(objet.get("solde_au") or ""))
    except RegleViolee as refus:
        raise FichierRefuse(f"solde_au : {refus.message}") from None
    return Reponses(
        genres,
        {g: {cle(e): c for e, c in champs.items()} for g, champs in colonnes.items()},
        {c: {cle(v)[:200]: cible for v, cible in paires.items()} for c, paires in valeurs.items()},
        solde_au,
    )


def _objet(valeur: Any, nom: str) -> dict[str, Any]:
    if not isinstance(valeur, dict):
        raise FichierRefuse(f"Fichier de correspondance : « {nom} » doit être un objet.")
    return {str(k): v for k, v in valeur.items()}


def _textes(valeur: Any, nom: str) -> dict[str, str]:
    lus = _objet(valeur, nom)
    if any(v is not None and not isinstance(v, str) for v in lus.values()):
        raise FichierRefuse(f"Fichier de correspondance : « {nom} » doit associer des textes à des textes.")
    return {k: v or "" for k, v in lus.items()}
