"""What a marché asks of those who declare its hours: how often, and with which piece (R53, R55)."""

from __future__ import annotations

from enum import StrEnum


class Rythme(StrEnum):
    """How often a marché wants its hours."""

    MENSUEL = "mensuel"
    TRIMESTRIEL = "trimestriel"
    FIN = "fin"


class ModePieces(StrEnum):
    """Whether a piece goes with the hours: none, one that the facilitateur sees and notes, or one that is kept."""

    AUCUNE = "aucune"
    VUE = "vue"
    FICHIER = "fichier"


LIBELLES_RYTHME = {
    Rythme.MENSUEL: "Tous les mois",
    Rythme.TRIMESTRIEL: "Tous les trois mois",
    Rythme.FIN: "Une fois, à la fin du marché",
}

LIBELLES_PIECES = {
    ModePieces.AUCUNE: "Aucune pièce",
    ModePieces.VUE: "Une pièce montrée au facilitateur, sans copie",
    ModePieces.FICHIER: "Une pièce déposée (photo ou PDF)",
}
