"""Hard requirements over everybody at once: masks of one bit a person, kept until somebody changes.

The requirements of an offre, its latest day and the doors too far from its commune each give one mask; many
offres share them. Counting those left out is then a few words of bits.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint64]
MASQUES_GARDES = 512  # 64 bytes a person when full


def empaqueter(masque: NDArray[np.bool_], nombre: int | None = None) -> Bits:
    """One bit a slot, in whole words for `nombre` slots; the spare bits are zero."""
    mots = np.zeros(-(-(len(masque) if nombre is None else nombre) // 64), np.uint64)
    octets = np.packbits(masque)
    mots.view(np.uint8)[: len(octets)] = octets
    return mots


def depaqueter(bits: Bits, nombre: int) -> NDArray[np.bool_]:
    """The mask back, one byte a slot."""
    return np.unpackbits(bits.view(np.uint8), count=nombre).view(np.bool_)


def compter(bits: Bits) -> int:
    """Slots of a mask."""
    return int(np.bitwise_count(bits).sum(dtype=np.int64))


class Masques:
    """Masks already made, the oldest forgotten first."""

    def __init__(self) -> None:
        self._faits: dict[Hashable, Bits] = {}

    def lire(self, cle: Hashable, calcul: Callable[[], NDArray[np.bool_]]) -> Bits:
        """The mask of a key, made on first use; never write in it."""
        bits = self._faits.get(cle)
        if bits is None:
            while len(self._faits) >= MASQUES_GARDES:
                del self._faits[next(iter(self._faits))]
            bits = self._faits[cle] = empaqueter(calcul())
        return bits

    def oublier(self) -> None:
        """Somebody changed: every mask is to be made again."""
        self._faits.clear()

    def octets(self) -> int:
        """Bytes held."""
        return sum(bits.nbytes for bits in self._faits.values())
