"""A référent's own figures over a period, month by month, for her convention."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.roles import Acteur
from marketplace.contexte import PARIS
from marketplace.heures.models import Contrat
from marketplace.personnes.models import Suivi
from marketplace.propositions.delais import REPONSES, jours_entre, premieres
from marketplace.propositions.models import Proposition
from marketplace.propositions.rules import mediane

MINIMUM = 3
"""Cases under which a median says nothing; the figures are her own, nobody is hidden behind them."""


@dataclass(frozen=True, slots=True)
class Chiffres:
    """What was proposed in a stretch of time, and what came of it, medians in days."""

    debut: date
    personnes: int
    propositions: int
    reponses: int
    rencontres: int
    embauches: int
    jours_de_reponse: float | None
    jours_jusqu_au_travail: float | None


@dataclass(frozen=True, slots=True)
class ChiffresReferent:
    """The period whole, then each month with something in it."""

    du: date
    au: date
    ensemble: Chiffres
    mois: tuple[Chiffres, ...]


@dataclass(frozen=True, slots=True)
class _Faite:
    id: int
    personne_id: int
    quand: datetime

    @property
    def jour(self) -> date:
        return self.quand.astimezone(PARIS).date()


def chiffres_du_referent(s: Session, acteur: Acteur, du: date, au: date) -> ChiffresReferent:
    """Propositions of the period that she wrote, or about somebody she followed that day. Five queries.

    A person who left her caseload since still counts: a convention looks back.
    """
    moi = acteur.referent_id
    suivis: dict[int, list[tuple[date, date | None]]] = {}
    for personne_id, depuis, jusqu_au in s.execute(
        select(Suivi.personne_id, Suivi.depuis, Suivi.jusqu_au).where(Suivi.referent_id == moi)
    ):
        suivis.setdefault(personne_id, []).append((depuis, jusqu_au))
    faites = []
    for numero, personne_id, auteur_id, quand in s.execute(
        select(Proposition.id, Proposition.personne_id, Proposition.auteur_id, Proposition.proposee_le)
        .where(
            Proposition.territoire_id == acteur.territoire_id,
            or_(Proposition.auteur_id == moi, Proposition.personne_id.in_(list(suivis))),
        )
        .order_by(Proposition.proposee_le)
    ):
        f = _Faite(numero, personne_id, quand)
        suivie = any(a <= f.jour and (b is None or f.jour < b) for a, b in suivis.get(personne_id, ()))
        if du <= f.jour <= au and (suivie or auteur_id == moi):
            faites.append(f)
    reponses = premieres(s, acteur.territoire_id, REPONSES)
    rencontres = premieres(s, acteur.territoire_id, ("rencontre",))
    debuts = dict(
        s.execute(
            select(Contrat.proposition_id, Contrat.debut).where(
                Contrat.proposition_id.in_([f.id for f in faites]),
            )
        ).all()
    )

    def compter(debut: date, siennes: Sequence[_Faite]) -> Chiffres:
        repondues = [f for f in siennes if f.id in reponses]
        embauchees = [f for f in siennes if f.id in debuts]
        return Chiffres(
            debut,
            len({f.personne_id for f in siennes}),
            len(siennes),
            len(repondues),
            sum(f.id in rencontres for f in siennes),
            len(embauchees),
            mediane([jours_entre(f.quand, reponses[f.id]) for f in repondues], MINIMUM),
            mediane([jours_entre(f.quand, debuts[f.id]) for f in embauchees], MINIMUM),
        )

    par_mois: dict[date, list[_Faite]] = {}
    for f in faites:
        par_mois.setdefault(f.jour.replace(day=1), []).append(f)
    return ChiffresReferent(
        du, au, compter(du, faites), tuple(compter(mois, siennes) for mois, siennes in sorted(par_mois.items()))
    )
