"""Delays of the marketplace, from publication to the first day of work, and a référent's own figures.

Medians in days, never of fewer than MINIMUM cases: a single employer must not be read behind a figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import STRUCTURES_INSERTION, Organisation
from marketplace.comptes.roles import Acteur
from marketplace.contexte import PARIS
from marketplace.heures.models import Contrat
from marketplace.offres.models import EtatOffre, Offre
from marketplace.personnes.models import Suivi
from marketplace.personnes.portee import suivi_en_cours
from marketplace.propositions.models import EtatProposition, Proposition, TransitionProposition
from marketplace.propositions.rules import mediane
from marketplace.territoire.models import Commune

MINIMUM = 5
POPULATION_URBAINE = 2_000
"""Inhabitants from which a commune is counted as urban (INSEE's threshold of the urban units)."""

REPONSES = ("etude", "rencontre", "pre_embauche", "acceptee", "declinee", "vivier")


@dataclass(frozen=True, slots=True)
class Delais:
    """One group: how many offres and propositions, and four medians in days (None below the minimum)."""

    groupe: str
    offres: int
    sans_proposition: int
    propositions: int
    jusqu_a_la_proposition: float | None
    jusqu_a_la_reponse: float | None
    jusqu_a_la_rencontre: float | None
    jusqu_au_premier_jour: float | None


@dataclass(frozen=True, slots=True)
class ChiffresReferent:
    """A référent's own figures since a day, for her convention."""

    depuis: date
    personnes: int
    propositions: int
    reponses: int
    rencontres: int
    embauches: int
    jours_de_reponse: float | None


@dataclass(frozen=True, slots=True)
class _Fait:
    groupes: tuple[str, ...]
    publiee_le: datetime


def _jours(debut: datetime, fin: datetime | date) -> float:
    if isinstance(fin, datetime):
        return max(0.0, (fin - debut).total_seconds() / 86400)
    return max(0.0, float((fin - debut.astimezone(PARIS).date()).days))


def _premieres(s: Session, ids: Sequence[int], vers: Iterable[str]) -> dict[int, datetime]:
    """By proposition, the first time it reached one of these states."""
    lues = s.execute(
        select(TransitionProposition.proposition_id, func.min(TransitionProposition.quand))
        .where(TransitionProposition.vers.in_(list(vers)))
        .group_by(TransitionProposition.proposition_id)
    )
    voulues = set(ids)
    return {numero: quand for numero, quand in lues if numero in voulues}


def delais(s: Session, territoire_id: int, depuis: date) -> tuple[Delais, ...]:
    """Delays of the offres published since a day: all, by kind of employer, rural or urban. Five queries."""
    faits: dict[int, _Fait] = {}
    for offre_id, publiee, type_, population in s.execute(
        select(Offre.id, Offre.publiee_le, Organisation.type, Commune.population)
        .join(Organisation, Organisation.id == Offre.organisation_id)
        .join(Commune, Commune.code_insee == Offre.code_insee)
        .where(Offre.territoire_id == territoire_id, Offre.etat != EtatOffre.BROUILLON)
    ):
        if publiee is None or publiee.astimezone(PARIS).date() < depuis:
            continue
        qui = "Structures d'insertion et du handicap" if type_ in STRUCTURES_INSERTION else "Entreprises"
        ou = "Communes urbaines" if (population or 0) >= POPULATION_URBAINE else "Communes rurales"
        faits[offre_id] = _Fait(("Toutes les offres", qui, ou), publiee)
    propositions = [
        (p.id, p.offre_id, p.proposee_le)
        for p in s.execute(
            select(Proposition.id, Proposition.offre_id, Proposition.proposee_le)
            .where(Proposition.territoire_id == territoire_id)
            .order_by(Proposition.proposee_le)
        )
        if p.offre_id in faits
    ]
    ids = [p[0] for p in propositions]
    reponses, rencontres = _premieres(s, ids, REPONSES), _premieres(s, ids, ("rencontre",))
    debuts = {
        ligne.proposition_id: ligne.debut
        for ligne in s.execute(select(Contrat.proposition_id, Contrat.debut).where(Contrat.proposition_id.is_not(None)))
    }
    ordre = ("Toutes les offres", "Entreprises", "Structures d'insertion et du handicap", "Communes urbaines")
    return tuple(
        _groupe(nom, faits, propositions, reponses, rencontres, debuts) for nom in (*ordre, "Communes rurales")
    )


def _groupe(
    nom: str,
    faits: dict[int, _Fait],
    propositions: Sequence[tuple[int, int, datetime]],
    reponses: dict[int, datetime],
    rencontres: dict[int, datetime],
    debuts: dict[int, date],
) -> Delais:
    siennes = {i: f for i, f in faits.items() if nom in f.groupes}
    proposees = [p for p in propositions if p[1] in siennes]
    premieres: dict[int, datetime] = {}
    for _, offre_id, quand in proposees:
        premieres.setdefault(offre_id, quand)
    return Delais(
        groupe=nom,
        offres=len(siennes),
        sans_proposition=sum(i not in premieres for i in siennes),
        propositions=len(proposees),
        jusqu_a_la_proposition=mediane(
            [_jours(siennes[i].publiee_le, quand) for i, quand in premieres.items()], MINIMUM
        ),
        jusqu_a_la_reponse=mediane([_jours(q, reponses[i]) for i, _, q in proposees if i in reponses], MINIMUM),
        jusqu_a_la_rencontre=mediane([_jours(q, rencontres[i]) for i, _, q in proposees if i in rencontres], MINIMUM),
        jusqu_au_premier_jour=mediane([_jours(q, debuts[i]) for i, _, q in proposees if i in debuts], MINIMUM),
    )


def chiffres_du_referent(s: Session, acteur: Acteur, jour: date) -> ChiffresReferent:
    """Her propositions of the year, for the people she follows today. Four queries."""
    depuis = jour.replace(month=1, day=1)
    siennes = select(Suivi.personne_id).where(Suivi.referent_id == acteur.referent_id, suivi_en_cours(jour))
    lues = [
        p
        for p in s.execute(
            select(Proposition.id, Proposition.personne_id, Proposition.etat, Proposition.proposee_le).where(
                Proposition.territoire_id == acteur.territoire_id, Proposition.personne_id.in_(siennes)
            )
        )
        if p.proposee_le.astimezone(PARIS).date() >= depuis
    ]
    ids = [p.id for p in lues]
    reponses, rencontres = _premieres(s, ids, REPONSES), _premieres(s, ids, ("rencontre",))
    return ChiffresReferent(
        depuis=depuis,
        personnes=len({p.personne_id for p in lues}),
        propositions=len(lues),
        reponses=len(reponses),
        rencontres=len(rencontres),
        embauches=sum(p.etat is EtatProposition.EMBAUCHEE for p in lues),
        jours_de_reponse=mediane([_jours(p.proposee_le, reponses[p.id]) for p in lues if p.id in reponses], 3),
    )
