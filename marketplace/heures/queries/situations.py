"""What became of people: the questions due by who may answer, and the answers for the bilan (R91 to R95)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from marketplace.heures.models import Contrat, Moment, PointDeSuivi
from marketplace.heures.queries.contrats_nommes import avec_la_personne
from marketplace.heures.rules.situations import intitule


@dataclass(frozen=True, slots=True)
class SituationLue:
    """One point: what was known of a person on a day, under which named definition; None when unknown (R95)."""

    contrat_id: int
    personne_id: int
    employeur_id: int
    marche_id: int | None
    moment: str
    mois: int
    echeance: date
    situation: str | None
    duree: str | None
    constatee_le: date | None
    source: str | None
    definition: str | None


@dataclass(frozen=True, slots=True)
class QuestionDeSuivi:
    """A question that waits for an answer, as the one who may answer reads it."""

    id: int
    personne_id: int
    personne_ref: str
    nom_complet: str
    employeur: str
    poste: str
    debut: date
    fin: date | None
    moment: str
    mois: int
    echeance: date

    @property
    def intitule(self) -> str:
        """« 3 mois après l'embauche »."""
        return intitule(self.moment, self.mois)


def situations(s: Session, territoire_id: int, du: date, au: date) -> tuple[SituationLue, ...]:
    """Every point due in a period, answered or not: what the exits of the bilan are counted from."""
    requete = (
        select(PointDeSuivi, Contrat.personne_id, Contrat.employeur_id, Contrat.marche_id)
        .join(Contrat, Contrat.id == PointDeSuivi.contrat_id)
        .where(PointDeSuivi.territoire_id == territoire_id, PointDeSuivi.echeance.between(du, au))
        .order_by(PointDeSuivi.echeance, PointDeSuivi.id)
    )
    return tuple(
        SituationLue(
            p.contrat_id,
            personne_id,
            employeur_id,
            marche_id,
            p.moment.value,
            p.mois,
            p.echeance,
            p.situation,
            p.duree,
            p.constatee_le,
            p.source,
            p.definition,
        )
        for p, personne_id, employeur_id, marche_id in s.execute(requete)
    )


def questions_de_suivi(
    s: Session,
    territoire_id: int,
    *,
    personne_ids: Collection[int] | None = None,
    employeur_id: int | None = None,
    limite: int = 200,
) -> tuple[QuestionDeSuivi, ...]:
    """Questions without an answer, the oldest first: of these people, or of this employer, or of the territory."""
    requete = (
        avec_la_personne(PointDeSuivi)
        .where(PointDeSuivi.territoire_id == territoire_id, PointDeSuivi.repondu_le.is_(None))
        .order_by(PointDeSuivi.echeance, PointDeSuivi.id)
        .limit(limite)
    )
    if personne_ids is not None:
        requete = requete.where(Contrat.personne_id.in_(personne_ids))
    if employeur_id is not None:
        requete = requete.where(
            Contrat.employeur_id == employeur_id,
            or_(PointDeSuivi.moment == Moment.EN_POSTE, PointDeSuivi.mois == 0),
        )
    return tuple(
        QuestionDeSuivi(
            p.id,
            personne.id,
            personne.ref,
            f"{personne.prenom} {personne.nom}",
            employeur,
            c.poste,
            c.debut,
            c.fin,
            p.moment.value,
            p.mois,
            p.echeance,
        )
        for p, c, personne, employeur in s.execute(requete)
    )
