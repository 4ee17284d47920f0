"""An employer's declarations: those that wait, those signed, those of others to confirm."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
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
from marketplace.heures.rules.declaration import ETATS_EN_ATTENTE_EMPLOYEUR, fin_de_periode
from marketplace.marches.models import Marche
from marketplace.marches.rules.consignes import Rythme
from marketplace.territoire.reglages import reglages_au
from marketplace.valeurs import ajouter_mois

ZERO = Decimal("0.00")
A_REPONDRE = frozenset(EtatDeclaration(e.value) for e in ETATS_EN_ATTENTE_EMPLOYEUR)


@dataclass(frozen=True, slots=True)
class DeclarationEmployeur:
    """One month of one marché, as its employer sees it."""

    id: int
    employeur_ref: str
    employeur: str
    marche_ref: str
    marche: str
    mois: date
    rythme: Rythme
    etat: EtatDeclaration
    echeance: date
    en_retard: bool
    personnes: int
    heures: Decimal
    motif_correction: str
    aucune_heure: bool
    mois_ensemble: tuple[date, ...] = ()

    @property
    def a_repondre(self) -> bool:
        """Whether the employer still has something to do."""
        return self.etat in A_REPONDRE


def declarations_de(
    s: Session, employeurs: int | Collection[int], jour: date, *, marches: Collection[int] | None = None
) -> tuple[DeclarationEmployeur, ...]:
    """Every declaration of a firm's establishments: what waits first, oldest first; then the others, newest first.

    `marches`: those a delegate was given.
    """
    ids = {employeurs} if isinstance(employeurs, int) else set(employeurs)
    requete = (
        select(Declaration, Marche.ref, Marche.intitule, Organisation.ref, Organisation.nom)
        .join(Marche, Marche.id == Declaration.marche_id)
        .join(Organisation, Organisation.id == Declaration.employeur_id)
        .where(Declaration.employeur_id.in_(ids))
        .order_by(Declaration.mois, Marche.intitule)
    )
    if marches is not None:
        requete = requete.where(Declaration.marche_id.in_(set(marches)))
    lignes = s.execute(requete).all()
    if not lignes:
        return ()
    contrats = _periodes_de_contrat(s, ids)
    heures = _heures_par_declaration(s, ids)
    vues = []
    for d, ref, intitule, employeur_ref, employeur in lignes:
        vues.append(
            DeclarationEmployeur(
                id=d.id,
                employeur_ref=employeur_ref,
                employeur=employeur,
                marche_ref=ref,
                marche=intitule,
                mois=d.mois,
                rythme=d.rythme,
                etat=d.etat,
                echeance=d.echeance,
                en_retard=d.etat in A_REPONDRE and jour > d.echeance,
                personnes=_actifs(contrats[d.employeur_id, d.marche_id], d.mois),
                heures=heures.get(d.id, ZERO),
                motif_correction=d.motif_correction,
                aucune_heure=d.aucune_heure,
            )
        )
    attendues = [v for v in vues if v.a_repondre]
    autres = [v for v in reversed(vues) if not v.a_repondre]
    return tuple(attendues + autres)


def par_signature(declarations: Collection[DeclarationEmployeur]) -> tuple[DeclarationEmployeur, ...]:
    """One line a signature: the months of a quarter, or of a marché « à la fin », that wait together are one."""
    groupes: dict[tuple[Any, ...], list[DeclarationEmployeur]] = {}
    for d in declarations:
        periode = date.max if d.rythme is Rythme.FIN else fin_de_periode(d.mois, d.rythme)
        cle: tuple[Any, ...] = (d.employeur_ref, d.marche_ref, d.rythme, periode)
        groupes.setdefault(cle, []).append(d)
    return tuple(
        replace(
            siennes[-1],
            echeance=min(d.echeance for d in siennes),
            en_retard=any(d.en_retard for d in siennes),
            personnes=max(d.personnes for d in siennes),
            motif_correction=" ".join(d.motif_correction for d in siennes if d.motif_correction),
            mois_ensemble=tuple(sorted(d.mois for d in siennes)),
        )
        for siennes in groupes.values()
    )


def _periodes_de_contrat(s: Session, employeurs: set[int]) -> defaultdict[tuple[int, int | None], list[Any]]:
    par_marche: defaultdict[tuple[int, int | None], list[Any]] = defaultdict(list)
    for ligne in s.execute(
        select(Contrat.employeur_id, Contrat.marche_id, Contrat.debut, Contrat.fin).where(
            Contrat.employeur_id.in_(employeurs)
        )
    ):
        par_marche[ligne.employeur_id, ligne.marche_id].append(ligne)
    return par_marche


def _actifs(contrats: list[Any], mois: date) -> int:
    fin_mois = ajouter_mois(mois, 1)
    return sum(1 for c in contrats if c.debut < fin_mois and (c.fin is None or c.fin >= mois))


def _heures_par_declaration(s: Session, employeurs: set[int]) -> dict[int, Decimal]:
    suite = aliased(LigneHeures)
    requete = (
        select(LigneHeures.declaration_id, func.sum(LigneHeures.travaillees), func.sum(LigneHeures.formation))
        .join(Declaration, Declaration.id == LigneHeures.declaration_id)
        .where(
            Declaration.employeur_id.in_(employeurs),
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
