"""Quality over five splits by hash of `code_rome_parent`: relevance learned on one side, scored on the other.

Run: python -m marketplace.matching.entrainement.decoupes --jeu DIR/standard --jeu DIR/dur
DIR/… holds profils.jsonl, postes.jsonl and pertinence.csv; the grades are only read to score.
Relevance is learned on synthetic openings of the parents of side 0; openings of side 1 are scored. An
opening without a code is put on a side by the parent of the code the engine reads in it.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from marketplace.matching.entrainement.pertinence import apprendre, exemples
from marketplace.matching.entrainement.textes import Corpus
from marketplace.matching.jeu import COEFFICIENTS_JEU, lire_jeu
from marketplace.matching.lexique import lire_lexique
from marketplace.matching.pertinence import Foret, Pertinence
from marketplace.matching.ranker import Ranker
from marketplace.matching.valeurs import Poste

SEMENCES = Path(__file__).resolve().parents[3] / "seeds"
MESURES = ("ndcg@10", "recall@50", "mrr")
PERSONNES, OFFRES, GRAINE = 6000, 600, 11
Notes = Mapping[str, Mapping[str, int]]


def cote(parent: str, decoupe: int) -> int:
    """Side 0 (learned) or 1 (scored) of a parent trade in a split."""
    return hashlib.sha256(f"{decoupe}-{parent}".encode()).digest()[0] % 2


def lire_notes(dossier: Path) -> dict[str, dict[str, int]]:
    """{opening: {person: grade}} from pertinence.csv or .csv.gz."""
    clair, serre = dossier / "pertinence.csv", dossier / "pertinence.csv.gz"
    brut = clair.read_bytes() if clair.exists() else gzip.decompress(serre.read_bytes())
    notes: dict[str, dict[str, int]] = {}
    for ligne in csv.DictReader(brut.decode("utf-8").splitlines()):
        notes.setdefault(ligne["poste_id"], {})[ligne["profil_id"]] = int(ligne["note"])
    return notes


def mesurer(liste: list[str], notes: Mapping[str, int]) -> tuple[float, float, float]:
    """(nDCG@10 with gain 2^grade - 1, recall@50 and MRR on grade 2 and more); nan without any."""
    remise = 1 / np.log2(np.arange(2, 12))
    gains = np.array([2.0 ** notes.get(p, 0) - 1 for p in liste[:10]])
    ideal = np.sort(2.0 ** np.array(list(notes.values())) - 1)[::-1][:10]
    ndcg = float(gains @ remise[: len(gains)] / (ideal @ remise[: len(ideal)]))
    bons = {p for p, note in notes.items() if note >= 2}
    if not bons:
        return ndcg, np.nan, np.nan
    rappel = len(bons.intersection(liste[:50])) / min(50, len(bons))
    return ndcg, rappel, next((1 / r for r, p in enumerate(liste, 1) if p in bons), 0.0)


def une_decoupe(
    ranker: Ranker, postes: list[Poste], notes: Notes, parent_de: Mapping[str, str], decoupe: int
) -> dict[str, list[float]]:
    """Means of the openings of side 1, by kind of opening; people and relevance are already in the engine."""
    lignes: dict[str, list[tuple[float, float, float]]] = {"tous": [], "code_donne": [], "code_absent": []}
    for poste in postes:
        if not notes.get(poste.ref) or cote(parent_de[poste.ref], decoupe) != 1:
            continue
        m = mesurer(ranker.ordonner(poste, limit=200), notes[poste.ref])
        lignes["tous"].append(m)
        lignes["code_donne" if poste.code_rome else "code_absent"].append(m)
    return {k: [float(x) for x in np.nanmean(np.array(v), axis=0)] for k, v in lignes.items() if v}


def _parents(ranker: Ranker, postes: list[Poste]) -> dict[str, str]:
    """Parent trade of each opening, as the engine reads it."""
    sortie = {}
    for poste in postes:
        lecture = ranker.interprete.poste(poste)
        code = int(lecture.codes[0]) if len(lecture.codes) else 0
        sortie[poste.ref] = ranker.rome.parent_codes[ranker.rome.parents[code]]
    return sortie


def cinq_decoupes(dossiers: list[Path], decoupes: int = 5) -> dict[str, dict[str, dict[str, float]]]:
    """Means over the splits and standard error between them."""
    ranker = Ranker.ouvrir(SEMENCES / "referentiels", SEMENCES / "modeles")
    corpus = Corpus(ranker.rome, lire_lexique(SEMENCES / "modeles"))
    lot = exemples(ranker.interprete, ranker.trajets, corpus, PERSONNES, OFFRES, GRAINE)
    ranker.trajets.coefficients = COEFFICIENTS_JEU
    codes_parents = ranker.rome.parent_codes
    forets = [
        Foret(apprendre(lot, lambda p, d=d: cote(codes_parents[p], d) == 0))  # type: ignore[misc]
        for d in range(decoupes)
    ]
    par_jeu: dict[str, list[dict[str, list[float]]]] = {}
    for dossier in dossiers:
        profils, postes = lire_jeu(dossier)
        notes, parents = lire_notes(dossier), _parents(ranker, postes)
        ranker.charger(profils)
        for decoupe, foret in enumerate(forets):
            ranker.noyau.pertinence = Pertinence(foret)
            par_jeu.setdefault(dossier.name, []).append(une_decoupe(ranker, postes, notes, parents, decoupe))
    sortie: dict[str, dict[str, dict[str, float]]] = {}
    for nom, lignes in par_jeu.items():
        sortie[nom] = {}
        for genre in lignes[0]:
            t = np.array([x[genre] for x in lignes])
            erreur = t[:, 0].std(ddof=1) / np.sqrt(len(t)) if len(t) > 1 else 0.0
            moyennes = {k: round(float(v), 4) for k, v in zip(MESURES, t.mean(axis=0), strict=True)}
            sortie[nom][genre] = moyennes | {"erreur_type_ndcg": round(float(erreur), 4)}
    return sortie


def main() -> int:
    """Print the means as JSON."""
    lecteur = argparse.ArgumentParser(description="Qualité du classement sur cinq découpes")
    lecteur.add_argument("--jeu", action="append", required=True, type=Path)
    lecteur.add_argument("--decoupes", type=int, default=5)
    args = lecteur.parse_args()
    mesures = cinq_decoupes(args.jeu, args.decoupes)
    json.dump(mesures, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
