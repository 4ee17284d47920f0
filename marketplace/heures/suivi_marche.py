"""People at work on a marché and its monthly declarations, for the page of the marché."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from marketplace.comptes.models import Organisation
from marketplace.heures.models import (
    Contrat,
    DecisionLigne,
    Declaration,
    EtatDeclaration,
    EtatLigne,
    LigneHeures,
    Modalite,
)
from marketplace.personnes.models import Personne

ZERO = Decimal("0.00")
LIBELLES_DECLARATION = {
    EtatDeclaration.A_FAIRE: "à déclarer",
    EtatDeclaration.BROUILLON: "brouillon",
    EtatDeclaration.DECLAREE: "à valider",
    EtatDeclaration.CONFIRMEE: "à valider, confirmée par le titulaire",
    EtatDeclaration.CONTESTEE: "contestée par le titulaire",
    EtatDeclaration.NON_CONTESTEE: "à valider, sans réponse du titulaire",
    EtatDeclaration.VALIDEE: "validée",
    EtatDeclaration.A_CORRIGER: "à corriger par l'employeur",
}


@dataclass(frozen=True, slots=True)
class ContratDuMarche:
    """One contrat on a marché: named, so its reading is recorded by the page."""

    ref: str
    personne_id: int
    personne_ref: str
    personne: str
    employeur: str
    modalite: Modalite
    poste: str
    debut: date
    fin: date | None
    heures_validees: Decimal


@dataclass(frozen=True, slots=True)
class DeclarationDuMarche:
    """One monthly declaration of an employer on a marché."""

    id: int
    mois: date
    employeur: str
    employeur_ref: str
    etat: EtatDeclaration
    heures: Decimal


def personnes_du_marche(s: Session, marche_id: int, limite: int = 200) -> tuple[ContratDuMarche, ...]:
    """Contrats on a marché, those in progress first, with their validated hours. Two queries."""
    heures = {
        ligne[0]: ligne[1]
        for ligne in s.execute(
            select(LigneHeures.contrat_id, func.sum(DecisionLigne.creditees))
            .join(DecisionLigne, DecisionLigne.ligne_id == LigneHeures.id)
            .join(Declaration, Declaration.id == LigneHeures.declaration_id)
            .where(
                LigneHeures.marche_id == marche_id,
                DecisionLigne.en_vigueur.is_(True),
                DecisionLigne.etat == EtatLigne.COMPTEE,
                Declaration.etat == EtatDeclaration.VALIDEE,
            )
            .group_by(LigneHeures.contrat_id)
        )
    }
    lignes = s.execute(
        select(Contrat, Personne.ref, Personne.prenom, Personne.nom, Organisation.nom)
        .join(Personne, Personne.id == Contrat.personne_id)
        .join(Organisation, Organisation.id == Contrat.employeur_id)
        .where(Contrat.marche_id == marche_id)
        .order_by(Contrat.debut.desc(), Contrat.id.desc())
        .limit(limite)
    )
    return tuple(
        ContratDuMarche(
            c.ref,
            c.personne_id,
            personne_ref,
            f"{prenom} {nom}",
            employeur,
            c.modalite,
            c.poste,
            c.debut,
            c.fin,
            heures.get(c.id, ZERO),
        )
        for c, personne_ref, prenom, nom, employeur in lignes
    )


def declarations_du_marche(s: Session, marche_id: int, limite: int = 60) -> tuple[DeclarationDuMarche, ...]:
    """Declarations of a marché, newest month first, with the hours that were declared. Two queries."""
    suite = aliased(LigneHeures)
    heures = {
        declaration_id: travaillees + formation
        for declaration_id, travaillees, formation in s.execute(
            select(LigneHeures.declaration_id, func.sum(LigneHeures.travaillees), func.sum(LigneHeures.formation))
            .where(
                LigneHeures.marche_id == marche_id,
                ~select(suite.id).where(suite.corrige_id == LigneHeures.id).exists(),
            )
            .group_by(LigneHeures.declaration_id)
        )
    }
    lignes = s.execute(
        select(Declaration, Organisation.nom, Organisation.ref)
        .join(Organisation, Organisation.id == Declaration.employeur_id)
        .where(Declaration.marche_id == marche_id)
        .order_by(Declaration.mois.desc(), Organisation.cle)
        .limit(limite)
    )
    return tuple(
        DeclarationDuMarche(d.id, d.mois, employeur, ref, d.etat, heures.get(d.id, ZERO))
        for d, employeur, ref in lignes
    )


@dataclass(frozen=True, slots=True)
class HeuresAValider:
    """What employers signed and nobody validated yet."""

    declarations: int
    employeurs: int


def heures_a_valider(s: Session, territoire_id: int) -> HeuresAValider:
    """How many declarations wait for the facilitateur, from how many employers. One query."""
    nombre, employeurs = s.execute(
        select(func.count(), func.count(func.distinct(Declaration.employeur_id))).where(
            Declaration.territoire_id == territoire_id,
            Declaration.etat.in_((EtatDeclaration.DECLAREE, EtatDeclaration.CONFIRMEE, EtatDeclaration.NON_CONTESTEE)),
        )
    ).one()
    return HeuresAValider(nombre, employeurs)
