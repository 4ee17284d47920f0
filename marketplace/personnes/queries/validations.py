"""Questions about people: the facilitateur's queue with what she needs to answer, the employer's yes or no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation
from marketplace.contexte import PARIS
from marketplace.erreurs import RegleViolee
from marketplace.marches.models import ETATS_OUVERTS_AUX_HEURES, Marche
from marketplace.marches.portee import a_portee_de
from marketplace.personnes.models import DemandePreuve, EtatValidation, Personne, Validation
from marketplace.personnes.queries.eligibilite import (
    decider,
    elements_des_validations,
    fenetre_des_elements,
    regles_eligibilite,
)
from marketplace.personnes.queries.situation import StatutVu, noms_des_voyeurs, statuts_vus
from marketplace.personnes.rules.pieces import libelle_piece
from marketplace.personnes.rules.preuves import CATEGORIE_SUGGEREE
from marketplace.territoire.reglages import reglages_au


@dataclass(frozen=True, slots=True)
class PreuveAttendue:
    """What was asked of the person and what she answered; `categorie` is what such a proof most often proves."""

    id: int
    voie: str
    demandee_le: datetime
    jusqu_au: date
    perimee: bool
    repondue_le: datetime | None
    preuve_type: str | None
    piece: str
    preuve_le: date | None
    categorie: str
    remise: str
    telephone: str
    fichier: bool


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
    demande: PreuveAttendue | None

    @property
    def annoncee(self) -> bool:
        """Whether the person said which proof she has."""
        return self.demande is not None and self.demande.repondue_le is not None


@dataclass(frozen=True, slots=True)
class ValidationEmployeur:
    """One question as the employer who asked it reads it: yes until when, no, or waiting. Nothing else."""

    ref: str
    personne_id: int
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
    s: Session, territoire_id: int, jour: date, limite: int = 100, *, ref: str | None = None
) -> tuple[ValidationATraiter, ...]:
    """The queue: those whose proof is in order first, then those who announced one, then the oldest."""
    requete = (
        select(Validation, Personne, Organisation.nom, Marche.ref, Marche.intitule)
        .join(Personne, Personne.id == Validation.personne_id)
        .outerjoin(Organisation, Organisation.id == Validation.demandeur_id)
        .outerjoin(Marche, Marche.id == Validation.marche_id)
        .where(Validation.territoire_id == territoire_id, Validation.etat == EtatValidation.A_TRAITER)
        .order_by(Validation.demandee_le, Validation.id)
        .limit(limite)
    )
    if ref is not None:
        requete = requete.where(Validation.ref == ref)
    lignes = s.execute(requete).all()
    validations = [ligne[0] for ligne in lignes]
    elements = elements_des_validations(s, validations)
    demandes = _demandes(s, [v.id for v in validations], jour)
    reglages = reglages_au(s, territoire_id, jour)
    tous = [statut for e in elements.values() for statut in e.statuts]
    noms = noms_des_voyeurs(s, tous)
    vues = []
    for v, personne, demandeur, marche_ref, marche in lignes:
        siens = elements[v.id]
        fenetre, manque = None, ""
        try:
            fenetre, _ = fenetre_des_elements(siens, reglages, v.debut_prevu or jour, personne.date_naissance, jour)
        except RegleViolee as refus:
            manque = refus.message
        if personne.information_le is None:
            manque = "La personne n'est pas informée."
        examen = decider(siens.statuts, personne.date_naissance, jour, regles_eligibilite(reglages))
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
                statuts=statuts_vus(siens.statuts, examen, noms),
                prete=fenetre is not None and not manque,
                manque=manque,
                fenetre_debut=fenetre.debut if fenetre else None,
                fenetre_fin=fenetre.fin if fenetre else None,
                demande=demandes.get(v.id),
            )
        )
    return tuple(sorted(vues, key=lambda x: (not x.prete, not x.annoncee)))


def _demandes(s: Session, validation_ids: Sequence[int], jour: date) -> dict[int, PreuveAttendue]:
    """The last request of each question, still open or answered."""
    requete = (
        select(DemandePreuve)
        .where(DemandePreuve.validation_id.in_(validation_ids), DemandePreuve.close_le.is_(None))
        .order_by(DemandePreuve.id)
    )
    vues = {}
    for d in s.scalars(requete):
        fin = d.expire_le.astimezone(PARIS).date()
        suggeree = CATEGORIE_SUGGEREE.get(d.preuve_type or "")
        vues[d.validation_id or 0] = PreuveAttendue(
            id=d.id,
            voie=d.voie.value,
            demandee_le=d.creee_le,
            jusqu_au=fin,
            perimee=d.repondue_le is None and fin < jour,
            repondue_le=d.repondue_le,
            preuve_type=d.preuve_type,
            piece=libelle_piece(d.preuve_type),
            preuve_le=d.preuve_le,
            categorie=suggeree.value if suggeree is not None else "",
            remise=d.remise.value if d.remise is not None else "",
            telephone=d.telephone,
            fichier=d.fichier is not None,
        )
    return vues


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
            v.personne_id,
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
