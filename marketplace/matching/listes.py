"""Posting lists that grow, and numbered rows: what the pool is made of."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray


@dataclass
class Colonne:
    """One growable posting list."""

    places: NDArray[np.int32]
    valeurs: NDArray[np.uint8]
    nombre: int

    def ajouter(self, place: int, valeur: int) -> None:
        """Put a slot at the end."""
        if self.nombre == len(self.places):
            taille = max(8, int(self.nombre * 1.5))
            self.places = np.resize(self.places, taille) if self.nombre else np.zeros(taille, np.int32)
            self.valeurs = np.resize(self.valeurs, taille) if self.nombre else np.zeros(taille, np.uint8)
        self.places[self.nombre], self.valeurs[self.nombre] = place, valeur
        self.nombre += 1

    def retirer(self, place: int) -> None:
        """Take a slot out; the last one takes its room."""
        ou = np.flatnonzero(self.places[: self.nombre] == place)
        if len(ou):
            dernier = self.nombre - 1
            self.places[ou[0]], self.valeurs[ou[0]] = self.places[dernier], self.valeurs[dernier]
            self.nombre = dernier


class Table:
    """Distinct rows of small integers, numbered as they come."""

    def __init__(self, largeur: int) -> None:
        self._numeros: dict[tuple[int, ...], int] = {}
        self._tableau: NDArray[np.int64] = np.zeros((0, largeur), np.int64)

    def __len__(self) -> int:
        return len(self._numeros)

    def numero(self, ligne: tuple[int, ...]) -> int:
        """Number of a row, a new one if never met."""
        return self._numeros.setdefault(ligne, len(self._numeros))

    def tableau(self) -> NDArray[np.int64]:
        """Every row, in order."""
        connues = len(self._tableau)
        if connues != len(self._numeros):
            neuves = np.array(list(islice(self._numeros, connues, None)), np.int64)
            self._tableau = np.concatenate([self._tableau, neuves])
        return self._tableau
