"""Named views of the demonstration's facilitateur, so that her lists show what they are for."""

from __future__ import annotations

from marketplace.recherche.models import VueEnregistree
from seeds.demo.atelier import Atelier

VUES = (
    ("registre", "Béziers, à rappeler", "commune=B%C3%A9ziers&rayon=20&relance=1"),
    ("registre", "En alerte", "alerte=1&tri=fin"),
    ("structures", "Espaces verts", "activite=Espaces+verts+et+environnement"),
)


def semer_vues(a: Atelier) -> None:
    """Keep them under the first facilitateur's account."""
    quand = a.instant(a.jour(20), 10)
    a.s.add_all(
        VueEnregistree(
            utilisateur_id=a.equipe.facilitateurs[0].id, liste=liste, nom=nom, filtres=filtres, cree_le=quand
        )
        for liste, nom, filtres in VUES
    )
