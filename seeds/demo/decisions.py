"""What the engine saw of the people proposed, and a few words of référents on ranks: enough to learn a layer from."""

from __future__ import annotations

from random import Random

from sqlalchemy import select

from marketplace.offres.models import EtatOffre, Offre
from marketplace.personnes.models import Personne
from marketplace.propositions.decisions.models import DecisionClassement, OrigineDecision
from marketplace.propositions.models import Proposition
from seeds.demo.atelier import Atelier

AVIS = 48
VERSION = "2026.11"


def semer_decisions(a: Atelier) -> None:
    """Its own dice: nothing of what is drawn after it moves. All of it is made up."""
    de = Random(f"decisions:{a.le.isoformat()}")
    a.garder(
        DecisionClassement(
            territoire_id=a.territoire_id,
            origine=OrigineDecision.PROPOSITION,
            offre_id=p.offre_id,
            personne_id=p.personne_id,
            proposition_id=p.id,
            auteur_id=p.auteur_id,
            pertinence=float(p.score or 0),
            ecart_heures=de.choice((0.0, 0.0, 0.0, 5.0, 9.0)),
            retard_semaines=de.choice((0.0, 0.0, 0.0, 1.0, 2.0)),
            version_modele=VERSION,
            quand=p.proposee_le,
        )
        for p in a.s.scalars(
            select(Proposition).where(Proposition.territoire_id == a.territoire_id).order_by(Proposition.id)
        )
    )
    offres = a.s.scalars(
        select(Offre.id)
        .where(Offre.territoire_id == a.territoire_id, Offre.etat == EtatOffre.PUBLIEE)
        .order_by(Offre.id)
    ).all()
    personnes = a.s.scalars(
        select(Personne.id).where(Personne.territoire_id == a.territoire_id).order_by(Personne.id).limit(60)
    ).all()
    couples = [(o, p) for o in offres for p in personnes]
    a.garder(_avis(a, de, offre_id, personne_id) for offre_id, personne_id in de.sample(couples, AVIS))


def _avis(a: Atelier, de: Random, offre_id: int, personne_id: int) -> DecisionClassement:
    """A person late, or whose trade is far, is more often said to stand too high."""
    pertinence, retard = round(de.betavariate(2, 2), 3), de.choice((0.0, 0.0, 1.0, 3.0))
    return DecisionClassement(
        territoire_id=a.territoire_id,
        origine=OrigineDecision.AVIS,
        offre_id=offre_id,
        personne_id=personne_id,
        favorable=de.random() < 0.2 + 0.5 * pertinence - 0.1 * retard,
        motif=de.choice(("competences", "competences", "competences", "trajet", "autre")),
        pertinence=pertinence,
        ecart_heures=de.choice((0.0, 0.0, 5.0)),
        retard_semaines=retard,
        version_modele=VERSION,
        quand=a.instant(a.le, 9),
    )
