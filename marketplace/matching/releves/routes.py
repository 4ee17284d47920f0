"""Routed car rows: a matrix of communes by landmarks, or a list of pairs; what they bring is measured on rows left out.

Accepted, in CSV (comma, semicolon or tab), gzipped or not, minutes with a point or a comma:
- « code_insee;34172;34032;… », a row a commune, a column a landmark;
- « depart;arrivee;minutes », a row a pair (either way: a landmark is a commune met with many others).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from marketplace.matching.releves.lecture import Lu, decompresser, lignes_csv, texte_de
from marketplace.matching.releves.table import Releve
from marketplace.matching.reperes import REPERES_MIN, CorrectionReperes
from marketplace.matching.trajets import Trajets

COMMUNES_MIN, COMMUNES_MAX = 20, 1500
REPERES_MAX = 60  # landmarks the correction learns from; pairs given beyond are kept as they are
MINUTES_MAX_LUES = 600.0
MINUTES_AJUSTEES = (1.0, 120.0)
PART_TENUE = 0.2
EN_TETES_PAIRES = {"depart", "arrivee", "minutes"}


def lire_reperes(contenu: bytes, trajets: Trajets, fichier: str = "trajets.csv") -> Lu:
    """Rows read, the correction fitted and measured. Nothing is raised: everything wrong is a line of `problemes`."""
    lu = Lu()
    minutes = _lire_minutes(contenu, trajets, fichier, lu)
    if minutes is None or lu.bloque:
        return lu
    communes, reperes, tableau = minutes
    if len(reperes) < REPERES_MIN:
        lu.noter(
            fichier, None, f"{len(reperes)} communes repères lues : il en faut au moins {REPERES_MIN}. Ajoutez-en."
        )
    if not COMMUNES_MIN <= len(communes) <= COMMUNES_MAX:
        lu.noter(fichier, None, f"{len(communes)} communes lues : il en faut entre {COMMUNES_MIN} et {COMMUNES_MAX}.")
    if lu.bloque:
        return lu
    _ajuster(lu, trajets, communes, reperes, tableau, fichier)
    return lu


def _nombre(texte: str) -> float | None:
    try:
        valeur = float(texte.replace(",", "."))
    except ValueError:
        return None
    return valeur if 0 <= valeur <= MINUTES_MAX_LUES else None


Minutes = tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]


def _lire_minutes(contenu: bytes, trajets: Trajets, fichier: str, lu: Lu) -> Minutes | None:
    """(communes, landmarks, minutes) with nan where nothing is given."""
    try:
        lignes = lignes_csv(texte_de(decompresser(contenu)))
        premiere = next(lignes, None)
        if premiere is None:
            lu.noter(fichier, None, "Le fichier est vide.")
            return None
        entete = [c.lower() for c in premiere[1]]
        paires: dict[tuple[int, int], float] = {}
        if set(entete) >= EN_TETES_PAIRES:
            for numero, ligne in lignes:
                _lire_paire(dict(zip(entete, ligne, strict=False)), numero, trajets, fichier, lu, paires)
        elif len(entete) > 1:
            _lire_matrice(premiere[1], lignes, trajets, fichier, lu, paires)
        else:
            lu.noter(
                fichier, 1, "Titres attendus : « code_insee » puis des codes, ou « depart », « arrivee », « minutes »."
            )
            return None
    except ValueError as erreur:
        lu.noter(fichier, None, str(erreur))
        return None
    return _tableau(paires)


def _commune(code: str, numero: int, trajets: Trajets, fichier: str, lu: Lu) -> int | None:
    rang = trajets.communes.rang.get(code.zfill(5) if code.isdigit() else code)
    if rang is None:
        lu.noter(
            fichier, numero, f"« {code} » n'est pas le code d'une commune : la ligne ou la colonne est laissée.", False
        )
    return rang


def _lire_paire(
    ligne: dict[str, str], numero: int, trajets: Trajets, fichier: str, lu: Lu, paires: dict[tuple[int, int], float]
) -> None:
    i = _commune(ligne.get("depart", ""), numero, trajets, fichier, lu)
    j = _commune(ligne.get("arrivee", ""), numero, trajets, fichier, lu)
    valeur = _nombre(ligne.get("minutes", ""))
    if valeur is None:
        lu.noter(fichier, numero, f"« {ligne.get('minutes', '')} » n'est pas un temps en minutes (0 à 600).")
    elif i is not None and j is not None:
        paires[i, j] = valeur


def _lire_matrice(
    entete: list[str],
    lignes: object,
    trajets: Trajets,
    fichier: str,
    lu: Lu,
    paires: dict[tuple[int, int], float],
) -> None:
    colonnes = [_commune(c, 1, trajets, fichier, lu) for c in entete[1:]]
    vues: set[int] = set()
    for numero, ligne in lignes:  # type: ignore[attr-defined]
        i = _commune(ligne[0], numero, trajets, fichier, lu)
        if len(ligne) != len(entete):
            lu.noter(fichier, numero, f"{len(ligne)} colonnes au lieu de {len(entete)} : complétez la ligne.")
            continue
        if i is None:
            continue
        if i in vues:
            lu.noter(fichier, numero, f"La commune « {ligne[0]} » est donnée deux fois : la dernière compte.", False)
        vues.add(i)
        for j, texte in zip(colonnes, ligne[1:], strict=True):
            if j is None or not texte:
                continue
            valeur = _nombre(texte)
            if valeur is None:
                lu.noter(fichier, numero, f"« {texte} » n'est pas un temps en minutes (0 à 600).")
            else:
                paires[i, j] = valeur


def _tableau(paires: dict[tuple[int, int], float]) -> Minutes:
    """Pairs as communes x landmarks; a landmark is a commune met with at least a third of the others."""
    par_repere: dict[int, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for (i, j), valeur in paires.items():
        par_repere[j][i].append(valeur)
        par_repere[i][j].append(valeur)  # both ways averaged: rows are rarely symmetric by more than a minute
    communes = sorted(par_repere)
    rang = {c: k for k, c in enumerate(communes)}
    suffisant = max(3, len(communes) // 3)
    reperes = [c for c in communes if len(par_repere[c]) >= suffisant]
    tableau = np.full((len(communes), len(reperes)), np.nan)
    for k, repere in enumerate(reperes):
        for commune, valeurs in par_repere[repere].items():
            tableau[rang[commune], k] = float(np.mean(valeurs))
    return np.array(communes, np.intp), np.array(reperes, np.intp), tableau


def eloignes(trajets: Trajets, parmi: NDArray[np.intp], nombre: int) -> NDArray[np.intp]:
    """Positions in `parmi` of communes spread over the ground: each the farthest from those before."""
    choisis = [0]
    distance = trajets.km(int(parmi[0]), parmi)
    while len(choisis) < min(nombre, len(parmi)):
        suivant = int(distance.argmax())
        choisis.append(suivant)
        distance = np.minimum(distance, trajets.km(int(parmi[suivant]), parmi))
    return np.array(sorted(choisis))


def _formule(
    trajets: Trajets, communes: NDArray[np.intp], reperes: NDArray[np.intp], tableau: NDArray[np.float64]
) -> tuple[float, float, float]:
    """Constant, power of distance and weight of density, by least squares in log over the rows given."""
    i, k = np.nonzero((tableau >= MINUTES_AJUSTEES[0]) & (tableau <= MINUTES_AJUSTEES[1]))
    a, b = communes[i], reperes[k]
    autres = a != b
    a, b, vrai = a[autres], b[autres], tableau[i[autres], k[autres]]
    km = np.concatenate([trajets.km(int(r), a[b == r]) for r in np.unique(b)])
    ordre = np.concatenate([np.flatnonzero(b == r) for r in np.unique(b)])
    densite = (trajets.log_densite[a[ordre]] + trajets.log_densite[b[ordre]]) / 2
    x = np.stack([np.ones(len(km)), np.log(km), densite * np.log(10)], axis=1)
    constante, distance, poids = np.linalg.lstsq(x, np.log(vrai[ordre]), rcond=None)[0]
    return float(constante), float(distance), float(poids)


def _ajuster(
    lu: Lu,
    trajets: Trajets,
    communes: NDArray[np.intp],
    reperes: NDArray[np.intp],
    tableau: NDArray[np.float64],
    fichier: str,
) -> None:
    donnees = np.isfinite(tableau)
    formule = _formule(trajets, communes, reperes, tableau)
    if not 0.3 <= formule[1] <= 1.3:
        lu.noter(
            fichier, None, "Ces temps ne grandissent pas avec la distance : vérifiez l'unité (minutes) et les codes."
        )
        return
    constante, distance, poids = formule
    neuf = Trajets(
        trajets.communes,
        replace(trajets.coefficients, constante=constante, distance=distance, densite=poids),
    )
    retenus = eloignes(neuf, reperes, REPERES_MAX)
    lu.resume = _mesurer(trajets, neuf, communes, reperes[retenus], tableau[:, retenus])
    correction = CorrectionReperes(neuf, communes, reperes[retenus], tableau[:, retenus])
    voiture = _tous(correction, communes)
    rang = {int(c): i for i, c in enumerate(communes)}
    for k, repere in enumerate(reperes):
        donnes = np.flatnonzero(donnees[:, k])
        j = rang[int(repere)]
        voiture[donnes, j] = voiture[j, donnes] = tableau[donnes, k]
    lu.resume |= {
        "communes": len(communes),
        "reperes": len(reperes),
        "temps": int(donnees.sum()),
        "laissees": sum(not p.bloquant for p in lu.problemes),
    }
    codes = tuple(trajets.communes.codes[c] for c in communes)
    lu.releve = Releve(codes, voiture=np.clip(np.rint(voiture), 1, 254).astype(np.uint8), formule=formule)


def _tous(correction: CorrectionReperes, communes: NDArray[np.intp]) -> NDArray[np.float64]:
    """Corrected minutes between all communes, both ways alike."""
    n = len(communes)
    i, j = np.triu_indices(n, 1)
    minutes = np.zeros((n, n))
    valeurs = correction.voiture(communes[i], communes[j])
    minutes[i, j] = minutes[j, i] = valeurs
    np.fill_diagonal(minutes, correction.trajets.voiture_paires(communes, communes))
    return minutes


def _mesurer(
    avant: Trajets, neuf: Trajets, communes: NDArray[np.intp], reperes: NDArray[np.intp], tableau: NDArray[np.float64]
) -> dict[str, float | int | str]:
    """Median error in minutes of the estimate, before and after, on landmarks left out of the fit."""
    tenus = np.random.default_rng(0).permutation(len(reperes))[: max(1, round(PART_TENUE * len(reperes)))]
    gardes = np.setdiff1d(np.arange(len(reperes)), tenus)
    if len(gardes) < REPERES_MIN:
        gardes = np.arange(len(reperes))
    i, k = np.nonzero(np.isfinite(tableau[:, tenus]) & (tableau[:, tenus] >= MINUTES_AJUSTEES[0]))
    a, b = communes[i], reperes[tenus[k]]
    vrai = tableau[i, tenus[k]]
    utiles = (a != b) & (vrai <= MINUTES_AJUSTEES[1])
    a, b, vrai = a[utiles], b[utiles], vrai[utiles]
    essai = CorrectionReperes(neuf, communes, reperes[gardes], tableau[:, gardes])
    return {
        "erreur_avant": round(float(np.median(np.abs(avant.voiture_paires(a, b) - vrai))), 1),
        "erreur_apres": round(float(np.median(np.abs(essai.voiture(a, b) - vrai))), 1),
    }
