"""An employer's salariés and marchés. Never a status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from marketplace.heures.avancement import Avancement, avancements
from marketplace.heures.models import (
    Contrat,
    DecisionLigne,
    Declaration,
    EtatDeclaration,
    EtatLigne,
    LigneHeures,
    Modalite,
)
from marketplace.heures.rules.ecart import Besoin, combler, semaines_restantes
from marketplace.marches.models import ETATS_OUVERTS_AUX_HEURES, Intervenant, Marche
from marketplace.personnes.models import Personne, Validation

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class SalarieVu:
    """A salarié of the employer. `validee_jusqu_au` is all it learns of her eligibility."""

    ref: str
    personne_id: int
    nom: str
    marche_ref: str | None
    marche: str | None
    modalite: Modalite
    type_contrat: str
    poste: str
    debut: date
    fin: date | None
    motif_fin: str | None
    heures_hebdo: Decimal
    validee_jusqu_au: date | None
    heures_comptees: Decimal
    en_cours: bool


def salaries_de(s: Session, employeur_id: int | None, jour: date, *, ref: str | None = None) -> tuple[SalarieVu, ...]:
    """Contrats of an employer, those in progress first; one of them when `ref` is given."""
    requete = (
        select(
            Contrat,
            Personne.prenom,
            Personne.nom,
            Marche.ref.label("marche_ref"),
            Marche.intitule,
            Validation.fenetre_fin,
        )
        .join(Personne, Personne.id == Contrat.personne_id)
        .outerjoin(Marche, Marche.id == Contrat.marche_id)
        .outerjoin(Validation, Validation.id == Contrat.validation_id)
        .where(Contrat.employeur_id == employeur_id)
        .order_by(Personne.nom, Personne.prenom, Contrat.debut)
    )
    if ref is not None:
        requete = requete.where(Contrat.ref == ref)
    lignes = s.execute(requete).all()
    heures = heures_par_contrat(s, [ligne[0].id for ligne in lignes])
    vues = [
        SalarieVu(
            ref=c.ref,
            personne_id=c.personne_id,
            nom=f"{prenom} {nom}",
            marche_ref=marche_ref,
            marche=intitule,
            modalite=c.modalite,
            type_contrat=c.type_contrat,
            poste=c.poste,
            debut=c.debut,
            fin=c.fin,
            motif_fin=c.motif_fin,
            heures_hebdo=c.heures_hebdo,
            validee_jusqu_au=fenetre_fin,
            heures_comptees=heures.get(c.id, ZERO),
            en_cours=(c.debut <= jour and (c.fin is None or c.fin >= jour)) or c.debut > jour,
        )
        for c, prenom, nom, marche_ref, intitule, fenetre_fin in lignes
    ]
    return tuple(sorted(vues, key=lambda v: not v.en_cours))


def heures_par_contrat(s: Session, contrat_ids: list[int]) -> Mapping[int, Decimal]:
    """Real hours counted in validated declarations, by contrat."""
    requete = (
        select(LigneHeures.contrat_id, func.sum(DecisionLigne.creditees))
        .join(DecisionLigne, DecisionLigne.ligne_id == LigneHeures.id)
        .join(Declaration, Declaration.id == LigneHeures.declaration_id)
        .where(
            LigneHeures.contrat_id.in_(contrat_ids),
            DecisionLigne.en_vigueur.is_(True),
            DecisionLigne.etat == EtatLigne.COMPTEE,
            Declaration.etat == EtatDeclaration.VALIDEE,
        )
        .group_by(LigneHeures.contrat_id)
    )
    return {ligne[0]: ligne[1] for ligne in s.execute(requete)}


@dataclass(frozen=True, slots=True)
class MarcheEmployeur:
    """A marché where the employer works, how far it is, what would finish it."""

    ref: str
    intitule: str
    avancement: Avancement
    besoin: Besoin | None
    titulaire: bool


def marches_de(s: Session, employeur_id: int | None, jour: date) -> tuple[MarcheEmployeur, ...]:
    """Marchés in progress that the employer holds or works on; those that lack the most first."""
    intervient = (
        select(Intervenant.id)
        .where(Intervenant.marche_id == Marche.id, Intervenant.organisation_id == employeur_id)
        .exists()
    )
    marches = s.execute(
        select(Marche.id, Marche.ref, Marche.intitule, Marche.titulaire_id).where(
            Marche.etat.in_(ETATS_OUVERTS_AUX_HEURES), or_(Marche.titulaire_id == employeur_id, intervient)
        )
    ).all()
    progres = avancements(s, [m.id for m in marches], jour)
    vues = []
    for m in marches:
        a = progres[m.id]
        semaines = semaines_restantes(jour, a.fin) if a.fin else 0
        reste = max(ZERO, a.reste - a.declarees)
        vues.append(MarcheEmployeur(m.ref, m.intitule, a, combler(reste, semaines), m.titulaire_id == employeur_id))
    return tuple(sorted(vues, key=lambda v: (-v.avancement.manque, v.intitule)))
