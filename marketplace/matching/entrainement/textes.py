"""The wordings the reader learns from: official labels, tasks, the familiar lexicon, all made noisy."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from marketplace.matching.entrainement import bruit, mots_vagues
from marketplace.matching.lexique import Lexique
from marketplace.matching.referentiels import Rome
from marketplace.matching.texte import formes

QUALITES = (
    "motivé",
    "ponctuel",
    "sérieux",
    "autonome",
    "bon relationnel",
    "travail en équipe",
    "esprit d'équipe",
    "dynamique",
    "rigoureux",
    "organisé",
    "polyvalent",
    "sens du contact",
    "permis b",
    "permis de conduire",
    "sst",
    "secourisme",
    "anglais",
    "français",
    "espagnol",
    "arabe",
    "word excel",
    "internet",
    "informatique",
    "bonne présentation",
    "résistance physique",
    "patience",
    "écoute",
    "courageux",
    "disponible",
    "mobile",
    "adaptabilité",
    "respect des consignes",
    "respect des horaires",
    "gestion du stress",
    "sens des responsabilités",
    "volontaire",
    "bricolage",
    "cuisine maison",
    "lire et écrire",
    "calcul",
    "port de charges",
    "travail physique",
    "véhicule personnel",
    "bafa",
    "caces",
    "diplôme",
    "expérience variée",
    "travailler vite",
    "souriant",
)


class Corpus:
    """Draws (wording, class, is_skill); class `rome.nombre` says vague."""

    def __init__(self, rome: Rome, lexique: Lexique) -> None:
        self.rome = rome
        n = rome.nombre
        self.vague = n
        self.appellations: list[list[tuple[str, float]]] = [[] for _ in range(n)]
        for long, court, code, principale, rare in rome.appellations:
            poids = 0.4 if rare else (1.6 if principale else 1.0)
            for libelle in {long, court}:
                self.appellations[code] += [(f, poids) for f in formes(libelle)]
        for code, libelle in enumerate(rome.libelles):
            self.appellations[code] += [(f, 1.5) for f in formes(libelle)]
        self.taches: list[list[tuple[str, float]]] = [[] for _ in range(n)]
        for m, c, coeur in zip(rome.lien_metier, rome.lien_competence, rome.lien_coeur, strict=True):
            if rome.competence_type[c] != "savoir_etre":
                self.taches[m].append((rome.competence_libelle[c], 1.6 if coeur else 1.0))
        self.phrases = [
            [p.strip() for p in d.replace(",", ".").split(".") if len(p.split()) > 1] for d in rome.definitions
        ]
        self.familiers: list[list[str]] = [[] for _ in range(n)]
        self.lexique = [([rome.rang[c] for c in codes if c in rome.rang], x) for codes, x in lexique.familiers]
        for codes, libelle in self.lexique:
            for code in codes[:1]:
                self.familiers[code].append(libelle)
        self.vagues = lexique.vagues
        nombre_familiers = np.array([len(f) for f in self.familiers], float)
        prior = 0.35 + np.minimum(nombre_familiers, 14.0)
        self.prior: NDArray[np.float64] = prior / prior.sum()
        self._cumul: dict[int, tuple[list[str], list[float]]] = {}
        self._codes = list(range(n))
        self._cumul_prior = list(np.cumsum(self.prior))

    def code(self, hasard: random.Random) -> int:
        """A trade drawn with everyday ones in front."""
        return hasard.choices(self._codes, cum_weights=self._cumul_prior)[0]

    def _au_hasard(self, listes: list[tuple[str, float]], hasard: random.Random) -> str:
        return hasard.choices([x for x, _ in listes], weights=[p for _, p in listes])[0]

    def titre(self, code: int, hasard: random.Random, force: float) -> str:
        """A title of this trade as somebody would type it."""
        tirage = hasard.random()
        if tirage < 0.20 and self.familiers[code]:
            return bruit.titre(hasard.choice(self.familiers[code]), hasard, force * 0.7)
        if tirage < 0.38 and self.taches[code]:
            return bruit.tache(self._au_hasard(self.taches[code], hasard), hasard, force, court=True)
        if tirage < 0.41 and self.phrases[code]:
            return bruit.tache(hasard.choice(self.phrases[code]), hasard, force, court=True)
        return bruit.titre(self._au_hasard(self.appellations[code], hasard), hasard, force)

    def competence(self, code: int, hasard: random.Random, force: float) -> str:
        """A skill of this trade as somebody would type it."""
        if not self.taches[code] or hasard.random() < 0.06:
            return bruit.titre(self._au_hasard(self.appellations[code], hasard), hasard, force)
        return bruit.tache(self._au_hasard(self.taches[code], hasard), hasard, force, court=hasard.random() < 0.5)

    def tirer(self, nombre: int, graine: int) -> Iterator[tuple[str, int, bool]]:
        """`nombre` examples, deterministic for a seed."""
        hasard = random.Random(graine)  # noqa: S311 - synthetic text, no secret
        for _ in range(nombre):
            force = hasard.choice((0.1, 0.3, 0.6, 0.9, 1.2))
            if hasard.random() < 0.36:
                if hasard.random() < 0.08:
                    yield bruit.titre(hasard.choice(QUALITES), hasard, force), self.code(hasard), True
                    continue
                code = self.code(hasard)
                yield self.competence(code, hasard, force), code, True
            elif hasard.random() < 0.07:
                libelle = mots_vagues.vague(hasard) if hasard.random() < 0.4 else hasard.choice(self.vagues)
                if hasard.random() < 0.25:
                    libelle += " " + hasard.choice(self.vagues)
                yield bruit.titre(libelle, hasard, force * 0.5), self.vague, False
            elif hasard.random() < 0.06:
                codes, libelle = hasard.choice(self.lexique)
                code = codes[0] if hasard.random() < 0.75 else hasard.choice(codes)
                yield bruit.titre(libelle, hasard, force * 0.6), code, False
            else:
                code = self.code(hasard)
                yield self.titre(code, hasard, force), code, False
