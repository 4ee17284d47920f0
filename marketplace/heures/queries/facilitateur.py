"""What the facilitateur has to validate, anomalies apart, and the lists of declarations."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from marketplace.comptes.models import Organisation
from marketplace.contexte import PARIS
from marketplace.heures.avancement import ETATS_SIGNES
from marketplace.heures.calcul import LigneCalculee, calculer
from marketplace.heures.models import (
    Declaration,
    EtatDeclaration,
    LigneHeures,
)
from marketplace.heures.queries.declarations import A_REPONDRE
from marketplace.marches.models import Marche
from marketplace.territoire.reglages import reglages_au
from marketplace.valeurs import cle as cle_de

ZERO = Decimal("0.00")
PAR_PAGE = 25


@dataclass(frozen=True, slots=True)
class AttenteVue:
    """One signed declaration and what the rules would say of it."""

    id: int
    version: int
    employeur_ref: str
    employeur: str
    marche_ref: str
    marche: str
    mois: date
    signee_le: datetime | None
    signataire: str
    source: str | None
    personnes: int
    heures: Decimal
    comptees: Decimal
    remarques: tuple[str, ...]
    contestee: bool
    titulaire_jusqu_au: date | None

    @property
    def propre(self) -> bool:
        """Whether it can be validated without a look."""
        return not (self.remarques or self.contestee or self.titulaire_jusqu_au)


@dataclass(frozen=True, slots=True)
class AValider:
    """What waits: anomalies grouped by employer, the clean ones, and those a titulaire may still answer."""

    anomalies: tuple[tuple[str, tuple[AttenteVue, ...]], ...]
    propres: tuple[AttenteVue, ...]
    chez_le_titulaire: tuple[AttenteVue, ...]

    @property
    def nombre(self) -> int:
        """Declarations that wait."""
        return sum(len(groupe) for _, groupe in self.anomalies) + len(self.propres) + len(self.chez_le_titulaire)


def nombre_a_valider(s: Session, territoire_id: int) -> int:
    """How many signed declarations wait for the facilitateur."""
    requete = select(func.count()).where(Declaration.territoire_id == territoire_id, Declaration.etat.in_(ETATS_SIGNES))
    return s.scalar(requete) or 0


def a_valider(s: Session, territoire_id: int, jour: date, *, facilitateur_id: int | None = None) -> AValider:
    """Signed declarations of a territory (or of one portfolio), with the outcome of the rules on each line."""
    requete = (
        select(Declaration, Organisation.ref, Organisation.nom, Marche.ref, Marche.intitule, Marche.titulaire_id)
        .join(Organisation, Organisation.id == Declaration.employeur_id)
        .join(Marche, Marche.id == Declaration.marche_id)
        .where(Declaration.territoire_id == territoire_id, Declaration.etat.in_(ETATS_SIGNES))
        .order_by(Organisation.cle, Declaration.mois, Marche.intitule, Declaration.id)
    )
    if facilitateur_id is not None:
        requete = requete.where(Marche.facilitateur_id == facilitateur_id)
    declarations = s.execute(requete).all()
    calculees = _calculees(s, [d[0].id for d in declarations], territoire_id, jour)
    anomalies: defaultdict[str, list[AttenteVue]] = defaultdict(list)
    propres: list[AttenteVue] = []
    attendues: list[AttenteVue] = []
    silence = timedelta(days=reglages_au(s, territoire_id, jour).silence_titulaire_jours)
    for d, employeur_ref, employeur, marche_ref, marche, titulaire_id in declarations:
        lignes = calculees.get(d.id, [])
        vue = AttenteVue(
            id=d.id,
            version=d.version,
            employeur_ref=employeur_ref,
            employeur=employeur,
            marche_ref=marche_ref,
            marche=marche,
            mois=d.mois,
            signee_le=d.signee_le,
            signataire=d.signataire,
            source=d.source,
            personnes=len(lignes),
            heures=sum((c.ligne.travaillees + c.ligne.formation for c in lignes), ZERO),
            comptees=sum((c.credit.reelles for c in lignes), ZERO),
            remarques=tuple(dict.fromkeys(phrase for c in lignes for phrase in remarques(c))),
            contestee=d.etat is EtatDeclaration.CONTESTEE,
            titulaire_jusqu_au=_reponse_possible(d, titulaire_id, silence, jour),
        )
        if vue.propre:
            propres.append(vue)
        elif not (vue.remarques or vue.contestee):
            attendues.append(vue)
        else:
            anomalies[employeur].append(vue)
    return AValider(tuple((nom, tuple(vues)) for nom, vues in anomalies.items()), tuple(propres), tuple(attendues))


def _reponse_possible(d: Declaration, titulaire_id: int | None, silence: timedelta, jour: date) -> date | None:
    """The last day the titulaire may answer for hours that are not its own, while that day is not past."""
    if d.etat is not EtatDeclaration.DECLAREE or d.signee_le is None or titulaire_id in {None, d.employeur_id}:
        return None
    dernier = d.signee_le.astimezone(PARIS).date() + silence - timedelta(days=1)
    return dernier if dernier >= jour else None


def remarques(calculee: LigneCalculee) -> tuple[str, ...]:
    """Everything the rules say of a line: refusals, warnings, unlikely hours."""
    return tuple(m.phrase for m in calculee.credit.motifs) + calculee.credit.avertissements + calculee.anomalies


def _calculees(
    s: Session, declaration_ids: list[int], territoire_id: int, jour: date
) -> dict[int, list[LigneCalculee]]:
    suite = aliased(LigneHeures)
    lignes = s.scalars(
        select(LigneHeures)
        .where(
            LigneHeures.declaration_id.in_(declaration_ids),
            ~select(suite.id).where(suite.corrige_id == LigneHeures.id).exists(),
        )
        .order_by(LigneHeures.id)
    ).all()
    groupes: defaultdict[int, list[LigneCalculee]] = defaultdict(list)
    for calculee in calculer(s, lignes, reglages_au(s, territoire_id, jour), jour).values():
        groupes[calculee.declaration_id].append(calculee)
    return groupes


@dataclass(frozen=True, slots=True)
class DeclarationListee:
    """One declaration in the facilitateur's list."""

    id: int
    employeur_ref: str
    employeur: str
    telephone: str
    marche_ref: str
    marche: str
    mois: date
    etat: EtatDeclaration
    echeance: date
    jours_de_retard: int
    validee_le: datetime | None


@dataclass(frozen=True, slots=True)
class PageDeclarations:
    """25 declarations and where they stand in the list."""

    lignes: tuple[DeclarationListee, ...]
    nombre: int
    page: int

    @property
    def pages(self) -> int:
        """Number of pages."""
        return max(1, -(-self.nombre // PAR_PAGE))


def declarations_listees(
    s: Session, territoire_id: int, jour: date, *, vue: str, page: int = 1, texte: str = ""
) -> PageDeclarations:
    """Declarations of a territory: « attendues » (not signed, oldest first) or « validees » (newest first)."""
    etats = tuple(A_REPONDRE) if vue == "attendues" else (EtatDeclaration.VALIDEE,)
    conditions: list[Any] = [Declaration.territoire_id == territoire_id, Declaration.etat.in_(etats)]
    if texte.strip():
        motif = f"%{cle_de(texte)}%"
        conditions.append(or_(Organisation.cle.like(motif), Marche.cle.like(motif)))
    base = (
        select(
            Declaration,
            Organisation.ref,
            Organisation.nom,
            Organisation.telephone,
            Marche.ref,
            Marche.intitule,
        )
        .join(Organisation, Organisation.id == Declaration.employeur_id)
        .join(Marche, Marche.id == Declaration.marche_id)
        .where(*conditions)
    )
    nombre = s.scalar(select(func.count()).select_from(base.subquery())) or 0
    ordre = (
        (Declaration.mois, Organisation.cle, Declaration.id)
        if vue == "attendues"
        else (Declaration.validee_le.desc(), Declaration.id.desc())
    )
    lignes = []
    for d, ref, nom, telephone, marche_ref, marche in s.execute(
        base.order_by(*ordre).limit(PAR_PAGE).offset((page - 1) * PAR_PAGE)
    ):
        retard = max(0, (jour - d.echeance).days) if d.etat in A_REPONDRE else 0
        lignes.append(
            DeclarationListee(
                d.id, ref, nom, telephone, marche_ref, marche, d.mois, d.etat, d.echeance, retard, d.validee_le
            )
        )
    return PageDeclarations(tuple(lignes), nombre, page)
