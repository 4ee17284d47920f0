"""Questionnaires of the end that wait, and what people said, in lots of five and never by name (N18)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation
from marketplace.heures.models import Contrat, QuestionnaireFin, ReponseFin
from marketplace.heures.queries.contrats_nommes import avec_la_personne
from marketplace.heures.rules.questionnaire import EDITION, MINIMUM, Decompte, compter, lot_montrable
from marketplace.marches.models import Marche


@dataclass(frozen=True, slots=True)
class QuestionnaireAttendu:
    """A sheet to hand over: whose, for which contrat, until when."""

    id: int
    personne_id: int
    personne_ref: str
    nom_complet: str
    employeur: str
    poste: str
    fin: date | None
    remis_le: date | None
    expire_le: date


@dataclass(frozen=True, slots=True)
class QuestionnaireDePersonne:
    """What the product knows of a sheet: that it was handed over and came back, never what it says."""

    employeur: str
    poste: str
    cree_le: date
    remis_le: date | None
    repondu: bool


@dataclass(frozen=True, slots=True)
class OpinionVue:
    """What people said of one structure, one marché or all: None under MINIMUM answers."""

    groupe: str
    decompte: Decompte | None


@dataclass(frozen=True, slots=True)
class Opinions:
    """All that may be shown to one reader. `mots`: (words, how many said so), no structure nor date, alphabetical."""

    ensemble: OpinionVue
    structures: tuple[OpinionVue, ...]
    marches: tuple[OpinionVue, ...]
    mots: tuple[tuple[str, int], ...]


def questionnaires_attendus(
    s: Session, territoire_id: int, jour: date, *, personne_ids: Collection[int] | None = None
) -> tuple[QuestionnaireAttendu, ...]:
    """Sheets not come back yet and still open, the nearest to close first; of these people when given."""
    requete = (
        avec_la_personne(QuestionnaireFin)
        .where(
            QuestionnaireFin.territoire_id == territoire_id,
            QuestionnaireFin.repondu.is_(False),
            QuestionnaireFin.expire_le >= jour,
        )
        .order_by(QuestionnaireFin.expire_le, QuestionnaireFin.id)
    )
    if personne_ids is not None:
        requete = requete.where(Contrat.personne_id.in_(personne_ids))
    return tuple(
        QuestionnaireAttendu(
            q.id, p.id, p.ref, f"{p.prenom} {p.nom}", employeur, c.poste, c.fin, q.remis_le, q.expire_le
        )
        for q, c, p, employeur in s.execute(requete)
    )


def questionnaires_de_la_personne(s: Session, personne_id: int) -> tuple[QuestionnaireDePersonne, ...]:
    """The sheets of one person, the newest first."""
    requete = (
        select(QuestionnaireFin, Contrat.poste, Organisation.nom)
        .join(Contrat, Contrat.id == QuestionnaireFin.contrat_id)
        .join(Organisation, Organisation.id == Contrat.employeur_id)
        .where(Contrat.personne_id == personne_id)
        .order_by(QuestionnaireFin.id.desc())
    )
    return tuple(
        QuestionnaireDePersonne(employeur, poste, q.cree_le, q.remis_le, q.repondu)
        for q, poste, employeur in s.execute(requete)
    )


def opinions(s: Session, territoire_id: int, jour: date) -> Opinions:
    """What people said in the territory: all, by structure, by marché. Three queries."""
    lues = _lues(s, ReponseFin.territoire_id == territoire_id)
    noms: dict[int, str] = dict(
        s.execute(
            select(Organisation.id, Organisation.nom).where(Organisation.id.in_({r.employeur_id for r in lues}))
        ).all()
    )
    marches: dict[int, str] = dict(
        s.execute(select(Marche.id, Marche.intitule).where(Marche.id.in_({r.marche_id for r in lues}))).all()
    )
    par_structure: dict[str, list[ReponseFin]] = {}
    par_marche: dict[str, list[ReponseFin]] = {}
    for r in lues:
        par_structure.setdefault(noms[r.employeur_id], []).append(r)
        if r.marche_id is not None:
            par_marche.setdefault(marches[r.marche_id], []).append(r)
    mots = [r.mots for r in lues if r.mots and r.mois < jour.replace(day=1)]
    return Opinions(
        _vue("Toutes les structures", lues, jour),
        _vues(par_structure, jour),
        _vues(par_marche, jour),
        tuple(sorted(Counter(mots).items(), key=lambda x: x[0].casefold())) if len(mots) >= MINIMUM else (),
    )


def opinion_sur(s: Session, employeur_id: int, jour: date) -> OpinionVue:
    """What people said of one structure, for itself: figures only."""
    return _vue("Votre structure", _lues(s, ReponseFin.employeur_id == employeur_id), jour)


def _lues(s: Session, condition: object) -> Sequence[ReponseFin]:
    return s.scalars(
        select(ReponseFin).where(ReponseFin.edition == EDITION, condition)  # type: ignore[arg-type]
    ).all()


def _vues(groupes: Mapping[str, Sequence[ReponseFin]], jour: date) -> tuple[OpinionVue, ...]:
    """Those that may be shown, by name; the others are not even named."""
    vues = (_vue(nom, siennes, jour) for nom, siennes in sorted(groupes.items(), key=lambda x: x[0].casefold()))
    return tuple(v for v in vues if v.decompte is not None)


def _vue(groupe: str, reponses: Sequence[ReponseFin], jour: date) -> OpinionVue:
    par_cle = {r.cle: r.notes for r in reponses}
    montrables = lot_montrable([(r.mois, r.cle) for r in reponses], jour)
    return OpinionVue(groupe, compter([par_cle[cle] for cle in montrables]) if montrables else None)
