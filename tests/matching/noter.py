#!/usr/bin/env python3
"""Note un classement de personnes pour des postes, contre pertinence.csv.

Usage :  python noter.py DOSSIER CLASSEMENT.jsonl
DOSSIER contient postes.jsonl, profils.jsonl et pertinence.csv (ou pertinence.csv.gz).
CLASSEMENT.jsonl : une ligne par poste,
    {"poste": "o1234", "profils": ["p…", "p…", …]}      du meilleur au moins bon, 200 au plus.

Mesures, moyennes sur les postes :
  ndcg@10    gain 2^note - 1, remise 1 / log2(rang + 1), rapporté au meilleur ordre possible ;
             sur les postes qui ont au moins une personne de note >= 1 (« n »).
  recall@50  part des personnes de note >= 2 trouvées dans les 50 premières,
             divisée par min(50, nombre de personnes de note >= 2) ;
  mrr        1 / rang de la première personne de note >= 2 dans la liste rendue, 0 s'il n'y en a pas ;
             ces deux mesures portent sur les postes qui en ont au moins une (« n_note2 »).
Un poste absent du classement compte 0 ; un poste sans personne pertinente est ignoré.
« medianes » donne les médianes sur les postes, « erreur_type » l'écart-type de ndcg@10 / racine(n).
« code_donne » et « code_absent » : les mêmes nombres selon que le poste porte ou non son code ROME.
Code de sortie : 0, ou 2 si un fichier est mal formé (message sur la sortie d'erreur).
"""

import csv
import gzip
import json
import sys
from pathlib import Path

import numpy as np

COUPE_NDCG, COUPE_RAPPEL, LONGUEUR_MAX = 10, 50, 200


def lire_jsonl(chemin):
    """Objets JSON d'un fichier, un par ligne non vide ; arrêt clair à la ligne fautive."""
    objets = []
    with open(chemin, encoding="utf-8") as fichier:  # noqa: PTH123
        for numero, ligne in enumerate(fichier, 1):
            if ligne.strip():
                try:
                    objets.append(json.loads(ligne))
                except ValueError as erreur:
                    raise ValueError(f"{chemin}, ligne {numero} : {erreur}") from erreur
    return objets


def lire_notes(dossier):
    """{poste: {profil: note}} depuis pertinence.csv ou pertinence.csv.gz."""
    clair, notes = dossier / "pertinence.csv", {}
    ouvrir, chemin = (open, clair) if clair.exists() else (gzip.open, f"{clair}.gz")
    with ouvrir(chemin, "rt", encoding="utf-8", newline="") as fichier:
        for ligne in csv.DictReader(fichier):
            notes.setdefault(ligne["poste_id"], {})[ligne["profil_id"]] = int(ligne["note"])
    return notes


def lire_classement(chemin, postes, profils):
    """{poste: [profils]} ; refuse les identifiants inconnus, les doublons et les listes trop longues."""
    listes = {}
    for objet in lire_jsonl(chemin):
        poste, liste = objet.get("poste"), objet.get("profils")
        if poste not in postes or not isinstance(liste, list):
            raise ValueError(f"poste inconnu ou liste absente : {poste!r}")
        if poste in listes:
            raise ValueError(f"le poste {poste} figure deux fois")
        if len(liste) > LONGUEUR_MAX or len(set(liste)) != len(liste):
            raise ValueError(f"poste {poste} : plus de {LONGUEUR_MAX} profils, ou un profil répété")
        inconnus = [p for p in liste if p not in profils]
        if inconnus:
            raise ValueError(f"poste {poste} : profil inconnu {inconnus[0]!r}")
        listes[poste] = liste
    return listes


def mesurer(liste, notes):
    """(ndcg@10, recall@50, mrr) d'une liste ; les deux derniers à nan sans note >= 2."""
    remise = 1 / np.log2(np.arange(2, COUPE_NDCG + 2))
    gains = np.array([2.0 ** notes.get(p, 0) - 1 for p in liste[:COUPE_NDCG]])
    ideal = np.sort(2.0 ** np.array(list(notes.values())) - 1)[::-1][:COUPE_NDCG]
    ndcg = float(gains @ remise[: len(gains)] / (ideal @ remise[: len(ideal)]))
    bons = {p for p, note in notes.items() if note >= 2}
    if not bons:
        return ndcg, np.nan, np.nan
    rappel = len(bons.intersection(liste[:COUPE_RAPPEL])) / min(COUPE_RAPPEL, len(bons))
    return ndcg, rappel, next((1 / r for r, p in enumerate(liste, 1) if p in bons), 0.0)


def resumer(lignes):
    """Moyennes, médianes et effectifs d'une liste de triplets."""
    if not lignes:
        return {"n": 0}
    t = np.array(lignes, float)
    avec2 = ~np.isnan(t[:, 1])
    colonnes = {"ndcg@10": t[:, 0], "recall@50": t[avec2, 1], "mrr": t[avec2, 2]}
    resultat = {nom: round(float(c.mean()), 4) for nom, c in colonnes.items() if len(c)}
    erreur = round(float(t[:, 0].std() / np.sqrt(len(t))), 4)
    resultat |= {"n": len(t), "n_note2": int(avec2.sum()), "erreur_type": erreur}
    resultat["medianes"] = {nom: round(float(np.median(c)), 4) for nom, c in colonnes.items() if len(c)}
    return resultat


def noter(dossier, chemin):
    """Tous les nombres du classement `chemin` sur le jeu `dossier` (dict prêt pour JSON)."""
    postes = {p["id"]: p for p in lire_jsonl(dossier / "postes.jsonl")}
    profils = {p["id"] for p in lire_jsonl(dossier / "profils.jsonl")}
    notes, listes = lire_notes(dossier), lire_classement(chemin, postes, profils)
    resultats = {i: mesurer(listes.get(i, []), notes[i]) for i in postes if notes.get(i)}
    sortie = resumer(list(resultats.values())) | {"postes_ignores": len(postes) - len(resultats)}
    for nom, voulu in (("code_donne", True), ("code_absent", False)):
        sortie[nom] = resumer([r for i, r in resultats.items() if bool(postes[i].get("code_rome")) is voulu])
    return sortie


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        print(json.dumps(noter(Path(sys.argv[1]), sys.argv[2]), ensure_ascii=False, indent=1))
    except (ValueError, OSError, KeyError) as erreur:
        print(f"Erreur : {erreur}", file=sys.stderr)
        sys.exit(2)
