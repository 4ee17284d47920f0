"""Asking a person for a proof, and her answer by the one-time link: to the facilitateur, never through the employer.

The person announces a kind of proof and its date; nothing counts until somebody entitled has seen it.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.models import Utilisateur
from marketplace.comptes.roles import Acteur
from marketplace.contexte import PARIS, Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.journal.messages import avertir
from marketplace.journal.services import journaliser, noter_lectures, poster
from marketplace.personnes.models import (
    DemandePreuve,
    EtatValidation,
    Personne,
    Remise,
    Suivi,
    Validation,
    VoiePreuve,
)
from marketplace.personnes.portee import suivi_en_cours
from marketplace.personnes.rules import preuves as regles
from marketplace.territoire.models import Territoire
from marketplace.territoire.reglages import reglages_au


@dataclass(frozen=True, slots=True)
class ARemettre:
    """The words to hand over to one person, with her link."""

    demande_id: int
    validation_ref: str
    nom_complet: str
    telephone: str
    lien: str
    jeton: str
    expire_le: date
    voie: VoiePreuve
    sms: str
    contact: regles.Contact


def contact_du_territoire(territoire: Territoire) -> regles.Contact:
    """How the people of a territory reach its facilitateurs."""
    return regles.Contact(
        territoire.contact_nom or "Équipe des facilitateurs",
        territoire.contact_telephone or "",
        territoire.contact_courriel or "",
    )


def _lien(ctx: Contexte, grain: str) -> tuple[str, str]:
    mot = regles.jeton(ctx.config.cle_secrete, grain)
    return f"{ctx.config.adresse_publique}/document/{mot}", mot


def _referents(s: Session, personne_id: int, jour: date) -> list[tuple[int, str]]:
    requete = (
        select(Utilisateur.id, Utilisateur.courriel)
        .join(Suivi, Suivi.referent_id == Utilisateur.id)
        .where(Suivi.personne_id == personne_id, suivi_en_cours(jour), Utilisateur.desactive_le.is_(None))
        .distinct()
    )
    return [(numero, courriel) for numero, courriel in s.execute(requete)]


def inscrire_demande(
    ctx: Contexte,
    s: Session,
    acteur: Acteur,
    validation: Validation,
    personne: Personne,
    voie: VoiePreuve | None = None,
) -> DemandePreuve:
    """Ask inside the caller's transaction: the former link stops, the person or her référent is told.

    Without `voie`, the first one that reaches her. Raises RegleViolee when that way reaches nobody.
    """
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    referents = _referents(s, personne.id, jour)
    if voie is None:
        voie = VoiePreuve(
            regles.voie_par_defaut(
                courriel=bool(personne.courriel), referent=bool(referents), telephone=bool(personne.telephone)
            )
        )
    joignable = {VoiePreuve.COURRIEL: bool(personne.courriel), VoiePreuve.REFERENT: bool(referents)}
    if not joignable.get(voie, True):
        manque = "d'adresse électronique" if voie is VoiePreuve.COURRIEL else "de référent"
        raise RegleViolee(f"Cette personne n'a pas {manque} : choisissez un autre moyen.", champ="voie")
    s.execute(
        update(DemandePreuve)
        .where(DemandePreuve.validation_id == validation.id, DemandePreuve.close_le.is_(None))
        .values(close_le=quand)
        .execution_options(synchronize_session="fetch")
    )
    duree = reglages_au(s, validation.territoire_id, jour).lien_preuve_jours
    grain = secrets.token_hex(16)
    lien, mot = _lien(ctx, grain)
    demande = DemandePreuve(
        territoire_id=validation.territoire_id,
        personne_id=personne.id,
        validation_id=validation.id,
        grain=grain,
        empreinte=regles.empreinte_du_jeton(mot),
        voie=voie,
        creee_le=quand,
        creee_par_id=acteur.utilisateur_id,
        expire_le=quand + timedelta(days=duree),
    )
    s.add(demande)
    s.flush()
    if voie is VoiePreuve.COURRIEL:
        contact = contact_du_territoire(s.get_one(Territoire, validation.territoire_id))
        message = regles.courriel_du_lien(lien, f"{demande.expire_le.astimezone(PARIS):%d/%m/%Y}", contact)
        poster(
            s,
            quand,
            cle=f"preuve:{demande.id}",
            destinataire=personne.courriel,
            sujet=message.sujet,
            corps=message.corps,
        )
    _prevenir_referents(ctx, s, demande, personne, referents)
    journaliser(s, quand, acteur, "demander_preuve", personne, "Justificatif demandé à la personne", voie=voie.value)
    return demande


def _prevenir_referents(
    ctx: Contexte, s: Session, demande: DemandePreuve, personne: Personne, referents: Sequence[tuple[int, str]]
) -> None:
    """Whatever the way, those who follow her know: inside the product by her name, by mail without it (N21)."""
    message = regles.message_au_referent()
    for utilisateur_id, courriel in referents:
        avertir(
            s,
            ctx,
            utilisateur_id=utilisateur_id,
            courriel=courriel,
            cle=f"preuve-{demande.id}",
            texte="Un justificatif est attendu pour une personne que vous suivez.",
            lien=f"/referent/personnes/{personne.ref}/situation",
            sujet=message.sujet,
            corps=message.corps,
            attendu=True,
        )


def _validation_ouverte(s: Session, acteur: Acteur, ref: str) -> tuple[Validation, Personne]:
    exiger(acteur, Action.VALIDER_PERSONNE, Portee(acteur.territoire_id))
    ligne = s.execute(
        select(Validation, Personne)
        .join(Personne, Personne.id == Validation.personne_id)
        .where(Validation.ref == ref, Validation.territoire_id == acteur.territoire_id)
    ).first()
    if ligne is None:
        raise Introuvable()
    validation, personne = ligne
    if validation.etat is not EtatValidation.A_TRAITER:
        raise RegleViolee("Cette demande a déjà sa réponse.")
    return validation, personne


def demander_preuve(ctx: Contexte, acteur: Acteur, validation_ref: str, *, voie: str = "") -> int:
    """A facilitateur asks for the proof of one question; id of the request. `voie` empty: the first that reaches.

    Raises Introuvable, RegleViolee (already answered, nobody at the end of that way).
    """
    if voie and voie not in set(VoiePreuve):
        raise RegleViolee("Choisissez un moyen dans la liste.", champ="voie")
    with ctx.transaction() as s:
        validation, personne = _validation_ouverte(s, acteur, validation_ref)
        demande = inscrire_demande(ctx, s, acteur, validation, personne, VoiePreuve(voie) if voie else None)
        return demande.id


def lire_remise(ctx: Contexte, acteur: Acteur, ids: Sequence[int] = ()) -> tuple[ARemettre, ...]:
    """Words to hand over: those requests, or all that wait and no mail carried. Each name shown is noted."""
    exiger(acteur, Action.VALIDER_PERSONNE, Portee(acteur.territoire_id))
    quand = ctx.horloge()
    with ctx.transaction() as s:
        requete = (
            select(DemandePreuve, Personne, Validation.ref, Territoire)
            .join(Personne, Personne.id == DemandePreuve.personne_id)
            .join(Validation, Validation.id == DemandePreuve.validation_id)
            .join(Territoire, Territoire.id == DemandePreuve.territoire_id)
            .where(
                DemandePreuve.territoire_id == acteur.territoire_id,
                DemandePreuve.close_le.is_(None),
                DemandePreuve.repondue_le.is_(None),
                DemandePreuve.expire_le > quand,
            )
            .order_by(DemandePreuve.id)
        )
        choisies = DemandePreuve.id.in_(ids) if ids else DemandePreuve.voie.in_([VoiePreuve.SMS, VoiePreuve.COURRIER])
        textes = []
        for demande, personne, ref, territoire in s.execute(requete.where(choisies)).all():
            lien, mot = _lien(ctx, demande.grain)
            fin = demande.expire_le.astimezone(PARIS).date()
            contact = contact_du_territoire(territoire)
            textes.append(
                ARemettre(
                    demande.id,
                    ref,
                    f"{personne.prenom} {personne.nom}",
                    personne.telephone,
                    lien,
                    mot,
                    fin,
                    demande.voie,
                    regles.sms_du_lien(lien, f"{fin:%d/%m/%Y}", contact),
                    contact,
                )
            )
            noter_lectures(s, quand, acteur, [personne.id], "Demande de justificatif")
        return tuple(textes)


@dataclass(frozen=True, slots=True)
class JustificatifAttendu:
    """A proof that a facilitateur awaits for somebody of one's caseload. `annonce`: she says she shows it to you."""

    personne_id: int
    personne_ref: str
    nom_complet: str
    demandee_le: datetime
    annonce: bool


def lire_justificatifs_attendus(ctx: Contexte, acteur: Acteur, finalite: str) -> tuple[JustificatifAttendu, ...]:
    """Proofs awaited for the people of this caseload, the oldest first; each name shown is noted."""
    jour = ctx.aujourdhui()
    with ctx.transaction() as s:
        requete = (
            select(DemandePreuve, Personne)
            .join(Personne, Personne.id == DemandePreuve.personne_id)
            .join(Suivi, Suivi.personne_id == Personne.id)
            .where(
                DemandePreuve.territoire_id == acteur.territoire_id,
                DemandePreuve.close_le.is_(None),
                Suivi.referent_id == acteur.referent_id,
                suivi_en_cours(jour),
                Personne.anonymisee_le.is_(None),
            )
            .order_by(DemandePreuve.id)
        )
        vus = {
            p.id: JustificatifAttendu(p.id, p.ref, f"{p.prenom} {p.nom}", d.creee_le, d.remise is Remise.REFERENT)
            for d, p in s.execute(requete)
        }
        noter_lectures(s, ctx.horloge(), acteur, vus, finalite)
        return tuple(vus.values())


def clore_demandes(s: Session, acteur: Acteur, personne_id: int, quand: datetime, *, vue: bool) -> None:
    """End what was asked of her, inside the caller's transaction: seen by the actor, or no longer needed."""
    valeurs: dict[str, object] = {"close_le": quand}
    if vue:
        valeurs |= {"vue_par_id": acteur.utilisateur_id, "vue_le": quand.astimezone(PARIS).date()}
    s.execute(
        update(DemandePreuve)
        .where(DemandePreuve.personne_id == personne_id, DemandePreuve.close_le.is_(None))
        .values(**valeurs)
        .execution_options(synchronize_session="fetch")
    )
