"""What is kept of a decision the day it is taken, so that the layer never learns from what was known later."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.contexte import Contexte
from marketplace.offres.models import Offre
from marketplace.offres.queries import poste_de_classement
from marketplace.personnes.models import Personne
from marketplace.personnes.queries.classement import profils_de_classement
from marketplace.propositions.classement import poste_de, profil_de
from marketplace.propositions.decisions.models import DecisionClassement, OrigineDecision
from marketplace.propositions.models import Proposition

CRITERES_DE_PERTINENCE = ("metier", "competences")
"""Their contributions add up to the relevance the engine saw, before any learned layer and before the journey."""


def pertinence_de(ligne: Any) -> float:
    """Relevance of a ranked line, from its own reasons."""
    somme = sum(r.contribution for r in ligne.raisons if r.critere in CRITERES_DE_PERTINENCE)
    return round(min(1.0, max(0.0, somme)), 6)


def retenir(
    s: Session,
    ctx: Contexte,
    offre: Offre,
    personne: Personne,
    ligne: Any | None,
    version: str,
    *,
    origine: OrigineDecision,
    proposition: Proposition | None = None,
    auteur_id: int | None = None,
    favorable: bool | None = None,
    motif: str | None = None,
) -> DecisionClassement | None:
    """Keep a decision with what the engine saw; nothing when she was out of reach, whatever the reason (R128).

    A second decision of the same kind on the same pair replaces the first.
    """
    from marketplace.matching.decision import traits_de  # scipy: only those who rank pay

    existante = s.scalar(
        select(DecisionClassement).where(
            DecisionClassement.origine == origine,
            DecisionClassement.offre_id == offre.id,
            DecisionClassement.personne_id == personne.id,
        )
    )
    lus = profils_de_classement(s, offre.territoire_id, [personne.id])
    if ligne is None or not lus:
        if existante is not None:
            s.delete(existante)
        return None
    ecart, retard = traits_de(profil_de(lus[0]), poste_de(poste_de_classement(s, offre.id)))
    valeurs: dict[str, Any] = {
        "proposition_id": proposition.id if proposition else None,
        "auteur_id": auteur_id,
        "favorable": favorable,
        "motif": motif,
        "pertinence": pertinence_de(ligne),
        "ecart_heures": ecart,
        "retard_semaines": retard,
        "version_modele": version[:60],
        "quand": ctx.horloge(),
    }
    if existante is None:
        existante = DecisionClassement(
            territoire_id=offre.territoire_id, origine=origine, offre_id=offre.id, personne_id=personne.id, **valeurs
        )
        s.add(existante)
        return existante
    for champ, valeur in valeurs.items():
        setattr(existante, champ, valeur)
    return existante
