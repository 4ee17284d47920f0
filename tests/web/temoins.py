"""What several tests of the pages share: a ranker that answers at once, and the text of a page."""

from __future__ import annotations

from dataclasses import dataclass
from html import unescape
from typing import Any

from marketplace.matching import Suggestion, Suggestions
from marketplace.matching.valeurs import SuggestionCompetence

CHEMINS = (
    "",
    "/modifier",
    "/metiers",
    "/competences",
    "/mobilite",
    "/situation",
    "/iae",
    "/geiq",
    "/suivi",
    "/fiche-de-competences",
    "/hors-de-portee",
    "/donnees",
    "/donnees.json",
    "/donnees.pdf",
)
"""Every page of one person's file, after her address."""


@dataclass
class MoteurTemoin:
    """Answers wordings without reading the reference tables; ranks nothing."""

    version: str = "temoin"

    def sous(self, reglages: Any, apprise: Any = None) -> MoteurTemoin:
        return self

    def metiers(self, texte: str, limit: int = 5) -> Suggestions:
        if "truc" in texte:
            return Suggestions((), True, "Quel travail faisiez-vous ?")
        return Suggestions(
            (Suggestion("F1703", "Maçon / Maçonne", 0.9), Suggestion("K2204", "Agent de propreté", 0.1)), False
        )

    def competences(self, texte: str, limit: int = 5) -> tuple[SuggestionCompetence, ...]:
        return (SuggestionCompetence("900001", "Réaliser des travaux de maçonnerie", 0.8),) if "mur" in texte else ()

    def rank_postes(self, profil: Any, postes: Any, *, parmi: Any = None, limit: int = 10) -> Any:
        from marketplace.matching import ClassementPostes, HorsDePortee, LigneClassee, Raison

        lignes = tuple(
            LigneClassee(
                p.ref,
                n,
                0.8,
                "très proche",
                20,
                "voiture",
                (Raison("metier", "2 ans de maçonnerie", 0.8, "plus"),),
                (),
                False,
            )
            for n, p in enumerate(postes, 1)
            if p.heures_hebdo < 40
        )
        hors = tuple(
            HorsDePortee(p.ref, "Permis C demandé", "Aide au financement du permis", 0.5, 30)
            for p in postes
            if p.heures_hebdo >= 40
        )
        return ClassementPostes(profil.ref, lignes, hors, {}, self.version, len(lignes))


def texte(reponse: Any) -> str:
    return unescape(str(reponse.get_data(as_text=True)))
