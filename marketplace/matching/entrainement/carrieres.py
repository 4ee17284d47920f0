"""Synthetic careers and openings on ROME: what relevance is learned on (R127: no past decision is a target).

Grades come from the ROME graph alone: same trade 3, near 2, far 1; the best past job counts.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from marketplace.matching.entrainement import bruit
from marketplace.matching.entrainement.textes import QUALITES, Corpus
from marketplace.matching.valeurs import Experience, Poste, Profil


@dataclass(frozen=True)
class Carriere:
    """A made-up person and the true trades of her past jobs."""

    profil: Profil
    codes: tuple[int, ...]


def carrieres(corpus: Corpus, nombre: int, graine: int) -> Iterator[Carriere]:
    """People of two kinds, everyday and hard to read, without any wish or place."""
    hasard = random.Random(graine)  # noqa: S311 - synthetic people, no secret
    relation = corpus.rome.relation
    for i in range(nombre):
        dur = hasard.random() < 0.5
        force = hasard.choice((0.3, 0.6, 0.9)) if not dur else hasard.choice((0.6, 0.9, 1.2))
        premier = corpus.code(hasard)
        codes = [premier]
        for _ in range(hasard.choice((0, 0, 1, 1, 2))):
            tirage = hasard.random()
            if tirage < 0.4:
                codes.append(premier)
            elif tirage < 0.7:
                proches = np.flatnonzero(relation[premier])
                codes.append(int(proches[hasard.randrange(len(proches))]))
            else:
                codes.append(corpus.code(hasard))
        competences: list[str] = []
        if hasard.random() > (0.36 if dur else 0.05):
            for _ in range(hasard.choice((1, 2, 3, 4, 5, 6, 7))):
                if hasard.random() < 0.15:
                    competences.append(hasard.choice(QUALITES))
                else:
                    competences.append(corpus.competence(hasard.choice(codes), hasard, force))
        experiences = tuple(Experience(corpus.titre(c, hasard, force), None, hasard.randint(1, 60)) for c in codes)
        yield Carriere(Profil(ref=f"s{i}", experiences=experiences, competences=tuple(competences)), tuple(codes))


def ouvertures(
    corpus: Corpus, nombre: int, graine: int, garder: Callable[[int], bool] = lambda _code: True
) -> Iterator[tuple[Poste, int]]:
    """Openings with their true trade; half of them say it."""
    hasard = random.Random(graine)  # noqa: S311
    faits = 0
    while faits < nombre:
        code = corpus.code(hasard)
        if not garder(code) or not corpus.taches[code]:
            continue
        force = hasard.choice((0.1, 0.3, 0.6))
        if hasard.random() < 0.85:
            libelles = corpus.appellations[code]
            titre = bruit.titre(hasard.choice(libelles)[0], hasard, force)
        else:
            titre = corpus.titre(code, hasard, force)
        competences = tuple(
            bruit.tache(hasard.choice(corpus.taches[code])[0], hasard, force, court=False)
            for _ in range(hasard.randint(2, 5))
        )
        yield (
            Poste(
                ref=f"so{faits}",
                intitule=titre,
                code_rome=corpus.rome.codes[code] if hasard.random() < 0.5 else None,
                competences_requises=competences,
            ),
            code,
        )
        faits += 1
