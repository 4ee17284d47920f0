"""What each side did before hours were missing: shown beside a penalty, and written in the draft letter."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from docx import Document
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.heures.models import Declaration, EtatDeclaration
from marketplace.heures.rules.penalite import RechercheCandidats, Simulation
from marketplace.heures.rules.phrases import heures_en_texte, jour_en_texte, nombre_en_texte
from marketplace.marches.models import Arret
from marketplace.personnes.models import Validation
from marketplace.propositions.ecart import EcartVu


@dataclass(frozen=True, slots=True)
class Efforts:
    """Facts of the product, none of them a judgement. Delays in days."""

    declarations_en_retard: int
    arrets: tuple[tuple[date, date | None, str], ...]
    validations_demandees: int
    validations_repondues: int
    delai_reponse: int | None
    declarations_a_valider: int


def efforts(s: Session, marche_id: int, jour: date) -> Efforts:
    """Facts about a marché on both sides. Four queries."""
    d = Declaration
    attend_employeur = d.etat.in_((EtatDeclaration.A_FAIRE, EtatDeclaration.BROUILLON, EtatDeclaration.A_CORRIGER))
    attend_facilitateur = d.etat.in_(
        (EtatDeclaration.DECLAREE, EtatDeclaration.CONFIRMEE, EtatDeclaration.NON_CONTESTEE)
    )
    retards, a_valider = s.execute(
        select(func.count().filter(attend_employeur, d.echeance < jour), func.count().filter(attend_facilitateur))
        .select_from(d)
        .where(d.marche_id == marche_id)
    ).one()
    arrets = s.execute(
        select(Arret.debut, Arret.fin, Arret.motif).where(Arret.marche_id == marche_id).order_by(Arret.debut)
    ).all()
    demandes = s.execute(
        select(Validation.demandee_le, Validation.repondue_le).where(Validation.marche_id == marche_id)
    ).all()
    delais = [(repondue - demandee).days for demandee, repondue in demandes if repondue is not None]
    return Efforts(
        declarations_en_retard=retards,
        arrets=tuple((debut, fin, motif) for debut, fin, motif in arrets),
        validations_demandees=len(demandes),
        validations_repondues=len(delais),
        delai_reponse=round(median(delais)) if delais else None,
        declarations_a_valider=a_valider,
    )


def causes_du_titulaire(recherche: RechercheCandidats, e: Efforts) -> tuple[str, ...]:
    """What the titulaire did, or did not do, in sentences."""
    offre = (
        f"Une offre est publiée depuis le {jour_en_texte(recherche.publiee_le)}."
        if recherche.publiee_le
        else "Aucune offre n'a été publiée pour ce marché."
    )
    return (
        offre,
        f"Échanges avec le facilitateur : {recherche.demandes_au_facilitateur}.",
        (
            f"Propositions reçues : {recherche.propositions_recues}, "
            f"dont {recherche.propositions_repondues} avec une réponse."
        ),
        f"Déclarations en retard : {e.declarations_en_retard}.",
    )


def causes_de_notre_cote(e: Efforts) -> tuple[str, ...]:
    """What depended on the buyer or on the facilitateur, in sentences."""
    phrases = [
        f"Arrêt du chantier depuis le {jour_en_texte(debut)}{f' ({motif})' if motif else ''}."
        if fin is None
        else f"Arrêt du chantier du {jour_en_texte(debut)} au {jour_en_texte(fin)}{f' ({motif})' if motif else ''}."
        for debut, fin, motif in e.arrets
    ] or ["Aucun arrêt de chantier noté."]
    delai = f", en {e.delai_reponse} jours le plus souvent" if e.delai_reponse is not None else ""
    phrases.append(
        f"Personnes à valider : {e.validations_demandees} demandées, {e.validations_repondues} avec une réponse{delai}."
    )
    phrases.append(f"Déclarations signées qui attendent encore leur validation : {e.declarations_a_valider}.")
    return tuple(phrases)


def projet_de_courrier(vue: EcartVu, simulation: Simulation, e: Efforts, jour: date) -> tuple[str, ...]:
    """The draft letter, paragraph by paragraph. It notifies nothing: the buyer decides, completes and signs."""
    a = vue.avancement
    lignes = [
        "PROJET DE COURRIER, à relire, à compléter et à signer par l'acheteur. Il ne vaut pas décision.",
        f"À l'attention de {vue.titulaire or 'le titulaire'}",
        f"Objet : clause d'insertion du marché « {vue.intitule} » ({vue.ref})",
        "Madame, Monsieur,",
        (
            f"Votre marché prévoit {heures_en_texte(a.objectif)} d'insertion. Au {jour_en_texte(jour)}, "
            f"{heures_en_texte(a.validees)} sont validées : il manque {heures_en_texte(simulation.heures_manquantes)}."
        ),
    ]
    if simulation.heures_neutralisees:
        lignes.append(
            f"{heures_en_texte(simulation.heures_neutralisees)} sont neutralisées. "
            f"Il reste {heures_en_texte(simulation.heures_retenues)}."
        )
    lignes.append("Ce que nous avons noté de vos démarches : " + " ".join(causes_du_titulaire(vue.recherche, e)))
    lignes.append("Ce qui ne dépendait pas de vous : " + " ".join(causes_de_notre_cote(e)))
    if simulation.montant:
        lignes.append(
            "Si rien ne change, l'application du contrat conduirait à une pénalité de "
            f"{nombre_en_texte(simulation.montant)}\u00a0€ ({heures_en_texte(simulation.heures_retenues)} retenues)."
        )
    lignes += [f"À vérifier avant tout envoi : {obstacle}" for obstacle in simulation.obstacles]
    lignes += [
        (
            "Nous vous invitons à nous présenter vos observations, et les embauches que vous prévoyez, "
            "avant le …………………………."
        ),
        "Votre facilitateur reste à votre disposition pour trouver des personnes ou des structures.",
        "Nous vous prions d'agréer, Madame, Monsieur, nos salutations distinguées.",
        "L'acheteur : ………………………….",
    ]
    return tuple(lignes)


def en_word(paragraphes: Sequence[str]) -> bytes:
    """The draft as a Word file, its first line as a warning title."""
    document = Document()
    document.core_properties.title = "Projet de courrier"
    document.core_properties.language = "fr-FR"
    document.add_heading(paragraphes[0], level=1)
    for paragraphe in paragraphes[1:]:
        document.add_paragraph(paragraphe)
    tampon = io.BytesIO()
    document.save(tampon)
    return tampon.getvalue()
