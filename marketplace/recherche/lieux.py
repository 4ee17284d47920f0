"""« À moins de 30 km de Lunel »: the communes a filter keeps, and how it is said."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from marketplace.territoire.queries import chercher_communes, communes_dans_un_rayon
from marketplace.valeurs import cle

RAYONS = (0, 5, 10, 20, 30, 50)


@dataclass(frozen=True, slots=True)
class Lieu:
    """A filter on places. `distances` maps the communes kept to kilometres; None when no place was asked for."""

    distances: dict[str, float] | None
    phrase: str
    erreur: str = ""


def lire_lieu(s: Session, texte: str, rayon: int, departements: Collection[str]) -> Lieu:
    """The communes around what was typed. An unknown name filters nothing and says so; a typo is forgiven."""
    brut = texte.strip()
    if not brut:
        return Lieu(None, "")
    nom = brut.split("(", maxsplit=1)[0].strip()
    trouvees = chercher_communes(s, nom, 1, departements=departements)
    if not trouvees:
        return Lieu(None, "", f"Aucune commune ne s'appelle « {brut} » : vérifiez le nom.")
    commune = trouvees[0]
    distances = communes_dans_un_rayon(s, commune.code_insee, rayon) if rayon else {commune.code_insee: 0.0}
    phrase = f"à moins de {rayon} km de {commune.nom}" if rayon else f"à {commune.nom}"
    exacte = cle(commune.nom) == cle(nom) or nom.isdigit()
    erreur = "" if exacte else f"« {brut} » lu comme {commune.libelle}."
    return Lieu(distances, phrase, erreur)
