"""Controls of hours afterwards: what they draw from, what was drawn, what was found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from marketplace.comptes.models import Organisation, Utilisateur
from marketplace.erreurs import Introuvable
from marketplace.heures.models import (
    Contrat,
    Controle,
    DecisionLigne,
    Declaration,
    LigneControle,
    LigneHeures,
    ResultatControle,
)
from marketplace.heures.rules.controle import tirer
from marketplace.marches.models import Marche
from marketplace.personnes.models import Personne


def lignes_controlables(s: Session, territoire_id: int, debut: date, fin: date, au: datetime) -> list[int]:
    """Lines with hours of those months that were decided at that instant, and that none had replaced yet.

    Lines and decisions are never erased: the same answer comes back years later.
    """
    suite = aliased(LigneHeures)
    requete = (
        select(LigneHeures.id)
        .join(Declaration, Declaration.id == LigneHeures.declaration_id)
        .where(
            Declaration.territoire_id == territoire_id,
            LigneHeures.mois >= debut,
            LigneHeures.mois <= fin,
            LigneHeures.travaillees + LigneHeures.formation > 0,
            select(DecisionLigne.id)
            .where(DecisionLigne.ligne_id == LigneHeures.id, DecisionLigne.quand <= au)
            .exists(),
            ~select(suite.id).where(suite.corrige_id == LigneHeures.id, suite.cree_le <= au).exists(),
        )
        .order_by(LigneHeures.id)
    )
    return list(s.scalars(requete))


@dataclass(frozen=True, slots=True)
class ControleListe:
    """One control in the list."""

    ref: str
    debut: date
    fin: date
    taille: int
    population: int
    releves: int
    ecarts: int
    tire_le: datetime
    auteur: str


def controles_du_territoire(s: Session, territoire_id: int) -> tuple[ControleListe, ...]:
    """Every control, the latest first."""
    comptes = {
        controle_id: (releves, conformes)
        for controle_id, releves, conformes in s.execute(
            select(
                LigneControle.controle_id,
                func.count(LigneControle.resultat),
                func.count(LigneControle.id).filter(LigneControle.resultat == ResultatControle.CONFORME),
            ).group_by(LigneControle.controle_id)
        )
    }
    controles = s.scalars(select(Controle).where(Controle.territoire_id == territoire_id).order_by(Controle.id.desc()))
    vus = []
    for c in controles:
        releves, conformes = comptes.get(c.id, (0, 0))
        vus.append(
            ControleListe(
                c.ref,
                c.debut,
                c.fin,
                c.taille,
                c.population,
                releves,
                releves - conformes,
                c.tire_le,
                c.auteur_nom,
            )
        )
    return tuple(vus)


@dataclass(frozen=True, slots=True)
class LigneTiree:
    """One line drawn, as declared then, and what was found."""

    rang: int
    ligne_id: int
    declaration_id: int
    personne_id: int
    nom: str
    employeur: str
    marche: str
    mois: date
    declarees: Decimal
    resultat: ResultatControle | None
    constatees: Decimal | None
    constat: str
    releve_le: datetime | None
    releve_par: str
    corrigee: bool


@dataclass(frozen=True, slots=True)
class ControleVu:
    """One control: how to draw it again, and its lines in the order of the draw."""

    id: int
    ref: str
    debut: date
    fin: date
    graine: str
    methode: str
    taille: int
    population: int
    tire_le: datetime
    auteur: str
    lignes: tuple[LigneTiree, ...]
    verifie: bool

    @property
    def releves(self) -> int:
        """Lines already looked at."""
        return sum(1 for x in self.lignes if x.resultat is not None)

    @property
    def declarees(self) -> Decimal:
        """Hours declared on the lines looked at."""
        return sum((x.declarees for x in self.lignes if x.resultat is not None), Decimal(0))

    @property
    def retenues(self) -> Decimal:
        """Hours that stand after the findings."""
        return sum((x.constatees or Decimal(0) for x in self.lignes if x.resultat is not None), Decimal(0))


def controle_vu(s: Session, territoire_id: int, ref: str) -> ControleVu:
    """One control, its draw done again on the spot. Raises Introuvable outside the territory."""
    c = s.scalar(select(Controle).where(Controle.ref == ref, Controle.territoire_id == territoire_id))
    if c is None:
        raise Introuvable()
    requete = (
        select(
            LigneControle, LigneHeures, Contrat.personne_id, Personne, Organisation.nom, Marche.intitule, Utilisateur
        )
        .join(LigneHeures, LigneHeures.id == LigneControle.ligne_id)
        .join(Contrat, Contrat.id == LigneHeures.contrat_id)
        .join(Personne, Personne.id == Contrat.personne_id)
        .join(Organisation, Organisation.id == Contrat.employeur_id)
        .join(Marche, Marche.id == LigneHeures.marche_id)
        .outerjoin(Utilisateur, Utilisateur.id == LigneControle.releve_par_id)
        .where(LigneControle.controle_id == c.id)
        .order_by(LigneControle.rang)
    )
    lignes = tuple(
        LigneTiree(
            rang=tiree.rang,
            ligne_id=ligne.id,
            declaration_id=ligne.declaration_id,
            personne_id=personne_id,
            nom=f"{personne.prenom} {personne.nom}",
            employeur=employeur,
            marche=marche,
            mois=ligne.mois,
            declarees=ligne.travaillees + ligne.formation,
            resultat=tiree.resultat,
            constatees=tiree.constatees,
            constat=tiree.constat,
            releve_le=tiree.releve_le,
            releve_par=f"{qui.prenom} {qui.nom}" if qui else "",
            corrigee=tiree.correction_id is not None,
        )
        for tiree, ligne, personne_id, personne, employeur, marche, qui in s.execute(requete)
    )
    refait = tirer(c.graine, lignes_controlables(s, territoire_id, c.debut, c.fin, c.tire_le) or [0], c.taille)
    return ControleVu(
        id=c.id,
        ref=c.ref,
        debut=c.debut,
        fin=c.fin,
        graine=c.graine,
        methode=c.methode,
        taille=c.taille,
        population=c.population,
        tire_le=c.tire_le,
        auteur=c.auteur_nom,
        lignes=lignes,
        verifie=refait == tuple(x.ligne_id for x in lignes),
    )
