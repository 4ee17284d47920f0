"""One command makes every array of seeds/modeles: `marketplace train` (see docs/adr/0003)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from marketplace.matching.artefacts import charger, empreinte_fichiers, enregistrer
from marketplace.matching.entrainement import lecteur as apprentissage_lecteur
from marketplace.matching.entrainement import pertinence as apprentissage_pertinence
from marketplace.matching.entrainement.textes import Corpus
from marketplace.matching.lecture import Interprete
from marketplace.matching.lexique import Lexique, lire_lexique
from marketplace.matching.metiers import Lecteur, Reseau
from marketplace.matching.referentiels import Rome, lire_communes, lire_rome
from marketplace.matching.trajets import Trajets
from marketplace.matching.valeurs import ErreurMatching

TABLES_ROME = (
    "rome4_metiers",
    "rome4_appellations",
    "rome4_competences",
    "rome4_metier_competences",
    "rome4_mobilites",
)
LEXIQUES = ("lexique_familier.txt", "lexique_vague.txt")
GRAINE_LECTEUR, GRAINE_MESURE, GRAINE_CARRIERES = 1, 999, 11
Dire = Callable[[str], None]


@dataclass(frozen=True)
class Taille:
    """How much to learn from. The committed arrays are made with the defaults."""

    exemples: int = 2_500_000
    cache: int = 128
    personnes: int = 6000
    offres: int = 600
    mesure: int = 6000


def donnees(referentiels: Path, modeles: Path) -> str:
    """Digest of everything the arrays depend on: ROME tables and lexicon."""
    chemins = []
    for nom in TABLES_ROME:
        clair = referentiels / f"{nom}.csv"
        chemins.append(clair if clair.exists() else referentiels / f"{nom}.csv.gz")
    chemins += [modeles / nom for nom in LEXIQUES]
    absents = [c for c in chemins if not c.exists()]
    if absents:
        raise ErreurMatching(f"Donnée d'entraînement absente : {absents[0]}.")
    return empreinte_fichiers(chemins)


def interprete_de(rome: Rome, modeles: Path, lexique: Lexique) -> Interprete:
    """The reader as the engine opens it."""
    artefact = charger(modeles, "lecteur")
    prior = artefact.tableaux["prior"].astype(float)
    return Interprete(Lecteur(rome, Reseau.depuis(artefact.tableaux), prior, lexique.familiers, lexique.vagues))


def entrainer(
    referentiels: Path,
    modeles: Path,
    *,
    version: str,
    le: date,
    taille: Taille | None = None,
    seulement: str | None = None,
    dire: Dire = lambda _texte: None,
) -> dict[str, Any]:
    """Fit the reader, then relevance on top of it; `seulement` is « lecteur » or « pertinence ».

    Returns the measures written beside the arrays. Deterministic for given tables, lexicon and sizes.
    """
    t = taille or Taille()
    rome, lexique = lire_rome(referentiels), lire_lexique(modeles)
    corpus = Corpus(rome, lexique)
    empreinte = donnees(referentiels, modeles)
    mesures: dict[str, Any] = {}
    if seulement in (None, "lecteur"):
        tableaux = apprentissage_lecteur.apprendre(corpus, t.exemples, t.cache, GRAINE_LECTEUR, dire)
        mesures["lecteur"] = apprentissage_lecteur.mesurer(Reseau.depuis(tableaux), corpus, t.mesure, GRAINE_MESURE)
        mesures["lecteur"] |= {"exemples": t.exemples}
        tableaux["prior"] = corpus.prior.astype(np.float32)
        enregistrer(modeles, "lecteur", tableaux, version=version, le=le, donnees=empreinte, mesures=mesures["lecteur"])
    if seulement in (None, "pertinence"):
        interprete = interprete_de(rome, modeles, lexique)
        trajets = Trajets(lire_communes(referentiels))
        lot = apprentissage_pertinence.exemples(interprete, trajets, corpus, t.personnes, t.offres, GRAINE_CARRIERES)
        mesures["pertinence"] = {"paires": len(lot[0]), "personnes": t.personnes, "offres": t.offres}
        enregistrer(
            modeles,
            "pertinence",
            apprentissage_pertinence.apprendre(lot),
            version=version,
            le=le,
            donnees=empreinte,
            mesures=mesures["pertinence"],
        )
    return mesures
