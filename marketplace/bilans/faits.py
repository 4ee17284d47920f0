"""The ledger of a period, read once: hours credited by contrat and marché, and what describes them.

Hours are integers, in hundredths, as the base keeps them: sums are exact whatever their number.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Integer, case, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from marketplace.bilans.models import OperationExceptionnelle
from marketplace.bilans.perimetre import Perimetre
from marketplace.bilans.rules.periode import Periode
from marketplace.bilans.rules.registre import (
    ContratLu,
    Faits,
    MarcheLu,
    OperationNommee,
    OrganisationLue,
    PersonneLue,
)
from marketplace.comptes.models import Organisation
from marketplace.heures.models import (
    Contrat,
    DecisionLigne,
    Declaration,
    EtatDeclaration,
    EtatLigne,
    LigneHeures,
    LigneReprise,
)
from marketplace.marches.models import Clause, Marche, Operation, RegimeMarche
from marketplace.marches.rules.etats import AVANT_NOTIFICATION
from marketplace.personnes.models import Personne
from marketplace.territoire.models import Commune

LOT = 5_000

COLONNES_CONTRAT = (
    Contrat.id,
    Contrat.ref,
    Contrat.personne_id,
    Contrat.employeur_id,
    Contrat.modalite,
    Contrat.type_contrat,
    Contrat.debut,
    Contrat.statuts,
    Contrat.qpv,
    Contrat.code_insee,
    Contrat.niveau,
    Contrat.prescripteur_id,
)
"""What the tables of a report need of a contrat, in the order of `ContratLu`."""


def charger_faits(s: Session, perimetre: Perimetre, periodes: Sequence[Periode]) -> Faits:
    """Everything a report reads, in a constant number of queries (plus one per 5 000 contrats for their photograph)."""
    lignes = [tuple(ligne) for ligne in s.execute(requete_lignes(perimetre, periodes))]
    reprises = [tuple(ligne) for ligne in s.execute(_requete_reprises(perimetre, periodes))]
    contrats = _contrats(s, perimetre, {ligne[1] for ligne in lignes})
    marches = _marches(s, perimetre)
    table = np.array(
        [(rang, c, contrats[c].personne_id, m, h, f, mt, 0, mois.toordinal()) for rang, c, m, h, f, mt, mois in lignes]
        + [(rang, 0, p or 0, m or 0, h, 0, 0, h, mois.toordinal()) for rang, p, m, _, h, mois in reprises],
        dtype=np.int64,
    ).reshape(-1, 9)
    modalite = (*(contrats[ligne[1]].modalite for ligne in lignes), *(_code(r[3]) for r in reprises))
    personnes_vues = {c.personne_id for c in contrats.values()} | {r[1] for r in reprises if r[1]}
    organisations = _organisations(s, perimetre)
    return Faits(
        tuple(periodes),
        table[:, 0],
        table[:, 1],
        table[:, 2],
        table[:, 3],
        table[:, 4],
        table[:, 5],
        table[:, 6],
        table[:, 7],
        table[:, 8],
        modalite,
        contrats,
        _personnes(s, perimetre, personnes_vues),
        marches,
        organisations,
        _exceptionnelles(s, perimetre),
        _operations(s, perimetre),
        _epci(s, {c.code_insee for c in contrats.values() if c.code_insee}),
    )


def _code(valeur: Any) -> str | None:
    return None if valeur is None else str(valeur.value)


def requete_lignes(perimetre: Perimetre, periodes: Sequence[Periode]) -> Any:
    """Real hours credited (R41, R96), by period, contrat and marché: the one aggregate over the ledger."""
    derogation = case((DecisionLigne.malgre_tout.is_(True), DecisionLigne.creditees), else_=0)
    rang = case(*((LigneHeures.mois.between(p.debut, p.fin), n) for n, p in enumerate(periodes)), else_=-1).label(
        "rang"
    )
    return (
        select(
            rang,
            LigneHeures.contrat_id,
            LigneHeures.marche_id,
            type_coerce(func.sum(DecisionLigne.creditees), Integer),
            type_coerce(func.sum(DecisionLigne.formation), Integer),
            type_coerce(func.sum(derogation), Integer),
            func.min(LigneHeures.mois),
        )
        .join(DecisionLigne, DecisionLigne.ligne_id == LigneHeures.id)
        .join(Declaration, Declaration.id == LigneHeures.declaration_id)
        .where(
            or_(*(LigneHeures.mois.between(p.debut, p.fin) for p in periodes)),
            DecisionLigne.en_vigueur.is_(True),
            DecisionLigne.etat == EtatLigne.COMPTEE,
            Declaration.etat == EtatDeclaration.VALIDEE,
            Declaration.territoire_id == perimetre.territoire_id,
            *perimetre.conditions_marche(LigneHeures.marche_id),
        )
        .group_by(rang, LigneHeures.contrat_id, LigneHeures.marche_id)
        .order_by(rang, LigneHeures.contrat_id, LigneHeures.marche_id)
    )


def _requete_reprises(perimetre: Perimetre, periodes: Sequence[Periode]) -> Any:
    """Hours done before the product, at the month they carry."""
    rang = case(
        *((LigneReprise.mois.between(p.debut, p.fin), rang) for rang, p in enumerate(periodes)), else_=-1
    ).label("rang")
    cles = (rang, LigneReprise.personne_id, LigneReprise.marche_id, LigneReprise.modalite)
    return (
        select(*cles, type_coerce(func.sum(LigneReprise.heures), Integer), func.min(LigneReprise.mois))
        .where(
            LigneReprise.territoire_id == perimetre.territoire_id,
            LigneReprise.annulee.is_(False),
            or_(*(LigneReprise.mois.between(p.debut, p.fin) for p in periodes)),
            *perimetre.conditions_marche(LigneReprise.marche_id),
        )
        .group_by(*cles)
        .order_by(*cles)
    )


def _contrats(s: Session, perimetre: Perimetre, ids: Collection[int]) -> dict[int, ContratLu]:
    trouves: dict[int, ContratLu] = {}
    restants = sorted(ids)
    for debut in range(0, len(restants), LOT):
        lot = restants[debut : debut + LOT]
        requete = select(*COLONNES_CONTRAT).where(
            Contrat.id.between(lot[0], lot[-1]), Contrat.territoire_id == perimetre.territoire_id
        )
        voulus = set(lot)
        for ligne in s.execute(requete):
            if ligne.id in voulus:
                trouves[ligne.id] = ContratLu(
                    ligne.id,
                    ligne.ref,
                    ligne.personne_id,
                    ligne.employeur_id,
                    ligne.modalite.value,
                    ligne.type_contrat,
                    ligne.debut,
                    tuple(ligne.statuts),
                    ligne.qpv,
                    ligne.code_insee,
                    ligne.niveau,
                    ligne.prescripteur_id,
                )
    return trouves


def _personnes(s: Session, perimetre: Perimetre, ids: Collection[int]) -> dict[int, PersonneLue]:
    if not ids:
        return {}
    requete = select(Personne.id, Personne.sexe, Personne.date_naissance).where(
        Personne.territoire_id == perimetre.territoire_id, Personne.id.between(min(ids), max(ids))
    )
    return {i: PersonneLue(sexe, naissance) for i, sexe, naissance in s.execute(requete) if i in ids}


def _marches(s: Session, perimetre: Perimetre) -> dict[int, MarcheLu]:
    """Every marché of the perimeter that was ever notified, with the day its clause began to be followed."""
    premiere = (
        select(Clause.marche_id, func.min(Clause.a_partir_du).label("jour"), func.max(Clause.heures_prevues).label("h"))
        .group_by(Clause.marche_id)
        .subquery()
    )
    requete = (
        select(
            Marche.id,
            Marche.ref,
            Marche.intitule,
            Marche.operation_id,
            Marche.acheteur_id,
            Marche.titulaire_id,
            Marche.gestionnaire,
            Marche.secteur,
            Marche.nature,
            Marche.date_notification,
            Marche.programme_le,
            Marche.fin_suivi,
            Marche.montant_ttc,
            RegimeMarche.reservation,
            premiere.c.jour,
            premiere.c.h,
        )
        .outerjoin(premiere, premiere.c.marche_id == Marche.id)
        .outerjoin(RegimeMarche, RegimeMarche.marche_id == Marche.id)
        .where(
            Marche.territoire_id == perimetre.territoire_id,
            or_(Marche.etat.not_in(AVANT_NOTIFICATION), Marche.programme_le.is_not(None)),
            *perimetre.conditions_marche(Marche.id),
        )
        .order_by(Marche.id)
    )
    marches = {}
    for m in s.execute(requete):
        clause = bool(m.h)
        debut = max(m.jour, m.date_notification) if clause and m.date_notification else None
        marches[m.id] = MarcheLu(
            m.id,
            m.ref,
            m.intitule,
            m.operation_id,
            m.acheteur_id,
            m.titulaire_id,
            m.gestionnaire,
            m.secteur,
            m.nature.value,
            m.date_notification,
            m.programme_le,
            debut,
            m.fin_suivi,
            clause,
            m.montant_ttc,
            _code(m.reservation),
        )
    return marches


def _organisations(s: Session, perimetre: Perimetre) -> dict[int, OrganisationLue]:
    requete = select(
        Organisation.id, Organisation.ref, Organisation.nom, Organisation.type, Organisation.effectif, Organisation.ess
    ).where(Organisation.territoire_id == perimetre.territoire_id)
    return {o.id: OrganisationLue(o.ref, o.nom, o.type.value, o.effectif, o.ess) for o in s.execute(requete)}


def _exceptionnelles(s: Session, perimetre: Perimetre) -> dict[int, OperationNommee]:
    requete = (
        select(OperationExceptionnelle.operation_id, OperationExceptionnelle.code, OperationExceptionnelle.libelle)
        .join(Operation, Operation.id == OperationExceptionnelle.operation_id)
        .where(Operation.territoire_id == perimetre.territoire_id)
    )
    return {operation: OperationNommee(code, libelle) for operation, code, libelle in s.execute(requete)}


def _operations(s: Session, perimetre: Perimetre) -> dict[int, str]:
    requete = select(Operation.id, Operation.intitule).where(Operation.territoire_id == perimetre.territoire_id)
    return {ligne.id: ligne.intitule for ligne in s.execute(requete)}


def _epci(s: Session, codes: Collection[str]) -> dict[str, str]:
    if not codes:
        return {}
    requete = select(Commune.code_insee, Commune.nom_epci).where(Commune.code_insee.in_(codes))
    return {code: nom for code, nom in s.execute(requete) if nom}
