"""Contrats as the facilitateur's pages show them, and what a new one may start from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.erreurs import Introuvable
from marketplace.heures.models import (
    Contrat,
    DecisionLigne,
    Declaration,
    EtatDeclaration,
    LigneHeures,
    Modalite,
)
from marketplace.heures.queries.employeur import heures_par_contrat
from marketplace.marches.models import ETATS_OUVERTS_AUX_HEURES, Intervenant, Marche
from marketplace.personnes.models import EtatValidation, Personne, Validation
from marketplace.valeurs import cle as cle_de

ZERO = Decimal("0.00")
PAR_PAGE = 25


@dataclass(frozen=True, slots=True)
class ContratListe:
    """One contrat in the facilitateur's list."""

    ref: str
    personne_id: int
    personne_ref: str
    nom: str
    employeur: str
    marche_ref: str | None
    marche: str | None
    modalite: Modalite
    poste: str
    debut: date
    fin: date | None
    heures: Decimal


@dataclass(frozen=True, slots=True)
class PageContrats:
    """25 contrats and where they stand in the list."""

    lignes: tuple[ContratListe, ...]
    nombre: int
    page: int

    @property
    def pages(self) -> int:
        """Number of pages."""
        return max(1, -(-self.nombre // PAR_PAGE))


def contrats_listes(
    s: Session, territoire_id: int, jour: date, *, vue: str = "en_cours", texte: str = "", page: int = 1
) -> PageContrats:
    """Contrats of a territory: `vue` « en_cours », « a_venir », « finis » or « tous »."""
    conditions: list[Any] = [Contrat.territoire_id == territoire_id]
    if vue == "en_cours":
        conditions += [Contrat.debut <= jour, or_(Contrat.fin.is_(None), Contrat.fin >= jour)]
    elif vue == "a_venir":
        conditions.append(Contrat.debut > jour)
    elif vue == "finis":
        conditions.append(Contrat.fin < jour)
    if texte.strip():
        motif = f"%{cle_de(texte)}%"
        conditions.append(or_(Personne.cle.like(motif), Organisation.cle.like(motif), Marche.cle.like(motif)))
    base = (
        select(
            Contrat,
            Personne.ref.label("personne_ref"),
            Personne.prenom,
            Personne.nom,
            Organisation.nom.label("employeur"),
            Marche.ref.label("marche_ref"),
            Marche.intitule,
        )
        .join(Personne, Personne.id == Contrat.personne_id)
        .join(Organisation, Organisation.id == Contrat.employeur_id)
        .outerjoin(Marche, Marche.id == Contrat.marche_id)
        .where(*conditions)
    )
    nombre = s.scalar(select(func.count()).select_from(base.with_only_columns(Contrat.id).subquery())) or 0
    lignes = s.execute(
        base.order_by(Contrat.debut.desc(), Contrat.id.desc()).limit(PAR_PAGE).offset((page - 1) * PAR_PAGE)
    ).all()
    heures = heures_par_contrat(s, [ligne[0].id for ligne in lignes])
    return PageContrats(
        tuple(
            ContratListe(
                c.ref,
                c.personne_id,
                personne_ref,
                f"{prenom} {nom}",
                employeur,
                marche_ref,
                marche,
                c.modalite,
                c.poste,
                c.debut,
                c.fin,
                heures.get(c.id, ZERO),
            )
            for c, personne_ref, prenom, nom, employeur, marche_ref, marche in lignes
        ),
        nombre,
        page,
    )


@dataclass(frozen=True, slots=True)
class MoisDeContrat:
    """Hours of a contrat in one month, for one marché: the contrat's own unless `autre_marche` names it."""

    ligne_id: int
    declaration_id: int
    autre_marche: str | None
    mois: date
    travaillees: Decimal
    formation: Decimal
    comptees: Decimal | None
    etat: EtatDeclaration


@dataclass(frozen=True, slots=True)
class ContratVu:
    """A contrat, for the facilitateur."""

    ref: str
    personne_id: int
    personne_ref: str
    nom: str
    employeur_ref: str
    employeur: str
    marche_ref: str | None
    marche: str | None
    validation_ref: str | None
    fenetre_debut: date | None
    fenetre_fin: date | None
    modalite: Modalite
    derogation_modalite: str
    type_contrat: str
    poste: str
    code_rome: str | None
    debut: date
    fin: date | None
    motif_fin: str | None
    heures_hebdo: Decimal
    mois: tuple[MoisDeContrat, ...]

    @property
    def comptees(self) -> Decimal:
        """Real hours counted so far."""
        return sum((m.comptees for m in self.mois if m.comptees is not None), ZERO)


def contrat_vu(s: Session, territoire_id: int, ref: str) -> ContratVu:
    """One contrat with its hours month by month. Raises Introuvable outside the territory."""
    trouve = s.execute(
        select(Contrat, Personne, Organisation, Marche.ref, Marche.intitule, Validation)
        .join(Personne, Personne.id == Contrat.personne_id)
        .join(Organisation, Organisation.id == Contrat.employeur_id)
        .outerjoin(Marche, Marche.id == Contrat.marche_id)
        .outerjoin(Validation, Validation.id == Contrat.validation_id)
        .where(Contrat.ref == ref, Contrat.territoire_id == territoire_id)
    ).first()
    if trouve is None:
        raise Introuvable()
    c, personne, employeur, marche_ref, marche, validation = trouve
    suite = aliased(LigneHeures)
    lignes = s.execute(
        select(LigneHeures, Declaration.id, Declaration.etat, func.sum(DecisionLigne.creditees), Marche.intitule)
        .join(Declaration, Declaration.id == LigneHeures.declaration_id)
        .join(Marche, Marche.id == LigneHeures.marche_id)
        .outerjoin(
            DecisionLigne,
            (DecisionLigne.ligne_id == LigneHeures.id) & DecisionLigne.en_vigueur.is_(True),
        )
        .where(
            LigneHeures.contrat_id == c.id,
            ~select(suite.id).where(suite.corrige_id == LigneHeures.id).exists(),
        )
        .group_by(LigneHeures.id, Declaration.id, Declaration.etat, Marche.intitule)
        .order_by(LigneHeures.mois.desc(), LigneHeures.id)
    ).all()
    return ContratVu(
        ref=c.ref,
        personne_id=personne.id,
        personne_ref=personne.ref,
        nom=f"{personne.prenom} {personne.nom}",
        employeur_ref=employeur.ref,
        employeur=employeur.nom,
        marche_ref=marche_ref,
        marche=marche,
        validation_ref=validation.ref if validation else None,
        fenetre_debut=validation.fenetre_debut if validation else None,
        fenetre_fin=validation.fenetre_fin if validation else None,
        modalite=c.modalite,
        derogation_modalite=c.derogation_modalite,
        type_contrat=c.type_contrat,
        poste=c.poste,
        code_rome=c.code_rome,
        debut=c.debut,
        fin=c.fin,
        motif_fin=c.motif_fin,
        heures_hebdo=c.heures_hebdo,
        mois=tuple(
            MoisDeContrat(
                ligne.id,
                declaration_id,
                sur if ligne.marche_id != c.marche_id else None,
                ligne.mois,
                ligne.travaillees,
                ligne.formation,
                comptees if etat is EtatDeclaration.VALIDEE else None,
                etat,
            )
            for ligne, declaration_id, etat, comptees, sur in lignes
        ),
    )


@dataclass(frozen=True, slots=True)
class EmbauchePossible:
    """A person answered « oui »: what the form of a contrat starts from. No category in it."""

    validation_ref: str
    personne_id: int
    nom: str
    poste: str
    debut_prevu: date | None
    fenetre_debut: date
    fenetre_fin: date
    employeur_id: int | None
    employeur: str
    type_employeur: TypeOrganisation | None
    marche_ref: str | None
    marche: str | None


def embauche_possible(s: Session, territoire_id: int, validation_ref: str) -> EmbauchePossible:
    """The « oui » a contrat may be written from. Raises Introuvable when there is none."""
    trouve = s.execute(
        select(Validation, Personne, Organisation, Marche.ref, Marche.intitule)
        .join(Personne, Personne.id == Validation.personne_id)
        .outerjoin(Organisation, Organisation.id == Validation.demandeur_id)
        .outerjoin(Marche, Marche.id == Validation.marche_id)
        .where(
            Validation.ref == validation_ref,
            Validation.territoire_id == territoire_id,
            Validation.etat == EtatValidation.OUI,
        )
    ).first()
    if trouve is None:
        raise Introuvable()
    v, personne, employeur, marche_ref, marche = trouve
    if v.fenetre_debut is None or v.fenetre_fin is None:
        raise Introuvable()
    return EmbauchePossible(
        validation_ref=v.ref,
        personne_id=personne.id,
        nom=f"{personne.prenom} {personne.nom}",
        poste=v.poste,
        debut_prevu=v.debut_prevu,
        fenetre_debut=v.fenetre_debut,
        fenetre_fin=v.fenetre_fin,
        employeur_id=employeur.id if employeur else None,
        employeur=employeur.nom if employeur else "",
        type_employeur=employeur.type if employeur else None,
        marche_ref=marche_ref,
        marche=marche,
    )


def marches_ouverts(s: Session, territoire_id: int, *, employeur_id: int | None = None) -> tuple[tuple[str, str], ...]:
    """(ref, title) of the marchés that take hours: those of an employer, or all of a territory."""
    requete = select(Marche.ref, Marche.intitule).where(
        Marche.territoire_id == territoire_id, Marche.etat.in_(ETATS_OUVERTS_AUX_HEURES)
    )
    if employeur_id is not None:
        intervient = (
            select(Intervenant.id)
            .where(Intervenant.marche_id == Marche.id, Intervenant.organisation_id == employeur_id)
            .exists()
        )
        requete = requete.where(or_(Marche.titulaire_id == employeur_id, intervient))
    return tuple((ref, intitule) for ref, intitule in s.execute(requete.order_by(Marche.intitule)))


def employeurs_possibles(s: Session, territoire_id: int) -> tuple[tuple[str, str], ...]:
    """(ref, name) of the organisations that may carry a contrat."""
    exclus = (TypeOrganisation.ACHETEUR, TypeOrganisation.PRESCRIPTEUR, TypeOrganisation.OPCS)
    requete = (
        select(Organisation.ref, Organisation.nom)
        .where(Organisation.territoire_id == territoire_id, Organisation.type.not_in(exclus))
        .order_by(Organisation.cle)
    )
    return tuple((ref, nom) for ref, nom in s.execute(requete))
