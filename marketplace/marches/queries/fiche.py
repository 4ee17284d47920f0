"""One marché with everything around it that this room knows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from marketplace.comptes.droits import Action
from marketplace.comptes.models import Organisation, TypeOrganisation, Utilisateur
from marketplace.comptes.roles import Acteur
from marketplace.journal.models import Evenement
from marketplace.marches.models import Arret, Clause, Intervenant, Marche, Operation, RoleIntervenant
from marketplace.marches.portee import charger_marche
from marketplace.marches.rules.etats import EtatMarche
from marketplace.marches.rules.regime import NatureMarche
from marketplace.metiers.models import Metier
from marketplace.territoire.models import Commune


@dataclass(frozen=True, slots=True)
class ClauseVue:
    """One version of a clause; the one in force has no `remplacee_le`."""

    marche_id: int
    numero: int
    heures_prevues: Decimal
    lien_objet: str
    publics: tuple[str, ...]
    calcul: Mapping[str, Any]
    a_partir_du: date
    motif: str
    remplacee_le: date | None
    auteur: str | None


@dataclass(frozen=True, slots=True)
class IntervenantVu:
    """A firm on a marché, at its depth in the tree of sous-traitants."""

    id: int
    organisation_id: int
    organisation_ref: str
    nom: str
    type: TypeOrganisation
    role: RoleIntervenant
    part: Decimal | None
    parent_id: int | None
    profondeur: int


@dataclass(frozen=True, slots=True)
class ArretVu:
    """A stop of the works; open while `fin` is empty."""

    debut: date
    fin: date | None
    motif: str
    id: int = 0


@dataclass(frozen=True, slots=True)
class OrganisationVue:
    """A firm named on a marché, and how to reach it."""

    id: int
    ref: str
    nom: str
    telephone: str
    courriel: str
    fictive: bool
    verifiee: bool


@dataclass(frozen=True, slots=True)
class EvenementVu:
    """A line of the journal: who, what, when, in a sentence."""

    quand: datetime
    acteur: str
    resume: str
    source: str | None


@dataclass(frozen=True, slots=True)
class FicheMarche:
    """A marché as its page shows it."""

    id: int
    ref: str
    version: int
    territoire_id: int
    intitule: str
    objet: str
    numero_lot: str | None
    operation_ref: str | None
    operation: str | None
    acheteur: OrganisationVue
    titulaire: OrganisationVue | None
    facilitateur_id: int | None
    facilitateur: str | None
    secteur: str
    code_rome: str | None
    metier: str | None
    cpv: str | None
    nature: NatureMarche
    procedure: str
    montant_ht: Decimal | None
    montant_ttc: Decimal | None
    code_insee: str | None
    commune: str | None
    gestionnaire: str
    etat: EtatMarche
    date_notification: date | None
    ordre_demarrage_le: date | None
    date_debut: date | None
    date_fin: date | None
    fictif: bool
    maj_le: datetime
    clause: ClauseVue | None
    versions: tuple[ClauseVue, ...]
    intervenants: tuple[IntervenantVu, ...]
    arrets: tuple[ArretVu, ...]


def _organisation(o: Organisation) -> OrganisationVue:
    return OrganisationVue(o.id, o.ref, o.nom, o.telephone, o.courriel, o.fictive, o.verifiee_le is not None)


def _clause(c: Clause, auteur: str | None = None) -> ClauseVue:
    return ClauseVue(
        c.marche_id,
        c.numero,
        c.heures_prevues,
        c.lien_objet,
        tuple(c.publics),
        c.calcul,
        c.a_partir_du,
        c.motif,
        c.remplacee_le,
        auteur,
    )


def clauses_en_vigueur(s: Session, marche_ids: Collection[int], jour: date) -> dict[int, ClauseVue]:
    """The version in force on `jour` of each of these marchés; those without a clause are absent."""
    requete = (
        select(Clause)
        .where(Clause.marche_id.in_(marche_ids), Clause.a_partir_du <= jour)
        .where(or_(Clause.remplacee_le.is_(None), Clause.remplacee_le > jour))
        .order_by(Clause.marche_id, Clause.numero)
    )
    trouvees = {c.marche_id: _clause(c) for c in s.scalars(requete)}
    # A clause that starts later already is the target: a marché notified for next month is followed as such.
    manquants = set(marche_ids) - trouvees.keys()
    if manquants:
        futures = select(Clause).where(Clause.marche_id.in_(manquants), Clause.numero == 1)
        trouvees |= {c.marche_id: _clause(c) for c in s.scalars(futures)}
    return trouvees


def clause_en_vigueur(s: Session, marche_id: int, jour: date) -> ClauseVue | None:
    """The version of a marché's clause in force on `jour`; None when it has no clause."""
    return clauses_en_vigueur(s, [marche_id], jour).get(marche_id)


def periodes_arret(s: Session, marche_ids: Collection[int]) -> dict[int, tuple[ArretVu, ...]]:
    """Stops of each of these marchés, in order; those that never stopped are absent."""
    par_marche: dict[int, list[ArretVu]] = {}
    requete = select(Arret).where(Arret.marche_id.in_(marche_ids)).order_by(Arret.debut)
    for arret in s.scalars(requete):
        par_marche.setdefault(arret.marche_id, []).append(ArretVu(arret.debut, arret.fin, arret.motif, arret.id))
    return {marche: tuple(arrets) for marche, arrets in par_marche.items()}


def _intervenants(s: Session, marche_id: int) -> tuple[IntervenantVu, ...]:
    """The tree, each firm right under the one it works for."""
    lignes = s.execute(
        select(Intervenant, Organisation)
        .join(Organisation, Organisation.id == Intervenant.organisation_id)
        .where(Intervenant.marche_id == marche_id)
        .order_by(Organisation.cle)
    ).all()
    enfants: dict[int | None, list[Any]] = {}
    for intervenant, organisation in lignes:
        enfants.setdefault(intervenant.parent_id, []).append((intervenant, organisation))
    ordonnes: list[IntervenantVu] = []

    def descendre(parent: int | None, profondeur: int) -> None:
        for i, o in enfants.get(parent, ()):
            ordonnes.append(IntervenantVu(i.id, o.id, o.ref, o.nom, o.type, i.role, i.part, i.parent_id, profondeur))
            descendre(i.id, profondeur + 1)

    descendre(None, 0)
    return tuple(ordonnes)


def fiche_marche(s: Session, acteur: Acteur, ref: str) -> FicheMarche:
    """The marché of that reference, in five queries. Raises Introuvable when it is out of the actor's reach."""
    m = charger_marche(s, acteur, Action.VOIR_MARCHE, ref)
    acheteur, titulaire = aliased(Organisation), aliased(Organisation)
    ligne = s.execute(
        select(acheteur, titulaire, Operation.ref, Operation.intitule, Commune.nom, Metier.libelle, Utilisateur)
        .select_from(Marche)
        .join(acheteur, acheteur.id == Marche.acheteur_id)
        .outerjoin(titulaire, titulaire.id == Marche.titulaire_id)
        .outerjoin(Operation, Operation.id == Marche.operation_id)
        .outerjoin(Commune, Commune.code_insee == Marche.code_insee)
        .outerjoin(Metier, Metier.code_rome == Marche.code_rome)
        .outerjoin(Utilisateur, Utilisateur.id == Marche.facilitateur_id)
        .where(Marche.id == m.id)
    ).one()
    le_acheteur, le_titulaire, operation_ref, operation, commune, metier, facilitateur = ligne
    versions = tuple(
        _clause(c, None if prenom is None else f"{prenom} {nom}")
        for c, prenom, nom in s.execute(
            select(Clause, Utilisateur.prenom, Utilisateur.nom)
            .outerjoin(Utilisateur, Utilisateur.id == Clause.auteur_id)
            .where(Clause.marche_id == m.id)
            .order_by(Clause.numero.desc())
        )
    )
    return FicheMarche(
        id=m.id,
        ref=m.ref,
        version=m.version,
        territoire_id=m.territoire_id,
        intitule=m.intitule,
        objet=m.objet,
        numero_lot=m.numero_lot,
        operation_ref=operation_ref,
        operation=operation,
        acheteur=_organisation(le_acheteur),
        titulaire=None if le_titulaire is None else _organisation(le_titulaire),
        facilitateur_id=m.facilitateur_id,
        facilitateur=None if facilitateur is None else f"{facilitateur.prenom} {facilitateur.nom}",
        secteur=m.secteur,
        code_rome=m.code_rome,
        metier=metier,
        cpv=m.cpv,
        nature=m.nature,
        procedure=m.procedure,
        montant_ht=m.montant_ht,
        montant_ttc=m.montant_ttc,
        code_insee=m.code_insee,
        commune=commune,
        gestionnaire=m.gestionnaire,
        etat=m.etat,
        date_notification=m.date_notification,
        ordre_demarrage_le=m.ordre_demarrage_le,
        date_debut=m.date_debut,
        date_fin=m.date_fin,
        fictif=m.fictif,
        maj_le=m.maj_le,
        clause=next((v for v in versions if v.remplacee_le is None), None),
        versions=versions,
        intervenants=_intervenants(s, m.id),
        arrets=periodes_arret(s, [m.id]).get(m.id, ()),
    )


def journal_du_marche(s: Session, marche_id: int, limite: int = 30) -> tuple[EvenementVu, ...]:
    """The last acts on a marché, newest first."""
    requete = (
        select(Evenement)
        .where(and_(Evenement.objet_type == "marche", Evenement.objet_id == marche_id))
        .order_by(Evenement.quand.desc(), Evenement.id.desc())
        .limit(limite)
    )
    return tuple(EvenementVu(e.quand, e.acteur_nom, e.resume, e.source) for e in s.scalars(requete))
