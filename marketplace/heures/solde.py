"""What is left to settle on a marché before its final account, read from the ledger."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.heures.avancement import avancements
from marketplace.heures.models import (
    Contrat,
    DecisionLigne,
    Declaration,
    EtatDeclaration,
    EtatLigne,
    LigneHeures,
    PointDeSuivi,
)
from marketplace.heures.rules.declaration import ETATS_EN_ATTENTE_EMPLOYEUR, ETATS_EN_ATTENTE_FACILITATEUR
from marketplace.heures.rules.solde import PointDeSolde, Restant, points, solde_proche
from marketplace.marches.models import DepotAcheteur, GenreDepot, Marche

CONTESTEE = EtatDeclaration.CONTESTEE
EN_ATTENTE = (EtatLigne.ATTENTE_ELIGIBILITE, EtatLigne.ATTENTE_PIECE)


def points_avant_solde(
    s: Session, marche_id: int, jour: date, *, pour_tiers: bool = False
) -> tuple[PointDeSolde, ...] | None:
    """What is left to settle, empty when all is done; None while the end of the marché is far. Names nobody."""
    marche = s.get_one(Marche, marche_id)
    if not solde_proche(marche.etat, marche.date_fin, jour):
        return None
    return points(_restant(s, marche, jour), pour_tiers=pour_tiers)


def _restant(s: Session, marche: Marche, jour: date) -> Restant:
    declarations = s.execute(
        select(Declaration.id, Declaration.etat)
        .where(Declaration.marche_id == marche.id, Declaration.etat != EtatDeclaration.VALIDEE)
        .order_by(Declaration.mois, Declaration.id)
    ).all()
    lignes = {
        etat: (nombre, travaillees + formation)
        for etat, nombre, travaillees, formation in s.execute(
            select(
                DecisionLigne.etat,
                func.count(LigneHeures.id),
                func.sum(LigneHeures.travaillees),
                func.sum(LigneHeures.formation),
            )
            .join(LigneHeures, LigneHeures.id == DecisionLigne.ligne_id)
            .where(
                LigneHeures.marche_id == marche.id,
                DecisionLigne.en_vigueur.is_(True),
                DecisionLigne.etat.in_(EN_ATTENTE),
            )
            .group_by(DecisionLigne.etat)
        )
    }
    depots = s.scalars(
        select(DepotAcheteur.genre).where(
            DepotAcheteur.marche_id == marche.id, DepotAcheteur.pris_en_compte_le.is_(None)
        )
    ).all()
    questions = s.scalar(
        select(func.count(PointDeSuivi.id))
        .join(Contrat, Contrat.id == PointDeSuivi.contrat_id)
        .where(
            Contrat.marche_id == marche.id,
            PointDeSuivi.repondu_le.is_(None),
            PointDeSuivi.echeance <= jour,
        )
    )
    avancement = avancements(s, [marche.id], jour).get(marche.id)
    lignes_eligibilite, heures_eligibilite = lignes.get(EtatLigne.ATTENTE_ELIGIBILITE, (0, Decimal(0)))
    lignes_piece, heures_piece = lignes.get(EtatLigne.ATTENTE_PIECE, (0, Decimal(0)))
    return Restant(
        a_declarer=[i for i, etat in declarations if etat in ETATS_EN_ATTENTE_EMPLOYEUR],
        contestees=[i for i, etat in declarations if etat == CONTESTEE],
        a_valider=[i for i, etat in declarations if etat in ETATS_EN_ATTENTE_FACILITATEUR and etat != CONTESTEE],
        lignes_eligibilite=lignes_eligibilite,
        heures_eligibilite=heures_eligibilite,
        lignes_piece=lignes_piece,
        heures_piece=heures_piece,
        manque=avancement.reste if avancement else Decimal(0),
        depots=len(depots),
        avenants=sum(g is GenreDepot.AVENANT for g in depots),
        questions=questions or 0,
    )
