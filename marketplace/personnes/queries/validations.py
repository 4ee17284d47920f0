"""Questions about people: the facilitateur's queue with what she needs to answer, the employer's yes or no."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation
from marketplace.erreurs import RegleViolee
from marketplace.marches.models import ETATS_OUVERTS_AUX_HEURES, Marche
from marketplace.marches.portee import a_portee_de
from marketplace.personnes.models import EtatValidation, Personne, Validation
from marketplace.personnes.queries.eligibilite import fenetre_proposee
from marketplace.personnes.queries.situation import StatutVu, eligibilite_vue


@dataclass(frozen=True, slots=True)
class ValidationATraiter:
    """One question as the facilitateur answers it."""

    ref: str
    version: int
    personne_id: int
    personne_ref: str
    nom_complet: str
    date_naissance: date | None
    telephone: str
    demandeur: str
    marche_ref: str
    marche: str
    poste: str
    debut_prevu: date | None
    demandee_le: datetime
    source: str | None
    informee: bool
    statuts: tuple[StatutVu, ...]
    prete: bool
    manque: str
    fenetre_debut: date | None
    fenetre_fin: date | None


@dataclass(frozen=True, slots=True)
class ValidationEmployeur:
    """One question as the employer who asked it reads it: yes until when, no, or waiting. Nothing else."""

    ref: str
    nom_complet: str
    poste: str
    marche_ref: str
    marche: str
    debut_prevu: date | None
    reponse: str
    jusqu_au: date | None
    demandee_le: datetime
    annulable: bool


@dataclass(frozen=True, slots=True)
class MarcheOuvert:
    """A marché for which this organisation may name people."""

    ref: str
    intitule: str


def nombre_a_traiter(s: Session, territoire_id: int) -> int:
    """How many questions wait for an answer."""
    requete = select(func.count()).where(
        Validation.territoire_id == territoire_id, Validation.etat == EtatValidation.A_TRAITER
    )
    return s.scalar(requete) or 0


def validations_a_traiter(
    s: Session, territoire_id: int, jour: date, limite: int = 100
) -> tuple[ValidationATraiter, ...]:
    """The queue, those whose proof is in order first, then the oldest."""
    requete = (
        select(Validation, Personne, Organisation.nom, Marche.ref, Marche.intitule)
        .join(Personne, Personne.id == Validation.personne_id)
        .outerjoin(Organisation, Organisation.id == Validation.demandeur_id)
        .outerjoin(Marche, Marche.id == Validation.marche_id)
        .where(Validation.territoire_id == territoire_id, Validation.etat == EtatValidation.A_TRAITER)
        .order_by(Validation.demandee_le, Validation.id)
        .limit(limite)
    )
    vues = []
    for v, personne, demandeur, marche_ref, marche in s.execute(requete):
        fenetre, manque = None, ""
        try:
            fenetre, _ = fenetre_proposee(s, v, personne, jour)
        except RegleViolee as refus:
            manque = refus.message
        if personne.information_le is None:
            manque = "La personne n'est pas informée."
        vues.append(
            ValidationATraiter(
                ref=v.ref,
                version=v.version,
                personne_id=personne.id,
                personne_ref=personne.ref,
                nom_complet=f"{personne.prenom} {personne.nom}",
                date_naissance=personne.date_naissance,
                telephone=personne.telephone,
                demandeur=demandeur or "vous",
                marche_ref=marche_ref or "",
                marche=marche or "",
                poste=v.poste,
                debut_prevu=v.debut_prevu,
                demandee_le=v.demandee_le,
                source=v.source,
                informee=personne.information_le is not None,
                statuts=eligibilite_vue(s, personne, jour, statuts_ouverts=True).statuts or (),
                prete=fenetre is not None and not manque,
                manque=manque,
                fenetre_debut=fenetre.debut if fenetre else None,
                fenetre_fin=fenetre.fin if fenetre else None,
            )
        )
    return tuple(sorted(vues, key=lambda x: not x.prete))


REPONSES = {
    EtatValidation.A_TRAITER: "en attente",
    EtatValidation.OUI: "oui",
    EtatValidation.NON: "non",
    EtatValidation.ANNULEE: "annulée",
}


def validations_de_l_employeur(s: Session, organisation_id: int) -> tuple[ValidationEmployeur, ...]:
    """The questions this organisation asked, newest first."""
    requete = (
        select(Validation, Personne.prenom, Personne.nom, Marche.ref, Marche.intitule)
        .join(Personne, Personne.id == Validation.personne_id)
        .outerjoin(Marche, Marche.id == Validation.marche_id)
        .where(Validation.demandeur_id == organisation_id, Personne.anonymisee_le.is_(None))
        .order_by(Validation.demandee_le.desc(), Validation.id.desc())
    )
    return tuple(
        ValidationEmployeur(
            v.ref,
            f"{prenom} {nom}",
            v.poste,
            marche_ref or "",
            marche or "",
            v.debut_prevu,
            REPONSES[v.etat],
            v.fenetre_fin if v.etat is EtatValidation.OUI else None,
            v.demandee_le,
            v.etat is EtatValidation.A_TRAITER,
        )
        for v, prenom, nom, marche_ref, marche in s.execute(requete)
    )


def marches_ouverts(s: Session, territoire_id: int, organisation_id: int) -> tuple[MarcheOuvert, ...]:
    """Marchés on which this organisation works, open to hours."""
    requete = (
        select(Marche.ref, Marche.intitule)
        .where(
            Marche.territoire_id == territoire_id,
            Marche.etat.in_(ETATS_OUVERTS_AUX_HEURES),
            Marche.acheteur_id != organisation_id,
            a_portee_de(organisation_id),
        )
        .order_by(Marche.intitule, Marche.ref)
    )
    return tuple(MarcheOuvert(*ligne) for ligne in s.execute(requete))
