"""What the jobs of a person call for beyond the trade: asked of her only then."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.metiers.queries import competences_coeur
from marketplace.offres.models import EtatOffre, Offre
from marketplace.personnes.rules.bases import bases_demandees


def bases_des_metiers(s: Session, territoire_id: int, codes_rome: Collection[str]) -> tuple[str, ...]:
    """Languages and basics that her trades, or the open offres in them, call for."""
    textes = [c.libelle for code in codes_rome for c in competences_coeur(s, code)]
    offres = select(Offre.prerequis, Offre.conditions, Offre.description).where(
        Offre.territoire_id == territoire_id, Offre.etat == EtatOffre.PUBLIEE, Offre.code_rome.in_(codes_rome)
    )
    for morceaux in s.execute(offres):
        textes += morceaux
    return bases_demandees(textes)
