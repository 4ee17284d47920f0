"""The missions of a contrat and the counters of the person in the structure that lends her."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.heures.calcul import compteurs_ai
from marketplace.heures.models import (
    Contrat,
    DecisionLigne,
    Declaration,
    EtatDeclaration,
    EtatLigne,
    LigneHeures,
    Mission,
)
from marketplace.heures.plafonds import levees_plafond
from marketplace.heures.reglages import pour_credit
from marketplace.heures.rules.missions import MODALITES_A_MISSIONS, Compteur, compteur_entreprise, compteur_parcours
from marketplace.territoire.reglages import Reglages, reglages_au

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class MissionVue:
    """One mission; `prolongeable` is the last of the series while the contrat runs."""

    id: int
    debut: date
    fin: date
    numero: str
    prolongeable: bool


@dataclass(frozen=True, slots=True)
class MissionsVues:
    """The series of a contrat, and where the person stands."""

    utilisatrice: str
    missions: tuple[MissionVue, ...]
    compteurs: tuple[Compteur, ...]


def missions_du_contrat(s: Session, territoire_id: int, ref: str, jour: date) -> MissionsVues | None:
    """None for a contrat that is not a series of missions. Half a dozen queries."""
    trouve = s.execute(
        select(Contrat, Organisation.type)
        .join(Organisation, Organisation.id == Contrat.employeur_id)
        .where(Contrat.ref == ref, Contrat.territoire_id == territoire_id)
    ).first()
    if trouve is None or trouve[0].modalite not in MODALITES_A_MISSIONS:
        return None
    contrat, structure = trouve
    utilisatrice = None
    if contrat.utilisatrice_id is not None:
        utilisatrice = s.scalar(select(Organisation.nom).where(Organisation.id == contrat.utilisatrice_id))
    serie = s.scalars(select(Mission).where(Mission.contrat_id == contrat.id).order_by(Mission.debut.desc())).all()
    return MissionsVues(
        utilisatrice=utilisatrice or "",
        missions=tuple(
            MissionVue(m.id, m.debut, m.fin, m.numero, rang == 0 and contrat.motif_fin is None)
            for rang, m in enumerate(serie)
        ),
        compteurs=_compteurs(s, contrat, structure, reglages_au(s, territoire_id, jour), jour),
    )


def _compteurs(
    s: Session, contrat: Contrat, structure: TypeOrganisation, reglages: Reglages, jour: date
) -> tuple[Compteur, ...]:
    compteurs = []
    if structure is TypeOrganisation.AI:
        regles = pour_credit(reglages)
        ai = compteurs_ai(s, {contrat.personne_id}, (), regles).get(str(contrat.personne_id))
        levees = levees_plafond(s, {contrat.employeur_id})
        compteurs.append(compteur_entreprise(ai, jour, regles, levees.get(contrat.employeur_id, ())))
    reperes = {TypeOrganisation.AI: reglages.parcours_ai, TypeOrganisation.ETTI: reglages.parcours_etti}
    repere = reperes.get(structure, ZERO)
    if repere > 0:
        compteurs.append(compteur_parcours(_heures_de_parcours(s, contrat), repere))
    return tuple(compteurs)


def _heures_de_parcours(s: Session, contrat: Contrat) -> Decimal:
    """Real hours counted of the person with this structure, all her contrats together."""
    total: Decimal | None = s.scalar(
        select(func.sum(DecisionLigne.creditees))
        .join(LigneHeures, LigneHeures.id == DecisionLigne.ligne_id)
        .join(Contrat, Contrat.id == LigneHeures.contrat_id)
        .join(Declaration, Declaration.id == LigneHeures.declaration_id)
        .where(
            Contrat.personne_id == contrat.personne_id,
            Contrat.employeur_id == contrat.employeur_id,
            DecisionLigne.en_vigueur.is_(True),
            DecisionLigne.etat == EtatLigne.COMPTEE,
            Declaration.etat == EtatDeclaration.VALIDEE,
        )
    )
    return total or ZERO
