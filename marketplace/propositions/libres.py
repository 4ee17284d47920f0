"""People a facilitateur answered « oui » for, whose window is open, and who have no work today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.heures.models import Contrat
from marketplace.journal.services import noter_lectures
from marketplace.personnes.models import EtatValidation, Personne, Validation
from marketplace.territoire.models import Commune


@dataclass(frozen=True, slots=True)
class PersonneLibre:
    """Somebody who could start tomorrow on a clause, and until when she counts."""

    personne_id: int
    ref: str
    nom_complet: str
    commune: str
    fenetre_fin: date


def _libres(territoire_id: int, jour: date) -> tuple[ColumnElement[bool], ...]:
    """SQL conditions on Validation and Personne."""
    au_travail = (
        select(Contrat.id)
        .where(
            Contrat.personne_id == Validation.personne_id,
            Contrat.debut <= jour,
            or_(Contrat.fin.is_(None), Contrat.fin >= jour),
        )
        .exists()
    )
    return (
        Validation.territoire_id == territoire_id,
        Validation.etat == EtatValidation.OUI,
        Validation.fenetre_debut <= jour,
        Validation.fenetre_fin >= jour,
        Personne.retiree_le.is_(None),
        Personne.anonymisee_le.is_(None),
        ~au_travail,
    )


def nombre_de_libres(s: Session, territoire_id: int, jour: date) -> int:
    """How many people: each counts once, whatever her validations."""
    requete = select(func.count(func.distinct(Validation.personne_id))).join(
        Personne, Personne.id == Validation.personne_id
    )
    return s.scalar(requete.where(*_libres(territoire_id, jour))) or 0


def lire_libres(ctx: Contexte, acteur: Acteur) -> tuple[PersonneLibre, ...]:
    """Exactly those, the nearest end of window first; each name is noted as read."""
    exiger(acteur, Action.VALIDER_PERSONNE, Portee(acteur.territoire_id))
    jour = ctx.aujourdhui()
    requete = (
        select(Personne.id, Personne.ref, Personne.prenom, Personne.nom, Commune.nom, func.max(Validation.fenetre_fin))
        .join(Personne, Personne.id == Validation.personne_id)
        .outerjoin(Commune, Commune.code_insee == Personne.code_insee)
        .group_by(Personne.id, Personne.ref, Personne.prenom, Personne.nom, Commune.nom)
        .order_by(func.max(Validation.fenetre_fin), Personne.id)
    )
    with ctx.transaction() as s:
        vues = tuple(
            PersonneLibre(numero, ref, f"{prenom} {nom}", commune or "", fin)
            for numero, ref, prenom, nom, commune, fin in s.execute(requete.where(*_libres(acteur.territoire_id, jour)))
            if fin is not None
        )
        noter_lectures(s, ctx.horloge(), acteur, [v.personne_id for v in vues], "Personnes validées et libres")
    return vues
