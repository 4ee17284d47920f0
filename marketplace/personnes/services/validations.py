"""The question « does this person count? » and its answer with a window (R33, R34, R47).

An employer names somebody it found; the proof goes to the facilitateur, never through the employer, who only
ever reads yes until when, no, or waiting.
"""

from __future__ import annotations

import secrets
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.roles import Acteur, systeme
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.journal.services import journaliser
from marketplace.marches.models import ETATS_OUVERTS_AUX_HEURES, Marche
from marketplace.marches.portee import a_portee_de
from marketplace.personnes.models import EtatValidation, Personne, Suivi, Validation
from marketplace.personnes.portee import suivi_en_cours
from marketplace.personnes.queries.eligibilite import fenetre_proposee
from marketplace.personnes.rules.identite import empreinte
from marketplace.personnes.rules.information import VERSION_NOTICE_VALIDATION, Canal
from marketplace.personnes.rules.proteges import refuser_nir
from marketplace.personnes.rules.saisie import ProfilSaisi, controler_profil, lire_telephone
from marketplace.personnes.services.destinataires import prevenir_facilitateurs
from marketplace.personnes.services.information import inscrire_information
from marketplace.personnes.services.preuves import clore_demandes, inscrire_demande
from marketplace.personnes.services.profil import jumeaux, nouvelle_ref
from marketplace.personnes.services.vivier import noter_changement
from marketplace.valeurs import ajouter_mois, cle

DEBUT_ANTERIEUR_MAX_MOIS = 12
"""How far back a start may lie: later validations are settled at crediting (R35, R36)."""


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
        prevenir_facilitateurs(
            ctx,
            s,
            validation.territoire_id,
            cle=f"validation-demandee-{validation.ref}",
            texte="Une personne est à valider.",
            lien="/facilitateur/personnes/a-valider",
        )
        _demander_d_emblee(ctx, s, validation, personne)
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


def _demander_d_emblee(ctx: Contexte, s: Session, validation: Validation, personne: Personne) -> None:
    """Where a proof lacks and somebody is at the end of a way, she is asked at once; the employer learns nothing."""
    jour = ctx.aujourdhui()
    try:
        fenetre_proposee(s, validation, personne, jour)
    except RegleViolee:
        joignable = bool(personne.courriel) or s.scalar(
            select(Suivi.id).where(Suivi.personne_id == personne.id, suivi_en_cours(jour)).limit(1)
        )
        if joignable:
            inscrire_demande(ctx, s, systeme(validation.territoire_id), validation, personne)


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
        clore_demandes(s, acteur, validation.personne_id, quand, vue=False)
        journaliser(s, quand, acteur, "annuler_validation", validation, "Demande de validation annulée")
