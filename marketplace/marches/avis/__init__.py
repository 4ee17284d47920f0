"""Reading a notice: does performing the contract carry a social condition, is it reserved, how many hours."""

from marketplace.marches.avis.lecture import lire_avis, lire_plusieurs
from marketplace.marches.avis.valeurs import AvisLu, Genre, HeuresLues, TauxLu

__all__ = ["AvisLu", "Genre", "HeuresLues", "TauxLu", "lire_avis", "lire_plusieurs"]
