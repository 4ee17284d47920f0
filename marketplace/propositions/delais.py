"""Delays of the marketplace, from publication to the first day of work: median and number of cases.

Never of fewer than MINIMUM cases for a reader who is not the structure itself: one employer must not be read behind
a figure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import STRUCTURES_INSERTION, Organisation
from marketplace.contexte import PARIS
from marketplace.heures.models import Contrat
from marketplace.offres.models import EtatOffre, Offre
from marketplace.propositions.models import Proposition, TransitionProposition
from marketplace.propositions.rules import mediane
from marketplace.territoire.models import TypeZone, Zone
from marketplace.territoire.queries import communes_par_sdi
from marketplace.territoire.ruralite import communes_rurales

MINIMUM = 5
REPONSES = ("etude", "rencontre", "pre_embauche", "acceptee", "declinee", "vivier")
ENSEMBLE = "Toutes les offres"


@dataclass(frozen=True, slots=True)
class Mesure:
    """How many cases, and their median in days; both None below the minimum."""

    nombre: int | None
    jours: float | None


@dataclass(frozen=True, slots=True)
class Delais:
    """One group of offres: how many, and how long each step took."""

    groupe: str
    offres: int
    sans_proposition: int
    propositions: int
    jusqu_a_la_proposition: Mesure
    jusqu_a_la_reponse: Mesure
    jusqu_a_la_rencontre: Mesure
    jusqu_au_premier_jour: Mesure

    @property
    def parle(self) -> bool:
        """Whether at least one step can be told."""
        return any(m.jours is not None for m in self.mesures)

    @property
    def mesures(self) -> tuple[Mesure, Mesure, Mesure, Mesure]:
        """The four steps, in order."""
        return (
            self.jusqu_a_la_proposition,
            self.jusqu_a_la_reponse,
            self.jusqu_a_la_rencontre,
            self.jusqu_au_premier_jour,
        )


@dataclass(frozen=True, slots=True)
class DelaisVus:
    """The same steps read four ways; a structure or a territory that says nothing is left out."""

    ensemble: Delais
    employeurs: tuple[Delais, ...]
    lieux: tuple[Delais, ...]
    territoires: tuple[Delais, ...]
    structures: tuple[Delais, ...]


@dataclass(frozen=True, slots=True)
class _Fait:
    """One offre and what followed it."""

    publiee_le: datetime
    organisation_id: int
    organisation: str
    insertion: bool
    code_insee: str
    propositions: tuple[tuple[int, datetime], ...]


@dataclass(frozen=True, slots=True)
class _Suites:
    """By proposition: first answer, first meeting, first day of work."""

    reponses: Mapping[int, datetime]
    rencontres: Mapping[int, datetime]
    debuts: Mapping[int, date]


def jours_entre(debut: datetime, fin: datetime | date) -> float:
    """Days from one moment to another moment or day, never negative."""
    if isinstance(fin, datetime):
        return max(0.0, (fin - debut).total_seconds() / 86400)
    return max(0.0, float((fin - debut.astimezone(PARIS).date()).days))


def premieres(s: Session, territoire_id: int, vers: Iterable[str]) -> dict[int, datetime]:
    """By proposition of the territory, the first time it reached one of these states."""
    lues = s.execute(
        select(TransitionProposition.proposition_id, func.min(TransitionProposition.quand))
        .join(Proposition, Proposition.id == TransitionProposition.proposition_id)
        .where(Proposition.territoire_id == territoire_id, TransitionProposition.vers.in_(list(vers)))
        .group_by(TransitionProposition.proposition_id)
    )
    return dict(lues.all())


def _minuit(jour: date) -> datetime:
    return datetime.combine(jour, time(), tzinfo=PARIS)


def _lire(
    s: Session, territoire_id: int, du: date, au: date, organisation_id: int | None = None
) -> tuple[list[_Fait], _Suites]:
    """The offres published in a period, `au` included, and what followed. Five queries."""
    requete = (
        select(Offre.id, Offre.publiee_le, Offre.code_insee, Organisation.id, Organisation.nom, Organisation.type)
        .join(Organisation, Organisation.id == Offre.organisation_id)
        .where(
            Offre.territoire_id == territoire_id,
            Offre.etat != EtatOffre.BROUILLON,
            Offre.publiee_le >= _minuit(du),
            Offre.publiee_le < _minuit(au + timedelta(days=1)),
        )
    )
    if organisation_id is not None:
        requete = requete.where(Offre.organisation_id == organisation_id)
    offres = s.execute(requete).all()
    par_offre: dict[int, list[tuple[int, datetime]]] = {o[0]: [] for o in offres}
    for numero, offre_id, quand in s.execute(
        select(Proposition.id, Proposition.offre_id, Proposition.proposee_le)
        .where(Proposition.territoire_id == territoire_id)
        .order_by(Proposition.proposee_le)
    ):
        if offre_id in par_offre:
            par_offre[offre_id].append((numero, quand))
    debuts = s.execute(
        select(Contrat.proposition_id, Contrat.debut).where(
            Contrat.territoire_id == territoire_id, Contrat.proposition_id.is_not(None)
        )
    )
    suites = _Suites(
        premieres(s, territoire_id, REPONSES),
        premieres(s, territoire_id, ("rencontre",)),
        {numero: debut for numero, debut in debuts if numero is not None},
    )
    faits = [
        _Fait(publiee, employeur, nom, type_ in STRUCTURES_INSERTION, commune, tuple(par_offre[numero]))
        for numero, publiee, commune, employeur, nom, type_ in offres
        if publiee is not None
    ]
    return faits, suites


def delais(s: Session, territoire_id: int, du: date, au: date) -> DelaisVus:
    """Delays of the offres published in a period: all, by kind of employer, rural or urban, by SDI, by structure."""
    faits, suites = _lire(s, territoire_id, du, au)
    rurales = communes_rurales(s, {f.code_insee for f in faits})
    sdi = communes_par_sdi(s)
    noms = dict(s.execute(select(Zone.code, Zone.nom).where(Zone.type == TypeZone.SDI)).all())

    def ranger(groupes: Mapping[str, Sequence[_Fait]]) -> tuple[Delais, ...]:
        return tuple(_groupe(nom, siens, suites, MINIMUM) for nom, siens in groupes.items())

    return DelaisVus(
        _groupe(ENSEMBLE, faits, suites, MINIMUM),
        ranger(
            {
                "Entreprises": [f for f in faits if not f.insertion],
                "Structures d'insertion et du handicap": [f for f in faits if f.insertion],
            }
        ),
        ranger(
            {
                "Communes urbaines": [f for f in faits if f.code_insee not in rurales],
                "Communes rurales": [f for f in faits if f.code_insee in rurales],
            }
        ),
        _parlants(ranger(_par(faits, lambda f: noms.get(sdi.get(f.code_insee, ""), "")))),
        _parlants(ranger(_par(faits, lambda f: f.organisation))),
    )


def delais_de_la_structure(s: Session, territoire_id: int, organisation_id: int, du: date, au: date) -> Delais:
    """A structure's own delays, for itself: every case is its own, none is hidden."""
    faits, suites = _lire(s, territoire_id, du, au, organisation_id)
    return _groupe("Vos offres", faits, suites, 1)


def _par(faits: Sequence[_Fait], nommer: Callable[[_Fait], str]) -> dict[str, list[_Fait]]:
    groupes: dict[str, list[_Fait]] = {}
    for f in sorted(faits, key=lambda f: nommer(f).casefold()):
        if nommer(f):
            groupes.setdefault(nommer(f), []).append(f)
    return groupes


def _parlants(groupes: Sequence[Delais]) -> tuple[Delais, ...]:
    return tuple(g for g in groupes if g.parle)


def _groupe(nom: str, faits: Sequence[_Fait], suites: _Suites, minimum: int) -> Delais:
    proposees = [p for f in faits for p in f.propositions]

    def mesurer(valeurs: Sequence[float]) -> Mesure:
        jours = mediane(valeurs, minimum)
        return Mesure(None, None) if jours is None else Mesure(len(valeurs), jours)

    return Delais(
        groupe=nom,
        offres=len(faits),
        sans_proposition=sum(not f.propositions for f in faits),
        propositions=len(proposees),
        jusqu_a_la_proposition=mesurer(
            [jours_entre(f.publiee_le, f.propositions[0][1]) for f in faits if f.propositions]
        ),
        jusqu_a_la_reponse=mesurer([jours_entre(q, suites.reponses[n]) for n, q in proposees if n in suites.reponses]),
        jusqu_a_la_rencontre=mesurer(
            [jours_entre(q, suites.rencontres[n]) for n, q in proposees if n in suites.rencontres]
        ),
        jusqu_au_premier_jour=mesurer([jours_entre(q, suites.debuts[n]) for n, q in proposees if n in suites.debuts]),
    )
