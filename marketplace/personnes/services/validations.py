"""The question « does this person count? » and its answer with a window (R33, R34, R47).

An employer names somebody it found; the proof goes to the facilitateur, never through the employer, who only
ever reads yes until when, no, or waiting.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.models import Affectation, Utilisateur
from marketplace.comptes.roles import Acteur, Role
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, ModifieEntreTemps, RegleViolee
from marketplace.journal.services import journaliser, notifier, poster
from marketplace.marches.models import ETATS_OUVERTS_AUX_HEURES, Marche
from marketplace.marches.portee import a_portee_de
from marketplace.personnes.models import EtatValidation, Personne, Validation
from marketplace.personnes.queries.eligibilite import fenetre_proposee
from marketplace.personnes.rules.identite import empreinte
from marketplace.personnes.rules.information import VERSION_NOTICE_VALIDATION, Canal
from marketplace.personnes.rules.proteges import refuser_nir
from marketplace.personnes.rules.saisie import ProfilSaisi, controler_profil, lire_telephone
from marketplace.personnes.services.information import inscrire_information
from marketplace.personnes.services.profil import jumeaux, nouvelle_ref
from marketplace.personnes.services.statuts import inscrire_statut
from marketplace.personnes.services.vivier import noter_changement
from marketplace.valeurs import ajouter_mois, cle

DEBUT_ANTERIEUR_MAX_MOIS = 12
"""How far back a start may lie: later validations are settled at crediting (R35, R36)."""


@dataclass(frozen=True, slots=True)
class PreuveVue:
    """A category and the proof of it that the facilitateur has just seen."""

    categorie: str
    preuve_type: str
    preuve_le: date | None
    depuis: date | None = None
    jusqu_au: date | None = None


@dataclass(frozen=True, slots=True)
class ReponsesEnLot:
    """What a batch of answers did: answered, and left aside with the reason."""

    repondues: tuple[str, ...] = ()
    laissees: tuple[tuple[str, str], ...] = field(default=())


def inscrire_validation(
    s: Session,
    quand: datetime,
    acteur: Acteur,
    *,
    personne: Personne,
    demandeur_id: int | None,
    marche_id: int | None,
    poste: str,
    debut: date,
) -> Validation:
    """Ask whether this person counts, inside the caller's transaction.

    The question already open for the same person and asker is kept, with its new marché and start.
    """
    validation = s.scalar(
        select(Validation).where(
            Validation.personne_id == personne.id,
            Validation.demandeur_id == demandeur_id,
            Validation.etat == EtatValidation.A_TRAITER,
        )
    )
    if validation is None:
        validation = Validation(
            ref=f"~{secrets.token_hex(8)}",  # until the id is known; never two alike, even at the same instant
            territoire_id=personne.territoire_id,
            personne_id=personne.id,
            demandeur_id=demandeur_id,
            demandee_le=quand,
            source=acteur.source,
        )
        s.add(validation)
    validation.marche_id, validation.poste, validation.debut_prevu = marche_id, poste.strip(), debut
    s.flush()
    validation.ref = f"V-{validation.id:06d}"
    return validation


def demander_validation(
    ctx: Contexte,
    acteur: Acteur,
    *,
    prenom: str,
    nom: str,
    date_naissance: date | None,
    poste: str,
    debut: date | None,
    marche_ref: str,
    personne_informee: bool,
    telephone: str = "",
) -> str:
    """An employer asks for the validation of somebody it found; reference of the question.

    Somebody already known of the territory (same name, same birth date) is recognised in silence: the
    employer learns nothing of it. Raises RegleViolee with the field.
    """
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    with ctx.transaction() as s:
        organisations = frozenset({acteur.organisation_id} if acteur.organisation_id is not None else ())
        exiger(acteur, Action.DEMANDER_VALIDATION, Portee(acteur.territoire_id, organisations))
        saisie = ProfilSaisi(prenom=prenom, nom=nom, date_naissance=date_naissance, telephone=lire_telephone(telephone))
        _controler_demande(saisie, poste, debut, personne_informee, jour)
        marche = _marche_ouvert(s, acteur, marche_ref)
        marque = empreinte(ctx.config.cle_secrete, prenom, nom, date_naissance)
        connus = jumeaux(s, acteur.territoire_id, marque)
        if connus:
            personne = s.get_one(Personne, connus[0])
        else:
            personne = Personne(
                ref=nouvelle_ref(),
                territoire_id=acteur.territoire_id,
                prenom=prenom.strip(),
                nom=nom.strip(),
                cle=cle(f"{nom} {prenom}"),
                empreinte=marque,
                date_naissance=date_naissance,
                telephone=saisie.telephone,
                dernier_contact_le=jour,
                cree_le=quand,
            )
            s.add(personne)
            s.flush()
        if personne.information_le is None:
            inscrire_information(personne, jour, Canal.EMPLOYEUR, jour, VERSION_NOTICE_VALIDATION)
        validation = inscrire_validation(
            s,
            quand,
            acteur,
            personne=personne,
            demandeur_id=acteur.organisation_id,
            marche_id=marche.id,
            poste=poste,
            debut=debut or jour,
        )
        noter_changement(s, quand, personne.id)
        journaliser(s, quand, acteur, "demander_validation", validation, "Validation demandée")
        _prevenir_facilitateurs(ctx, s, validation)
        return validation.ref


def _controler_demande(
    saisie: ProfilSaisi, poste: str, debut: date | None, personne_informee: bool, jour: date
) -> None:
    controler_profil(saisie, jour)
    if saisie.date_naissance is None:
        raise RegleViolee(
            "Donnez la date de naissance : elle évite de confondre deux personnes.", champ="date_naissance"
        )
    refuser_nir(poste, champ="poste")
    if not poste.strip():
        raise RegleViolee("Dites sur quel poste la personne travaillera.", champ="poste")
    if debut is None:
        raise RegleViolee("Donnez la date de début prévue.", champ="debut")
    if debut < ajouter_mois(jour, -DEBUT_ANTERIEUR_MAX_MOIS):
        raise RegleViolee("Ce début date de plus d'un an : appelez votre facilitateur.", champ="debut")
    if debut > ajouter_mois(jour, 12):
        raise RegleViolee("Ce début est dans plus d'un an : revenez plus tard.", champ="debut")
    if not personne_informee:
        raise RegleViolee(
            "Informez d'abord la personne et remettez-lui la notice, puis cochez la case.",
            champ="personne_informee",
        )


def _marche_ouvert(s: Session, acteur: Acteur, marche_ref: str) -> Marche:
    marche = s.scalar(
        select(Marche).where(
            Marche.ref == marche_ref,
            Marche.territoire_id == acteur.territoire_id,
            Marche.acheteur_id != acteur.organisation_id,
            a_portee_de(acteur.organisation_id),
        )
    )
    if marche is None:
        raise RegleViolee("Choisissez un de vos marchés.", champ="marche")
    if marche.etat not in ETATS_OUVERTS_AUX_HEURES:
        raise RegleViolee("Ce marché n'est plus ouvert : choisissez-en un autre.", champ="marche")
    return marche


def _membres(s: Session, territoire_id: int, jour: date, *conditions: object) -> list[tuple[int, str]]:
    requete = (
        select(Utilisateur.id, Utilisateur.courriel)
        .join(Affectation, Affectation.utilisateur_id == Utilisateur.id)
        .where(
            Affectation.territoire_id == territoire_id,
            Affectation.depuis <= jour,
            or_(Affectation.jusqu_au.is_(None), Affectation.jusqu_au >= jour),
            Utilisateur.desactive_le.is_(None),
            *conditions,  # type: ignore[arg-type]
        )
        .distinct()
    )
    return [(numero, courriel) for numero, courriel in s.execute(requete)]


def _prevenir_facilitateurs(ctx: Contexte, s: Session, validation: Validation) -> None:
    membres = _membres(s, validation.territoire_id, ctx.aujourdhui(), Affectation.role == Role.FACILITATEUR)
    for utilisateur_id, _ in membres:
        notifier(
            s,
            ctx.horloge(),
            utilisateur_id=utilisateur_id,
            cle=f"validation-demandee-{validation.ref}",
            texte="Une personne est à valider.",
            lien="/facilitateur/personnes/a-valider",
        )


def _prevenir_demandeur(ctx: Contexte, s: Session, validation: Validation) -> None:
    """Tell the members of the asking organisation that an answer is there; the mail names nobody (N21)."""
    if validation.demandeur_id is None:
        return
    membres = _membres(
        s,
        validation.territoire_id,
        ctx.aujourdhui(),
        Affectation.organisation_id == validation.demandeur_id,
        Affectation.role == Role.EMPLOYEUR,
    )
    lien = "/employeur/validations"
    for utilisateur_id, courriel in membres:
        cle_message = f"validation-repondue-{validation.ref}"
        notifier(
            s,
            ctx.horloge(),
            utilisateur_id=utilisateur_id,
            cle=cle_message,
            texte="Votre demande de validation a sa réponse.",
            lien=lien,
        )
        poster(
            s,
            ctx.horloge(),
            cle=f"{cle_message}-{utilisateur_id}",
            destinataire=courriel,
            sujet="Réponse à votre demande de validation",
            corps=(
                "Bonjour,\n\nLe facilitateur a répondu à votre demande de validation.\n"
                f"Pour lire sa réponse : {ctx.config.adresse_publique}{lien}\n\nLa Place des clauses"
            ),
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
    note: str = "",
    version: int | None = None,
) -> None:
    """Answer one question. A yes needs a proof seen and valid on the first day, and opens the window.

    Raises Introuvable, RegleViolee (no valid proof, already answered, break not over), ModifieEntreTemps.
    """
    with ctx.transaction() as s:
        validation, personne = _charger(s, acteur, ref)
        if version is not None and validation.version != version:
            raise ModifieEntreTemps()
        if preuve is not None:
            inscrire_statut(
                s,
                acteur,
                personne,
                ctx.aujourdhui(),
                categorie=preuve.categorie,
                depuis=preuve.depuis,
                jusqu_au=preuve.jusqu_au,
                preuve_type=preuve.preuve_type,
                preuve_le=preuve.preuve_le,
            )
        _repondre(ctx, s, acteur, validation, personne, oui=oui, type_contrat=type_contrat, note=note)


def repondre_en_lot(ctx: Contexte, acteur: Acteur, refs: Sequence[str]) -> ReponsesEnLot:
    """Say yes to every question whose proof is in order; the others are left, each with its reason."""
    repondues, laissees = [], []
    with ctx.transaction() as s:
        for ref in dict.fromkeys(refs):
            validation, personne = _charger(s, acteur, ref)
            try:
                _repondre(ctx, s, acteur, validation, personne, oui=True, type_contrat="cdd", note="")
                repondues.append(ref)
            except RegleViolee as refus:
                laissees.append((ref, refus.message))
    return ReponsesEnLot(tuple(repondues), tuple(laissees))


def _repondre(
    ctx: Contexte,
    s: Session,
    acteur: Acteur,
    validation: Validation,
    personne: Personne,
    *,
    oui: bool,
    type_contrat: str,
    note: str,
) -> None:
    """Every check comes before the first write: a batch leaves aside what fails without undoing the rest."""
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    if validation.etat is not EtatValidation.A_TRAITER:
        raise RegleViolee("Cette demande a déjà sa réponse.")
    refuser_nir(note, champ="note")
    categories: list[str] = []
    if oui:
        if personne.information_le is None:
            raise RegleViolee("Informez d'abord la personne, puis notez comment.", champ="information_canal")
        fenetre, categories = fenetre_proposee(s, validation, personne, jour, type_contrat)
        validation.fenetre_debut, validation.fenetre_fin = fenetre.debut, fenetre.fin
    validation.etat = EtatValidation.OUI if oui else EtatValidation.NON
    validation.repondue_le, validation.repondue_par_id = quand, acteur.utilisateur_id
    validation.categories, validation.note = categories, note.strip()
    noter_changement(s, quand, personne.id)
    journaliser(s, quand, acteur, "repondre_validation", validation, "Personne validée" if oui else "Réponse : non")
    _prevenir_demandeur(ctx, s, validation)


def annuler_validation(ctx: Contexte, acteur: Acteur, ref: str) -> None:
    """The asker takes its question back while nobody answered."""
    quand = ctx.horloge()
    with ctx.transaction() as s:
        validation = s.scalar(
            select(Validation).where(
                Validation.ref == ref,
                Validation.territoire_id == acteur.territoire_id,
                Validation.demandeur_id == acteur.organisation_id,
            )
        )
        if validation is None:
            raise Introuvable()
        exiger(
            acteur,
            Action.DEMANDER_VALIDATION,
            Portee(validation.territoire_id, frozenset({validation.demandeur_id or 0})),
        )
        if validation.etat is not EtatValidation.A_TRAITER:
            raise RegleViolee("Cette demande a déjà sa réponse : elle ne s'annule plus.")
        validation.etat = EtatValidation.ANNULEE
        journaliser(s, quand, acteur, "annuler_validation", validation, "Demande de validation annulée")
