"""The facilitateur's answers: yes with a window, no, or a proof is asked; one by one or forty on a page (R33, R47)."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.models import Affectation
from marketplace.comptes.roles import Acteur, Role
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, ModifieEntreTemps, RegleViolee
from marketplace.journal.messages import avertir
from marketplace.journal.services import journaliser
from marketplace.personnes.models import EtatValidation, Personne, Validation
from marketplace.personnes.queries.eligibilite import fenetre_proposee
from marketplace.personnes.rules.eligibilite import AvisMotive
from marketplace.personnes.rules.proteges import refuser_nir
from marketplace.personnes.services.destinataires import membres
from marketplace.personnes.services.preuves import clore_demandes, inscrire_demande
from marketplace.personnes.services.statuts import inscrire_statut
from marketplace.personnes.services.vivier import noter_changement


@dataclass(frozen=True, slots=True)
class PreuveVue:
    """A category and the proof of it that the facilitateur has just seen; with its opinion where it is one (R46)."""

    categorie: str
    preuve_type: str
    preuve_le: date | None
    depuis: date | None = None
    jusqu_au: date | None = None
    avis: AvisMotive | None = None


class Choix(enum.StrEnum):
    """What a facilitateur answers to one question."""

    OUI = "oui"
    NON = "non"
    PREUVE = "preuve"


@dataclass(frozen=True, slots=True)
class ReponseVoulue:
    """One answer of a batch. `version`: the one that was read, when the page holds it."""

    ref: str
    choix: Choix = Choix.OUI
    preuve: PreuveVue | None = None
    type_contrat: str = "cdd"
    version: int | None = None


@dataclass(frozen=True, slots=True)
class ReponsesEnLot:
    """What a batch did: answered, asked for a proof (request ids), and left aside with the reason."""

    repondues: tuple[str, ...] = ()
    demandees: tuple[int, ...] = ()
    laissees: tuple[tuple[str, str], ...] = field(default=())


def _prevenir_demandeur(ctx: Contexte, s: Session, validation: Validation) -> None:
    """Tell the members of the asking organisation that an answer is there; the mail names nobody (N21)."""
    if validation.demandeur_id is None:
        return
    destinataires = membres(
        s,
        validation.territoire_id,
        ctx.aujourdhui(),
        Affectation.organisation_id == validation.demandeur_id,
        Affectation.role == Role.EMPLOYEUR,
    )
    for utilisateur_id, courriel in destinataires:
        avertir(
            s,
            ctx,
            utilisateur_id=utilisateur_id,
            courriel=courriel,
            cle=f"validation-repondue-{validation.ref}",
            texte="Votre demande de validation a sa réponse.",
            lien="/employeur/validations",
            sujet="Réponse à votre demande de validation",
            corps="Le facilitateur a répondu à votre demande de validation. Pour lire sa réponse :",
            attendu=True,
        )


def _charger(s: Session, acteur: Acteur, ref: str) -> tuple[Validation, Personne]:
    validation = s.scalar(
        select(Validation).where(Validation.ref == ref, Validation.territoire_id == acteur.territoire_id)
    )
    if validation is None:
        raise Introuvable()
    exiger(acteur, Action.VALIDER_PERSONNE, Portee(validation.territoire_id))
    return validation, s.get_one(Personne, validation.personne_id)


def repondre_validation(
    ctx: Contexte,
    acteur: Acteur,
    ref: str,
    *,
    oui: bool,
    preuve: PreuveVue | None = None,
    type_contrat: str = "cdd",
    fin_contrat: date | None = None,
    note: str = "",
    version: int | None = None,
) -> None:
    """Answer one question. A yes needs a proof seen and valid on the first day, and opens the window.

    Raises Introuvable, RegleViolee (no valid proof, already answered, break not over), ModifieEntreTemps.
    """
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    with ctx.transaction() as s:
        validation, personne = _charger(s, acteur, ref)
        if version is not None and validation.version != version:
            raise ModifieEntreTemps()
        if validation.etat is not EtatValidation.A_TRAITER:
            raise RegleViolee("Cette demande a déjà sa réponse.")
        refuser_nir(note, champ="note")
        if preuve is not None:
            inscrire_statut(
                s,
                acteur,
                personne,
                jour,
                categorie=preuve.categorie,
                depuis=preuve.depuis,
                jusqu_au=preuve.jusqu_au,
                preuve_type=preuve.preuve_type,
                preuve_le=preuve.preuve_le,
                avis=preuve.avis,
            )
        categories: list[str] = []
        if oui:
            if personne.information_le is None:
                raise RegleViolee("Informez d'abord la personne, puis notez comment.", champ="information_canal")
            fenetre, categories = fenetre_proposee(s, validation, personne, jour, type_contrat, fin_contrat)
            validation.fenetre_debut, validation.fenetre_fin = fenetre.debut, fenetre.fin
        validation.etat = EtatValidation.OUI if oui else EtatValidation.NON
        validation.repondue_le, validation.repondue_par_id = quand, acteur.utilisateur_id
        validation.categories, validation.note = categories, note.strip()
        clore_demandes(s, acteur, personne.id, quand, vue=preuve is not None)
        noter_changement(s, quand, personne.id)
        journaliser(s, quand, acteur, "repondre_validation", validation, "Personne validée" if oui else "Réponse : non")
        _prevenir_demandeur(ctx, s, validation)


def _demander(ctx: Contexte, acteur: Acteur, ref: str) -> int:
    with ctx.transaction() as s:
        validation, personne = _charger(s, acteur, ref)
        if validation.etat is not EtatValidation.A_TRAITER:
            raise RegleViolee("Cette demande a déjà sa réponse.")
        return inscrire_demande(ctx, s, acteur, validation, personne).id


def repondre_en_lot(ctx: Contexte, acteur: Acteur, voulues: Sequence[ReponseVoulue]) -> ReponsesEnLot:
    """Answer many questions: each in its own transaction, those that cannot be are left aside with their reason.

    Raises Introuvable, before anything is written, when one of them is not of this territory.
    """
    uniques = list({v.ref: v for v in voulues}.values())
    with ctx.lecture() as s:
        for voulue in uniques:
            _charger(s, acteur, voulue.ref)
    repondues: list[str] = []
    demandees: list[int] = []
    laissees: list[tuple[str, str]] = []
    for v in uniques:
        try:
            if v.choix is Choix.PREUVE:
                demandees.append(_demander(ctx, acteur, v.ref))
                continue
            repondre_validation(
                ctx,
                acteur,
                v.ref,
                oui=v.choix is Choix.OUI,
                preuve=v.preuve if v.choix is Choix.OUI else None,
                type_contrat=v.type_contrat,
                version=v.version,
            )
            repondues.append(v.ref)
        except RegleViolee as refus:
            laissees.append((v.ref, refus.message))
    return ReponsesEnLot(tuple(repondues), tuple(demandees), tuple(laissees))
