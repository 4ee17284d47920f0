"""Paths shared between facilitateurs: who opened which to whom, until when (N3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session, aliased

from marketplace.comptes.models import Utilisateur
from marketplace.heures.models import PartageParcours
from marketplace.heures.rules.parcours import FINALITES
from marketplace.personnes.models import Personne
from marketplace.territoire.models import Territoire


@dataclass(frozen=True, slots=True)
class PartageVu:
    """One share. `ouvert`: it can be read today."""

    id: int
    personne_id: int
    personne_ref: str
    nom_complet: str
    auteur: str
    auteur_territoire: str
    beneficiaire: str
    beneficiaire_territoire: str
    finalite: str
    accord_le: date
    depuis: date
    jusqu_au: date
    arrete_le: datetime | None
    ouvert: bool


def partage_ouvert(jour: date) -> ColumnElement[bool]:
    """SQL condition: this share opens the path on `jour`. A person who withdrew, or is erased, is read no more."""
    return and_(
        PartageParcours.depuis <= jour,
        PartageParcours.jusqu_au >= jour,
        PartageParcours.arrete_le.is_(None),
        Personne.retiree_le.is_(None),
        Personne.anonymisee_le.is_(None),
    )


def partages_recus(s: Session, utilisateur_id: int | None, territoire_id: int, jour: date) -> tuple[PartageVu, ...]:
    """Paths opened to this facilitateur today, the nearest end first."""
    return _partages(
        s,
        jour,
        PartageParcours.beneficiaire_id == utilisateur_id,
        PartageParcours.beneficiaire_territoire_id == territoire_id,
        partage_ouvert(jour),
    )


def partages_de_la_personne(s: Session, personne_id: int, jour: date) -> tuple[PartageVu, ...]:
    """Every share of a path, past ones too."""
    return _partages(s, jour, PartageParcours.personne_id == personne_id)


def partages_donnes(s: Session, territoire_id: int, jour: date) -> tuple[PartageVu, ...]:
    """Paths of the territory that somebody else may read today."""
    return _partages(s, jour, PartageParcours.territoire_id == territoire_id, partage_ouvert(jour))


def _partages(s: Session, jour: date, *conditions: ColumnElement[bool]) -> tuple[PartageVu, ...]:
    auteur, beneficiaire = aliased(Utilisateur), aliased(Utilisateur)
    d_ou, vers = aliased(Territoire), aliased(Territoire)
    requete = (
        select(PartageParcours, Personne, auteur, beneficiaire, d_ou.nom, vers.nom, partage_ouvert(jour))
        .join(Personne, Personne.id == PartageParcours.personne_id)
        .join(auteur, auteur.id == PartageParcours.auteur_id)
        .join(beneficiaire, beneficiaire.id == PartageParcours.beneficiaire_id)
        .join(d_ou, d_ou.id == PartageParcours.territoire_id)
        .join(vers, vers.id == PartageParcours.beneficiaire_territoire_id)
        .where(*conditions)
        .order_by(PartageParcours.jusqu_au, PartageParcours.id)
    )
    return tuple(
        PartageVu(
            x.id,
            p.id,
            p.ref,
            f"{p.prenom} {p.nom}",
            f"{a.prenom} {a.nom}",
            territoire,
            f"{b.prenom} {b.nom}",
            autre,
            FINALITES[x.finalite],
            x.accord_le,
            x.depuis,
            x.jusqu_au,
            x.arrete_le,
            bool(ouvert),
        )
        for x, p, a, b, territoire, autre, ouvert in s.execute(requete)
    )
