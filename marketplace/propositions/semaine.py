"""What a référent finds each Monday: new offres for her people, answers, those who wait without any proposition."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation
from marketplace.comptes.roles import Acteur
from marketplace.contexte import PARIS, Contexte
from marketplace.heures.models import Contrat
from marketplace.journal.models import Notification
from marketplace.journal.services import noter_lectures
from marketplace.offres.models import EtatOffre, Offre
from marketplace.personnes.models import Personne, Suivi
from marketplace.personnes.portee import suivi_en_cours
from marketplace.propositions.delais import REPONSES
from marketplace.propositions.models import Proposition, TransitionProposition
from marketplace.propositions.rules import LIBELLES_PROPOSANT, OUVERTS, EtatProposition

JOURS = 7
JOURS_D_ATTENTE = 30
"""Days without any proposition from which somebody is said to wait. Convention of the product."""


@dataclass(frozen=True, slots=True)
class OffreNouvelle:
    """An offre of the week close to somebody of the caseload; the product told so by a message."""

    ref: str
    intitule: str
    organisation: str
    publiee_le: datetime | None


@dataclass(frozen=True, slots=True)
class ReponseRecue:
    """The last answer of the week to one proposition."""

    personne_id: int
    ref: str
    nom_complet: str
    offre: str
    organisation: str
    etat: str
    quand: datetime


@dataclass(frozen=True, slots=True)
class PersonneEnAttente:
    """Somebody ready, without a job nor a proposition for a month."""

    personne_id: int
    ref: str
    nom_complet: str
    depuis: date
    jours: int


@dataclass(frozen=True, slots=True)
class Semaine:
    """The three lists. `plus_longue`: days of the longest wait."""

    offres: tuple[OffreNouvelle, ...]
    reponses: tuple[ReponseRecue, ...]
    attentes: tuple[PersonneEnAttente, ...]

    @property
    def plus_longue(self) -> int:
        """Days of the longest wait; 0 when nobody waits."""
        return max((a.jours for a in self.attentes), default=0)


def semaine_du_referent(s: Session, acteur: Acteur, jour: date) -> Semaine:
    """The last seven days and who waits. Seven queries, no reading noted: see `lire_semaine` to show names."""
    moi = acteur.referent_id
    depuis = datetime.combine(jour - timedelta(days=JOURS), time(), tzinfo=PARIS)
    suivies = dict(
        s.execute(
            select(Suivi.personne_id, func.min(Suivi.depuis))
            .join(Personne, Personne.id == Suivi.personne_id)
            .where(
                Suivi.referent_id == moi,
                suivi_en_cours(jour),
                Personne.territoire_id == acteur.territoire_id,
                Personne.retiree_le.is_(None),
                Personne.anonymisee_le.is_(None),
            )
            .group_by(Suivi.personne_id)
        ).all()
    )
    return Semaine(_offres(s, acteur, depuis), _reponses(s, list(suivies), depuis), _attentes(s, suivies, jour))


def _offres(s: Session, acteur: Acteur, depuis: datetime) -> tuple[OffreNouvelle, ...]:
    cles = s.scalars(
        select(Notification.cle).where(
            Notification.utilisateur_id == acteur.referent_id,
            Notification.cle.like("offre:%:nouvelle"),
            Notification.creee_le >= depuis,
        )
    )
    ids = {int(numero) for cle in cles if (numero := cle.split(":")[1]).isdigit()}
    lues = s.execute(
        select(Offre.ref, Offre.intitule, Organisation.nom, Offre.publiee_le)
        .join(Organisation, Organisation.id == Offre.organisation_id)
        .where(Offre.id.in_(ids), Offre.territoire_id == acteur.territoire_id, Offre.etat == EtatOffre.PUBLIEE)
        .order_by(Offre.publiee_le.desc(), Offre.id)
    )
    return tuple(OffreNouvelle(*ligne) for ligne in lues)


def _reponses(s: Session, suivies: list[int], depuis: datetime) -> tuple[ReponseRecue, ...]:
    dernieres = (
        select(TransitionProposition.proposition_id, func.max(TransitionProposition.quand).label("quand"))
        .where(TransitionProposition.vers.in_(REPONSES), TransitionProposition.quand >= depuis)
        .group_by(TransitionProposition.proposition_id)
        .subquery()
    )
    lues = s.execute(
        select(Proposition, Personne, Offre.intitule, Organisation.nom, dernieres.c.quand)
        .join(dernieres, dernieres.c.proposition_id == Proposition.id)
        .join(Personne, Personne.id == Proposition.personne_id)
        .join(Offre, Offre.id == Proposition.offre_id)
        .join(Organisation, Organisation.id == Offre.organisation_id)
        .where(Proposition.personne_id.in_(suivies))
        .order_by(dernieres.c.quand.desc(), Proposition.id)
    )
    return tuple(
        ReponseRecue(
            p.personne_id, p.ref, f"{qui.prenom} {qui.nom}", offre, organisation, LIBELLES_PROPOSANT[p.etat], quand
        )
        for p, qui, offre, organisation, quand in lues
    )


def _attentes(s: Session, suivies: dict[int, date], jour: date) -> tuple[PersonneEnAttente, ...]:
    """People informed and free today, with nothing open: since the last thing that happened, or the first suivi."""
    ids = list(suivies)
    occupees = set(
        s.scalars(
            select(Contrat.personne_id).where(
                Contrat.personne_id.in_(ids), or_(Contrat.fin.is_(None), Contrat.fin >= jour)
            )
        )
    ) | set(
        s.scalars(
            select(Proposition.personne_id).where(
                Proposition.personne_id.in_(ids),
                Proposition.etat.in_(list(OUVERTS - {EtatProposition.VIVIER})),
            )
        )
    )
    fins = dict(
        s.execute(
            select(Contrat.personne_id, func.max(Contrat.fin))
            .where(Contrat.personne_id.in_(ids))
            .group_by(Contrat.personne_id)
        ).all()
    )
    dernieres = dict(
        s.execute(
            select(Proposition.personne_id, func.max(Proposition.proposee_le))
            .where(Proposition.personne_id.in_(ids))
            .group_by(Proposition.personne_id)
        ).all()
    )
    attentes = []
    for personne in s.scalars(
        select(Personne).where(Personne.id.in_(ids), Personne.information_le.is_not(None)).order_by(Personne.id)
    ):
        plus_tard = personne.disponible_le is not None and personne.disponible_le > jour
        if personne.id in occupees or plus_tard:
            continue
        reperes = [suivies[personne.id], fins.get(personne.id)]
        if (quand := dernieres.get(personne.id)) is not None:
            reperes.append(quand.astimezone(PARIS).date())
        depuis = max(r for r in reperes if r is not None)
        if (jours := (jour - depuis).days) >= JOURS_D_ATTENTE:
            attentes.append(
                PersonneEnAttente(personne.id, personne.ref, f"{personne.prenom} {personne.nom}", depuis, jours)
            )
    return tuple(sorted(attentes, key=lambda a: (a.depuis, a.personne_id)))


def lire_semaine(ctx: Contexte, acteur: Acteur) -> Semaine:
    """The three lists to show; each name is noted as read. Nothing for an organisation nobody verified."""
    if not acteur.organisation_verifiee or acteur.referent_id is None:
        return Semaine((), (), ())
    with ctx.transaction() as s:
        semaine = semaine_du_referent(s, acteur, ctx.aujourdhui())
        lues = [x.personne_id for x in semaine.reponses] + [x.personne_id for x in semaine.attentes]
        noter_lectures(s, ctx.horloge(), acteur, lues, "Accompagnement, ma semaine")
    return semaine
