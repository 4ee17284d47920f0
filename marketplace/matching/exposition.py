"""Who the engine would show for many offres, who never, and which requirement stands in the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marketplace.matching.ranker import Ranker
from marketplace.matching.valeurs import Poste
from marketplace.matching.vivier import BIT, MOTIFS

PROCHE = 1
"""Place of « proche » in the thresholds of closeness."""


@dataclass(frozen=True, slots=True)
class Exposition:
    """First places of every list, for how many offres each is within reach, why the others never get one.

    `pourquoi` counts each person once.
    """

    listes: tuple[tuple[str, ...], ...]
    personnes: tuple[str, ...]
    hors_de_portee: frozenset[str]
    portees: dict[str, int]
    pourquoi: dict[str, int]


def exposer(ranker: Ranker, postes: Iterable[tuple[Poste, NDArray[np.bool_]]], *, longueur: int = 10) -> Exposition:
    """Rank the people of each mask for its offre and look at who comes first.

    Never among the first, each person counts once: no offre she may be considered for; never within reach, under
    the requirement that failed most often; profile to complete; no near trade; near, but others come before.
    """
    seuil = ranker.reglages.seuils_proximite[PROCHE]
    listes: list[tuple[str, ...]] = []
    with ranker.verrou:
        vivier = ranker.vivier
        n = vivier.taille
        considere, portee, montre = np.zeros(n, int), np.zeros(n, int), np.zeros(n, bool)
        meilleure = np.zeros(n)
        rates = np.zeros((len(MOTIFS), n), int)
        for poste, masque in postes:
            parmi = masque & vivier.vivant[:n]
            calcul = ranker.calculer(poste, parmi, n)
            listes.append(tuple(vivier.refs[p] for p in calcul.places[:longueur]))
            montre[calcul.places[:longueur]] = True
            considere += parmi
            portee[calcul.places] += 1
            meilleure[calcul.places] = np.maximum(meilleure[calcul.places], calcul.bases)
            ici = np.flatnonzero(parmi)
            bits = vivier.rates(vivier.examiner(poste, ranker.reglages.delai_disponibilite_jours), ici)
            for k, motif in enumerate(MOTIFS):
                rates[k, ici] += (bits & BIT[motif]) > 0
        concernes = np.flatnonzero(considere)
        pourquoi: Counter[str] = Counter()
        for p in concernes[~montre[concernes]]:
            if portee[p] == 0:
                pourquoi[MOTIFS[int(rates[:, p].argmax())]] += 1
            elif vivier.neutre[p] > 0:
                pourquoi["a_completer"] += 1
            else:
                pourquoi["metier" if meilleure[p] < seuil else "rang"] += 1
        return Exposition(
            listes=tuple(listes),
            personnes=tuple(vivier.refs[p] for p in concernes),
            hors_de_portee=frozenset(vivier.refs[p] for p in concernes[portee[concernes] == 0]),
            portees={vivier.refs[p]: int(portee[p]) for p in concernes},
            pourquoi=dict(pourquoi),
        )
