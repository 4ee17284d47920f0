"""The ranking engine: values in, ranked lists with reasons out. No database, no web, no clock."""

from marketplace.matching.ranker import Ranker
from marketplace.matching.valeurs import (
    Classement,
    ClassementPostes,
    ErreurMatching,
    Experience,
    HorsDePortee,
    LigneClassee,
    Poste,
    Profil,
    Raison,
    Reglages,
    Suggestion,
    SuggestionCompetence,
    Suggestions,
)

__all__ = [
    "Classement",
    "ClassementPostes",
    "ErreurMatching",
    "Experience",
    "HorsDePortee",
    "LigneClassee",
    "Poste",
    "Profil",
    "Raison",
    "Ranker",
    "Reglages",
    "Suggestion",
    "SuggestionCompetence",
    "Suggestions",
]
