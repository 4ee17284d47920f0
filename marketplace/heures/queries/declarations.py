"""An employer's declarations: those that wait, those signed, those of others to confirm."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from marketplace.comptes.models import Organisation
from marketplace.contexte import PARIS
from marketplace.heures.models import (
    Contrat,
    Declaration,
    EtatDeclaration,
    LigneHeures,
)
from marketplace.heures.ouverture import echeance_de
from marketplace.heures.rules.declaration import ETATS_EN_ATTENTE_EMPLOYEUR
from marketplace.marches.models import Marche
from marketplace.territoire.reglages import reglages_au
from marketplace.valeurs import ajouter_mois

ZERO = Decimal("0.00")
A_REPONDRE = frozenset(EtatDeclaration(e.value) for e in ETATS_EN_ATTENTE_EMPLOYEUR)


@dataclass(frozen=True, slots=True)
class DeclarationEmployeur:
    """One month of one marché, as its employer sees it."""

    id: int
    marche_ref: str
    marche: str
    mois: date
    etat: EtatDeclaration
    echeance: date
    en_retard: bool
    personnes: int
    heures: Decimal
    motif_correction: str
    aucune_heure: bool

    @property
    def a_repondre(self) -> bool:
        """Whether the employer still has something to do."""
        return self.etat in A_REPONDRE


def declarations_de(s: Session, employeur_id: int, jour: date) -> tuple[DeclarationEmployeur, ...]:
    """Every declaration of an employer: what waits first, oldest first; then the others, newest first."""
    lignes = s.execute(
        select(Declaration, Marche.ref, Marche.intitule, Marche.date_fin)
        .join(Marche, Marche.id == Declaration.marche_id)
        .where(Declaration.employeur_id == employeur_id)
        .order_by(Declaration.mois, Marche.intitule)
    ).all()
    if not lignes:
        return ()
    reglages = reglages_au(s, lignes[0][0].territoire_id, jour)
    contrats = _periodes_de_contrat(s, employeur_id)
    heures = _heures_par_declaration(s, employeur_id)
    vues = []
    for d, ref, intitule, fin in lignes:
        limite = echeance_de(d.mois, reglages, fin)
        vues.append(
            DeclarationEmployeur(
                id=d.id,
                marche_ref=ref,
                marche=intitule,
                mois=d.mois,
                etat=d.etat,
                echeance=limite,
                en_retard=d.etat in A_REPONDRE and jour > limite,
                personnes=_actifs(contrats[d.marche_id], d.mois),
                heures=heures.get(d.id, ZERO),
                motif_correction=d.motif_correction,
                aucune_heure=d.aucune_heure,
            )
        )
    attendues = [v for v in vues if v.a_repondre]
    autres = [v for v in reversed(vues) if not v.a_repondre]
    return tuple(attendues + autres)


def _periodes_de_contrat(s: Session, employeur_id: int) -> defaultdict[int | None, list[Any]]:
    par_marche: defaultdict[int | None, list[Any]] = defaultdict(list)
    for ligne in s.execute(
        select(Contrat.marche_id, Contrat.debut, Contrat.fin).where(Contrat.employeur_id == employeur_id)
    ):
        par_marche[ligne.marche_id].append(ligne)
    return par_marche


def _actifs(contrats: list[Any], mois: date) -> int:
    fin_mois = ajouter_mois(mois, 1)
    return sum(1 for c in contrats if c.debut < fin_mois and (c.fin is None or c.fin >= mois))


def _heures_par_declaration(s: Session, employeur_id: int) -> dict[int, Decimal]:
    suite = aliased(LigneHeures)
    requete = (
        select(LigneHeures.declaration_id, func.sum(LigneHeures.travaillees), func.sum(LigneHeures.formation))
        .join(Declaration, Declaration.id == LigneHeures.declaration_id)
        .where(
            Declaration.employeur_id == employeur_id,
            ~select(suite.id).where(suite.corrige_id == LigneHeures.id).exists(),
        )
        .group_by(LigneHeures.declaration_id)
    )
    return {id_: travaillees + formation for id_, travaillees, formation in s.execute(requete)}


@dataclass(frozen=True, slots=True)
class AConfirmer:
    """Hours that another firm declares on a marché this one holds: totals only, no name."""

    id: int
    version: int
    employeur: str
    marche: str
    mois: date
    personnes: int
    heures: Decimal
    repondre_avant: date


def a_confirmer(s: Session, titulaire_id: int | None, jour: date) -> tuple[AConfirmer, ...]:
    """What waits for the titulaire's word, the oldest first."""
    suite = aliased(LigneHeures)
    lignes = s.execute(
        select(
            Declaration,
            Organisation.nom,
            Marche.intitule,
            func.count(LigneHeures.id),
            func.sum(LigneHeures.travaillees),
            func.sum(LigneHeures.formation),
        )
        .join(Marche, Marche.id == Declaration.marche_id)
        .join(Organisation, Organisation.id == Declaration.employeur_id)
        .join(LigneHeures, LigneHeures.declaration_id == Declaration.id)
        .where(
            Marche.titulaire_id == titulaire_id,
            Declaration.employeur_id != titulaire_id,
            Declaration.etat == EtatDeclaration.DECLAREE,
            ~select(suite.id).where(suite.corrige_id == LigneHeures.id).exists(),
        )
        .group_by(Declaration.id, Organisation.nom, Marche.intitule)
        .order_by(Declaration.mois, Declaration.id)
    ).all()
    if not lignes:
        return ()
    delai = reglages_au(s, lignes[0][0].territoire_id, jour).silence_titulaire_jours
    return tuple(
        AConfirmer(
            id=d.id,
            version=d.version,
            employeur=nom,
            marche=marche,
            mois=d.mois,
            personnes=personnes,
            heures=travaillees + formation,
            repondre_avant=d.signee_le.astimezone(PARIS).date() + timedelta(days=delai),
        )
        for d, nom, marche, personnes, travaillees, formation in lignes
        if d.signee_le is not None
    )


def personnes_par_mois(declarations: tuple[DeclarationEmployeur, ...]) -> list[tuple[date, int, date]]:
    """(month, people, due day) of what waits, oldest first: the first line of the employer's home."""
    comptes: Counter[date] = Counter()
    limites: dict[date, date] = {}
    for d in declarations:
        if d.a_repondre:
            comptes[d.mois] += d.personnes
            limites[d.mois] = min(d.echeance, limites.get(d.mois, d.echeance))
    return [(mois, comptes[mois], limites[mois]) for mois in sorted(comptes)]
