"""The criteria of the IAE and of the GEIQ as they are shown: name, proof, age of the proof. Other lists than D1.

Codes are those of the national platform. Ages hold at the day the PASS is delivered (arrêté of 1 September 2021).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from marketplace.personnes.rules import geiq, iae
from marketplace.valeurs import ajouter_mois


@dataclass(frozen=True, slots=True)
class Critere:
    """One criterion: what it is called, what proves it, and the age in months from which the proof is refused."""

    code: str
    libelle: str
    preuve: str
    age_mois: int | None = None


_COMMUNS: tuple[Critere, ...] = (
    Critere("RSA", "Allocataire du RSA", "Attestation RSA", 3),
    Critere("ASS", "Allocataire de l'ASS", "Attestation ASS", 3),
    Critere("AAH", "Allocataire de l'AAH", "Attestation AAH", 3),
    Critere("DETLD", "Demandeur d'emploi depuis 24 mois ou plus", "Attestation France Travail", 3),
    Critere("CAP_BEP", "Niveau CAP, BEP ou moins", "Diplôme ou attestation sur l'honneur", 3),
    Critere("SENIOR", "Plus de 50 ans", "Pièce d'identité"),
    Critere("JEUNE", "Moins de 26 ans", "Pièce d'identité"),
    Critere("ASE", "Sortant de l'aide sociale à l'enfance", "Attestation ASE", 12),
    Critere("DELD", "Demandeur d'emploi de 12 à 24 mois", "Attestation France Travail", 3),
    Critere("TH", "Travailleur handicapé", "Décision de reconnaissance"),
    Critere("PI", "Parent isolé", "Attestation de la CAF", 3),
    Critere("PSH_PR", "Sans hébergement, hébergé ou parcours de rue", "Certificat de domiciliation", 3),
    Critere("REF_DA", "Réfugié, protégé ou demandeur d'asile", "Titre de séjour ou autorisation de travail"),
    Critere("ZRR", "Habite une zone rurale à revitaliser", "Justificatif de domicile", 6),
    Critere("QPV", "Habite un quartier prioritaire", "Justificatif de domicile", 6),
    Critere("DETENTION_MJ", "Sortant de détention ou suivi par la justice", "Billet de sortie ou attestation", 6),
    Critere("FLE", "Français inférieur au niveau A1", "Évaluation de français", 6),
    Critere("PM", "Difficulté de mobilité", "Diagnostic d'un prescripteur habilité", 6),
)

_GEIQ_SEULS: tuple[Critere, ...] = (
    Critere("RS_PS_DA", "Demandeur d'asile", "Autorisation temporaire de travail"),
    Critere("JEUNE_SQ", "Moins de 26 ans, niveau 4 au plus", "Diplôme ou attestation sur l'honneur"),
    Critere("MINIMA", "Minima sociaux", "Attestation de l'organisme"),
    Critere("SANS_TRAVAIL_12", "Sans travail depuis plus d'un an", "CV ou attestation sur l'honneur"),
    Critere("DE_45", "Demandeur d'emploi de 45 ans et plus", "Pièce d'identité et attestation France Travail"),
    Critere("RECONVERSION", "Reconversion contrainte", "Document qui le montre"),
    Critere("SIAE_CUI", "Sort d'un dispositif d'insertion", "Contrat ou attestation de la structure"),
    Critere("AUTRE_MINIMA", "Autre minimum social", "Attestation de l'organisme"),
    Critere("FT", "Inscrit à France Travail", "Avis de situation"),
    Critere("DELD_12", "Inscrit depuis moins de 12 mois", "Avis de situation"),
)

CRITERES_IAE: Mapping[str, Critere] = {c.code: c for c in _COMMUNS}
CRITERES_GEIQ: Mapping[str, Critere] = {c.code: Critere(c.code, c.libelle, c.preuve) for c in (*_COMMUNS, *_GEIQ_SEULS)}
"""The GEIQ asks the same proofs without an age."""

STRUCTURES_EXAMINEES: Mapping[str, str] = {
    "ai": "Association intermédiaire",
    "etti": "Intérim d'insertion",
    "ei": "Entreprise d'insertion",
    "aci": "Chantier d'insertion",
}

NIVEAUX = {"1": "Niveau 1 : un seul suffit", "2": "Niveau 2 : deux ou trois selon la structure"}


def niveau_iae(code: str) -> str:
    """« 1 » or « 2 » (R66)."""
    return "1" if code in iae.NIVEAU_1 else "2"


def annexe_geiq(code: str) -> str:
    """In which annex of the GEIQ a criterion counts, in words (R76)."""
    pleine = code in geiq.ANNEXE_2_NIVEAU_1 or code in geiq.ANNEXE_2_NIVEAU_2
    if pleine:
        return "Annexe 2" if code not in geiq.ANNEXE_1 else "Annexes 1 et 2"
    return "Annexe 1" if code in geiq.ANNEXE_1 else "Hors annexe"


def preuve_encore_bonne(critere: Critere, preuve_le: date | None, le: date) -> bool:
    """Whether a proof of that date holds on the day the PASS would be delivered; « moins de 3 mois » is strict."""
    if preuve_le is None or preuve_le > le:
        return False
    return critere.age_mois is None or ajouter_mois(preuve_le, critere.age_mois) > le


@dataclass(frozen=True, slots=True)
class ReponseIAE:
    """For one kind of structure: yes, yes once the proofs are seen, or how many criteria are missing (R66)."""

    structure: str
    eligible: bool
    avec_preuves: bool
    manquants: int


def examiner_iae(retenus: Collection[str], prouves: Collection[str]) -> tuple[ReponseIAE, ...]:
    """R66 for each kind of structure, over the criteria claimed, then over those whose proof holds."""
    reponses = []
    for type_, libelle in STRUCTURES_EXAMINEES.items():
        tous, surs = iae.examiner(retenus, type_), iae.examiner(prouves, type_)
        reponses.append(ReponseIAE(libelle, surs.eligible, tous.eligible, tous.manquants))
    return tuple(reponses)
