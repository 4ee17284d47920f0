"""Where signalements meet the rest: no second application, nothing left open for a person who leaves."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee
from marketplace.offres.models import Offre, OffreExterne
from marketplace.personnes.models import Personne
from marketplace.propositions.signalements import rules
from marketplace.propositions.signalements.models import Signalement
from marketplace.propositions.signalements.queries import signalement_ouvert
from marketplace.propositions.signalements.rules import ResultatSignalement


def fermer_signalements(s: Session, ctx: Contexte, personne: Personne) -> int:
    """Close what runs for a person who leaves the lists, inside the act that does it; how many there were."""
    ouverts = s.scalars(
        select(Signalement).where(Signalement.personne_id == personne.id, Signalement.resultat.in_(list(rules.OUVERTS)))
    ).all()
    for x in ouverts:
        x.resultat, x.resultat_le = ResultatSignalement.SANS_SUITE, ctx.aujourdhui()
    return len(ouverts)


def exiger_hors_plateforme(s: Session, offre: Offre, personne: Personne) -> None:
    """Raises RegleViolee when a proposition would be a second application, or belongs to the national platform."""
    if s.scalar(select(OffreExterne.id).where(OffreExterne.offre_id == offre.id)) is not None:
        raise RegleViolee(
            "Ce poste se demande sur les emplois de l'inclusion, où se trouve le PASS : signalez la personne."
        )
    ouvert = signalement_ouvert(s, personne.id, offre.organisation_id)
    if ouvert is not None:
        raise RegleViolee(
            f"La personne est déjà signalée à cette structure ({ouvert.ref}) : une seule candidature à la fois."
        )
