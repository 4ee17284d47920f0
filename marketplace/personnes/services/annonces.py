"""The person's side of a proof: what the one-time link opens, her answer, the file where the territory takes one.

What she announces counts for nothing until somebody entitled has seen it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.roles import Acteur, systeme
from marketplace.contexte import PARIS, Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.journal.services import journaliser, noter_lectures
from marketplace.personnes.models import DemandePreuve, Personne, Remise, Validation
from marketplace.personnes.rules import preuves as regles
from marketplace.personnes.rules.saisie import lire_telephone
from marketplace.personnes.services.destinataires import prevenir_facilitateurs
from marketplace.personnes.services.fichiers import effacer_fichier, garder_fichier, lire_fichier
from marketplace.personnes.services.preuves import contact_du_territoire
from marketplace.territoire.models import Territoire
from marketplace.territoire.reglages import reglages_au

PERIME = "Ce lien a déjà servi ou n'est plus valable."


@dataclass(frozen=True, slots=True)
class DemandePublique:
    """What the page behind the link shows: nothing on the person but that something is awaited."""

    contact: regles.Contact
    expire_le: date
    remises: tuple[tuple[str, str], ...]
    fichiers: bool


def _ouverte(s: Session, clair: str, maintenant: datetime) -> DemandePreuve:
    demande = s.scalar(
        select(DemandePreuve).where(
            DemandePreuve.empreinte == regles.empreinte_du_jeton(clair),
            DemandePreuve.close_le.is_(None),
            DemandePreuve.repondue_le.is_(None),
            DemandePreuve.expire_le > maintenant,
        )
    )
    if demande is None:
        raise RegleViolee(PERIME)
    return demande


def lire_demande(ctx: Contexte, clair: str) -> DemandePublique:
    """What the link opens, without spending it. Raises RegleViolee: unknown, spent, too old, all the same."""
    with ctx.lecture() as s:
        demande = _ouverte(s, clair, ctx.horloge())
        fichiers = reglages_au(s, demande.territoire_id, ctx.aujourdhui()).preuves_fichiers
        return DemandePublique(
            contact_du_territoire(s.get_one(Territoire, demande.territoire_id)),
            demande.expire_le.astimezone(PARIS).date(),
            tuple((code, regles.REMISES[code]) for code in regles.remises_possibles(fichiers_admis=fichiers)),
            fichiers,
        )


def annoncer_preuve(
    ctx: Contexte,
    clair: str,
    *,
    preuve_type: str,
    preuve_le: date | None,
    remise: str,
    telephone: str = "",
    fichier: bytes = b"",
) -> None:
    """The person says which proof she has, of which date, and how she shows it; the link is spent.

    Raises RegleViolee: with a field, the link stays good; without one, it no longer is.
    """
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    numero = lire_telephone(telephone)
    with ctx.lecture() as s:
        territoire_id = _ouverte(s, clair, quand).territoire_id
        admis = reglages_au(s, territoire_id, jour).preuves_fichiers
    regles.controler_annonce(preuve_type, preuve_le, remise, jour, fichiers_admis=admis, fichier=bool(fichier))
    nom = garder_fichier(ctx, fichier) if fichier else None
    try:
        with ctx.transaction() as s:
            numero_demande = s.scalar(
                update(DemandePreuve)
                .where(
                    DemandePreuve.empreinte == regles.empreinte_du_jeton(clair),
                    DemandePreuve.close_le.is_(None),
                    DemandePreuve.repondue_le.is_(None),
                    DemandePreuve.expire_le > quand,
                )
                .values(
                    repondue_le=quand,
                    preuve_type=preuve_type,
                    preuve_le=preuve_le,
                    remise=Remise(remise),
                    telephone=numero,
                    fichier=nom,
                )
                .returning(DemandePreuve.id)
            )
            if numero_demande is None:
                raise RegleViolee(PERIME)
            demande = s.get_one(DemandePreuve, numero_demande)
            personne = s.get_one(Personne, demande.personne_id)
            if numero and not personne.telephone:
                personne.telephone = numero
            acteur = replace(systeme(demande.territoire_id), nom="la personne, par son lien")
            # Neither the kind of proof nor its date: the journal is read by more people than the file (R112).
            journaliser(s, quand, acteur, "annoncer_preuve", personne, "Justificatif annoncé")
            _annoncer_aux_facilitateurs(ctx, s, demande)
    except Exception:
        effacer_fichier(ctx, nom)
        raise


def _annoncer_aux_facilitateurs(ctx: Contexte, s: Session, demande: DemandePreuve) -> None:
    validation = s.get(Validation, demande.validation_id) if demande.validation_id is not None else None
    if validation is not None:
        prevenir_facilitateurs(
            ctx,
            s,
            demande.territoire_id,
            cle=f"preuve-annoncee-{demande.id}",
            texte="Une personne a répondu : son justificatif est à voir.",
            lien=f"/facilitateur/personnes/a-valider/{validation.ref}",
        )


def lire_fichier_de_preuve(ctx: Contexte, acteur: Acteur, demande_id: int) -> tuple[bytes, str]:
    """The file a person sent, for a facilitateur of her territory; noted as a reading. Raises Introuvable."""
    exiger(acteur, Action.VALIDER_PERSONNE, Portee(acteur.territoire_id))
    with ctx.transaction() as s:
        demande = s.scalar(
            select(DemandePreuve).where(
                DemandePreuve.id == demande_id, DemandePreuve.territoire_id == acteur.territoire_id
            )
        )
        if demande is None or demande.fichier is None:
            raise Introuvable()
        lu = lire_fichier(ctx, demande.fichier)
        noter_lectures(s, ctx.horloge(), acteur, [demande.personne_id], "Lecture d'un justificatif envoyé")
        return lu
