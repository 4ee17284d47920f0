"""How propositions are made: with a date or without, among the first of the list or not (R120). Counts, no names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.roles import Acteur, Role
from marketplace.contexte import PARIS
from marketplace.erreurs import Introuvable
from marketplace.propositions.models import Proposition
from marketplace.valeurs import ajouter_mois

MINIMUM = 5
"""Below it a coded reason is not shown: somebody would be read behind it."""


@dataclass(frozen=True, slots=True)
class Mesures:
    """Propositions of twelve months, with a date, and those the list did not put among its first.

    `classees` are those whose place in a list was kept. Percentages are whole, None without any proposition.
    """

    depuis: date
    propositions: int
    avec_rendez_vous: int
    classees: int
    hors_tete: int
    motifs: tuple[tuple[str, int], ...]

    @property
    def part_rendez_vous(self) -> int | None:
        """Share with a date, in percent."""
        return round(100 * self.avec_rendez_vous / self.propositions) if self.propositions else None

    @property
    def part_hors_tete(self) -> int | None:
        """Share chosen outside of the first ones, in percent."""
        return round(100 * self.hors_tete / self.classees) if self.classees else None


def mesures(s: Session, acteur: Acteur, jour: date) -> Mesures:
    """A référent's own propositions; those of the territory for a facilitateur. Two queries."""
    if acteur.role not in (Role.REFERENT, Role.FACILITATEUR):
        raise Introuvable()
    depuis = ajouter_mois(jour, -12)
    siennes = [
        Proposition.territoire_id == acteur.territoire_id,
        Proposition.proposee_le >= datetime.combine(depuis, time(), tzinfo=PARIS),
    ]
    if acteur.role is Role.REFERENT:
        siennes.append(Proposition.auteur_id == acteur.referent_id)
    total, dates, classees, hors = s.execute(
        select(
            func.count(),
            func.count(Proposition.creneau),
            func.count().filter(or_(Proposition.rang.is_not(None), Proposition.motif_choix.is_not(None))),
            func.count(Proposition.motif_choix),
        ).where(*siennes)
    ).one()
    motifs = s.execute(
        select(Proposition.motif_choix, func.count())
        .where(*siennes, Proposition.motif_choix.is_not(None))
        .group_by(Proposition.motif_choix)
        .having(func.count() >= MINIMUM)
        .order_by(func.count().desc(), Proposition.motif_choix)
    )
    return Mesures(depuis, total, dates, classees, hors, tuple((m, n) for m, n in motifs if m is not None))
