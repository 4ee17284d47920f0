"""What the pages of the report read beside its tables: the choices offered, the frozen reports, the named rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.bilans.models import BilanArrete, CorrespondanceBilan, OperationExceptionnelle
from marketplace.bilans.perimetre import Perimetre
from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.erreurs import Introuvable
from marketplace.marches.models import Marche, Operation


@dataclass(frozen=True, slots=True)
class Demande:
    """What somebody asks to see: a perimeter, its words on the screen, and how the command line says it."""

    perimetre: Perimetre
    libelle: str
    filtre: str


@dataclass(frozen=True, slots=True)
class ChoixBilan:
    """What the filters of the page offer. `acheteurs`: (reference, name)."""

    annees: tuple[int, ...]
    acheteurs: tuple[tuple[str, str], ...]
    gestionnaires: tuple[str, ...]
    exceptions: bool


@dataclass(frozen=True, slots=True)
class ArreteVu:
    """One frozen report in the list."""

    ref: str
    titre: str
    perimetre: str
    arrete_le: datetime
    note: str


@dataclass(frozen=True, slots=True)
class NomVu:
    """One row named by the territory."""

    libelle: str
    compte: str
    a_partir_du: date
    source: str
    principal: bool


@dataclass(frozen=True, slots=True)
class ExceptionVue:
    """One opération set apart."""

    ref: str
    intitule: str
    libelle: str
    motif: str


def demande(
    s: Session, territoire_id: int, *, acheteur: str = "", gestionnaire: str = "", sans: bool = False
) -> Demande:
    """The perimeter of these filters. Raises Introuvable for a buyer of no such reference."""
    mots: list[str] = []
    filtres: list[str] = []
    acheteurs: tuple[int, ...] = ()
    if acheteur:
        o = s.execute(
            select(Organisation.id, Organisation.nom).where(
                Organisation.ref == acheteur, Organisation.territoire_id == territoire_id
            )
        ).one_or_none()
        if o is None:
            raise Introuvable()
        acheteurs = (o.id,)
        mots.append(o.nom)
        filtres.append(f"acheteur:{acheteur}")
    if gestionnaire:
        mots.append(gestionnaire)
        filtres.append(f"gestionnaire:{gestionnaire}")
    if sans:
        mots.append("sans les opérations exceptionnelles")
        filtres.append("sans-exceptionnelles")
    perimetre = Perimetre(
        territoire_id,
        acheteurs=acheteurs,
        gestionnaires=(gestionnaire,) if gestionnaire else (),
        sans_exceptionnelles=sans,
    )
    return Demande(perimetre, ", ".join(mots) or "Tout le territoire", ",".join(filtres) or "tout")


def annees_possibles(s: Session, territoire_id: int, jour: date) -> tuple[int, ...]:
    """From the first year with a marché notified to this one, latest first."""
    premiere = s.scalar(
        select(Marche.date_notification)
        .where(Marche.territoire_id == territoire_id, Marche.date_notification.is_not(None))
        .order_by(Marche.date_notification)
        .limit(1)
    )
    debut = min(premiere.year if premiere else jour.year, jour.year)
    return tuple(range(jour.year, debut - 1, -1))


def choix(s: Session, territoire_id: int, jour: date) -> ChoixBilan:
    """What the filters offer in this territory."""
    acheteurs = s.execute(
        select(Organisation.ref, Organisation.nom)
        .where(Organisation.id.in_(select(Marche.acheteur_id).where(Marche.territoire_id == territoire_id)))
        .order_by(Organisation.cle)
    )
    gestionnaires = s.scalars(
        select(Marche.gestionnaire)
        .where(Marche.territoire_id == territoire_id, Marche.gestionnaire != "")
        .distinct()
        .order_by(Marche.gestionnaire)
    )
    return ChoixBilan(
        annees_possibles(s, territoire_id, jour),
        tuple((ligne.ref, ligne.nom) for ligne in acheteurs),
        tuple(gestionnaires),
        bool(exceptionnelles(s, territoire_id)),
    )


def exceptionnelles(s: Session, territoire_id: int) -> tuple[ExceptionVue, ...]:
    """The opérations set apart."""
    requete = (
        select(Operation.ref, Operation.intitule, OperationExceptionnelle.libelle, OperationExceptionnelle.motif)
        .join(Operation, Operation.id == OperationExceptionnelle.operation_id)
        .where(Operation.territoire_id == territoire_id)
        .order_by(OperationExceptionnelle.libelle)
    )
    return tuple(ExceptionVue(*ligne) for ligne in s.execute(requete))


def arretes(s: Session, territoire_id: int) -> tuple[ArreteVu, ...]:
    """The frozen reports, latest period first."""
    requete = (
        select(BilanArrete.ref, BilanArrete.contenu, BilanArrete.arrete_le, BilanArrete.note)
        .where(BilanArrete.territoire_id == territoire_id)
        .order_by(BilanArrete.debut.desc(), BilanArrete.id.desc())
    )
    return tuple(
        ArreteVu(b.ref, b.contenu["titre"], b.contenu["perimetre"], b.arrete_le, b.note) for b in s.execute(requete)
    )


def noms(s: Session, territoire_id: int) -> tuple[NomVu, ...]:
    """The rows named, by dimension then name."""
    organisations = {
        o.ref: o.nom
        for o in s.execute(
            select(Organisation.ref, Organisation.nom).where(
                Organisation.territoire_id == territoire_id, Organisation.type == TypeOrganisation.ACHETEUR
            )
        )
    }
    requete = (
        select(CorrespondanceBilan)
        .where(CorrespondanceBilan.territoire_id == territoire_id)
        .order_by(CorrespondanceBilan.dimension, CorrespondanceBilan.libelle, CorrespondanceBilan.a_partir_du)
    )
    return tuple(
        NomVu(c.libelle, organisations.get(c.valeur, c.valeur), c.a_partir_du, c.source, c.principal)
        for c in s.scalars(requete)
    )


def operations(s: Session, territoire_id: int) -> tuple[tuple[str, str], ...]:
    """(reference, title) of every opération, by title."""
    requete = (
        select(Operation.ref, Operation.intitule)
        .where(Operation.territoire_id == territoire_id)
        .order_by(Operation.intitule, Operation.id)
    )
    return tuple((ref, intitule) for ref, intitule in s.execute(requete))
