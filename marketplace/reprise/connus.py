"""What the base already knows when a workbook arrives: names to match, marchés, people and hours taken over before."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.heures.models import LigneReprise, Modalite, Reprise
from marketplace.marches.models import Marche, Operation
from marketplace.metiers.models import Appellation, Metier
from marketplace.personnes.models import Personne
from marketplace.reprise.models import CorrespondanceReprise, ObjetRepris
from marketplace.reprise.rules.rapprochement import Cible, squelette
from marketplace.reprise.rules.source import lot_normalise
from marketplace.territoire.models import Commune, Territoire
from marketplace.valeurs import cle

HORS_ENTREPRISES = (TypeOrganisation.ACHETEUR, TypeOrganisation.PRESCRIPTEUR, TypeOrganisation.OPCS)


@dataclass(frozen=True, slots=True)
class MarcheConnu:
    """A marché already in the ledger, with what a workbook may call it by."""

    id: int
    ref: str
    intitule: str
    lot: str
    operation: str
    acheteur: str


@dataclass(frozen=True, slots=True)
class ClefLigne:
    """What makes two lines of hours the same one."""

    marche_id: int
    personne_id: int | None
    employeur: str
    modalite: Modalite | None
    depuis: date | None
    mois: date


@dataclass(slots=True)
class Connus:
    """The state of a territory before a takeover."""

    acheteurs: list[Cible] = field(default_factory=list)
    entreprises: list[Cible] = field(default_factory=list)
    par_siret: dict[str, str] = field(default_factory=dict)
    operations: list[Cible] = field(default_factory=list)
    communes: list[Cible] = field(default_factory=list)
    marches: dict[int, MarcheConnu] = field(default_factory=dict)
    marches_par_cle: dict[str, int] = field(default_factory=dict)
    heures: dict[ClefLigne, Decimal] = field(default_factory=dict)
    personnes_par_empreinte: dict[str, int] = field(default_factory=dict)
    personnes_par_nom: dict[str, list[int]] = field(default_factory=dict)
    retenues: dict[str, dict[str, str]] = field(default_factory=dict)


def clef_marche(acheteur: str, operation: str, lot: str, intitule: str) -> str:
    """What a workbook tells a marché by when it has no number."""
    return "|".join((squelette(acheteur), squelette(operation), lot_normalise(lot), squelette(intitule)))


def lire_connus(s: Session, territoire_id: int) -> Connus:
    """Everything matched against, in a constant number of queries."""
    connus = Connus(retenues=_retenues(s, territoire_id))
    for ref, nom, type_, siret in s.execute(
        select(Organisation.ref, Organisation.nom, Organisation.type, Organisation.siret)
        .where(Organisation.territoire_id == territoire_id)
        .order_by(Organisation.id)
    ):
        if type_ is TypeOrganisation.ACHETEUR:
            connus.acheteurs.append(Cible(ref, nom))
        elif type_ not in HORS_ENTREPRISES:
            connus.entreprises.append(Cible(ref, nom))
            if siret:
                connus.par_siret[siret] = ref
    connus.operations = [
        Cible(ref, intitule)
        for ref, intitule in s.execute(
            select(Operation.ref, Operation.intitule)
            .where(Operation.territoire_id == territoire_id)
            .order_by(Operation.id)
        )
    ]
    departements = s.scalar(select(Territoire.departements).where(Territoire.id == territoire_id)) or []
    connus.communes = [
        Cible(code, nom)
        for code, nom in s.execute(
            select(Commune.code_insee, Commune.nom)
            .where(Commune.code_departement.in_(departements))
            .order_by(Commune.population.desc())
        )
    ]
    _lire_marches(s, territoire_id, connus)
    _lire_heures(s, territoire_id, connus)
    for numero, marque, nom in s.execute(
        select(Personne.id, Personne.empreinte, Personne.cle).where(
            Personne.territoire_id == territoire_id, Personne.anonymisee_le.is_(None)
        )
    ):
        if marque:
            connus.personnes_par_empreinte[marque] = numero
        connus.personnes_par_nom.setdefault(nom, []).append(numero)
    return connus


def _lire_marches(s: Session, territoire_id: int, connus: Connus) -> None:
    acheteur = aliased(Organisation)
    for id_, ref, intitule, lot, operation, nom in s.execute(
        select(Marche.id, Marche.ref, Marche.intitule, Marche.numero_lot, Operation.intitule, acheteur.nom)
        .join(acheteur, acheteur.id == Marche.acheteur_id)
        .outerjoin(Operation, Operation.id == Marche.operation_id)
        .where(Marche.territoire_id == territoire_id)
        .order_by(Marche.id)
    ):
        connu = MarcheConnu(id_, ref, intitule, lot or "", operation or "", nom)
        connus.marches[id_] = connu
        connus.marches_par_cle.setdefault(clef_marche(nom, connu.operation, connu.lot, intitule), id_)
    for id_, texte in s.execute(
        # The day tells the marché that was taken over from another that an engine gave the same id to.
        select(ObjetRepris.objet_id, ObjetRepris.cle)
        .join(Reprise, Reprise.id == ObjetRepris.reprise_id)
        .join(Marche, (Marche.id == ObjetRepris.objet_id) & (Marche.cree_le == Reprise.faite_le))
        .where(ObjetRepris.territoire_id == territoire_id, ObjetRepris.type == "marche")
    ):
        connus.marches_par_cle[texte] = id_


def _lire_heures(s: Session, territoire_id: int, connus: Connus) -> None:
    totaux: defaultdict[ClefLigne, Decimal] = defaultdict(lambda: Decimal(0))
    for marche_id, personne_id, employeur, modalite, depuis, mois, heures in s.execute(
        select(
            LigneReprise.marche_id,
            LigneReprise.personne_id,
            Organisation.ref,
            LigneReprise.modalite,
            LigneReprise.depuis,
            LigneReprise.mois,
            func.sum(LigneReprise.heures),
        )
        .outerjoin(Organisation, Organisation.id == LigneReprise.employeur_id)
        .where(LigneReprise.territoire_id == territoire_id, LigneReprise.annulee.is_(False))
        .group_by(
            LigneReprise.marche_id,
            LigneReprise.personne_id,
            Organisation.ref,
            LigneReprise.modalite,
            LigneReprise.depuis,
            LigneReprise.mois,
        )
    ):
        if marche_id is not None:
            totaux[ClefLigne(marche_id, personne_id, employeur or "", modalite, depuis, mois)] += heures
    connus.heures = dict(totaux)


def _retenues(s: Session, territoire_id: int) -> dict[str, dict[str, str]]:
    """What was decided before, by field then folded value."""
    lues: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for champ, texte, cible in s.execute(
        select(CorrespondanceReprise.champ, CorrespondanceReprise.cle, CorrespondanceReprise.cible).where(
            CorrespondanceReprise.territoire_id == territoire_id
        )
    ):
        lues[champ][texte] = cible
    return dict(lues)


def metiers_connus(s: Session) -> list[Cible]:
    """Every métier with the names it goes by, both genders apart: « Maçon », « Maçonne »."""
    formes: defaultdict[str, list[str]] = defaultdict(list)
    for code, libelle in s.execute(select(Appellation.code_rome, Appellation.libelle)):
        formes[code] += [libelle, *libelle.split(" / ")]
    return [
        Cible(code, libelle, (*libelle.split(" / "), *formes[code]))
        for code, libelle in s.execute(select(Metier.code_rome, Metier.libelle).order_by(Metier.code_rome))
    ]


def nom_en_cle(nom: str, prenom: str) -> str:
    """How people are kept to be found by name."""
    return cle(f"{nom} {prenom}")
