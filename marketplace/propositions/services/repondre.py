"""What an employer answers to a proposition, and the hire it leads to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, exiger
from marketplace.comptes.models import Organisation
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee
from marketplace.heures.inscription import inscrire_contrat
from marketplace.heures.models import Contrat, Modalite
from marketplace.heures.reglages import pour_modalites
from marketplace.heures.rules import modalites as regles_modalites
from marketplace.heures.services.contrats import inscrire_validee
from marketplace.journal.messages import Famille
from marketplace.journal.services import journaliser
from marketplace.offres.models import EtatOffre, Offre
from marketplace.offres.portee import portee_offre
from marketplace.offres.queries import charger_offre
from marketplace.offres.services import fermer_en_transaction, pourvoir_en_transaction
from marketplace.personnes.models import EtatValidation, Personne, Validation
from marketplace.personnes.services.validations import inscrire_validation
from marketplace.propositions import avis, rules
from marketplace.propositions.models import EtatProposition, Proposition
from marketplace.propositions.portee import portee_proposition
from marketplace.propositions.rules import Partie, Transition
from marketplace.propositions.services.commun import (
    conditions,
    consigner,
    passer,
    prevenir_proposants,
    propositions_ouvertes,
    rendre_obsoletes,
    trouver,
)
from marketplace.propositions.signalements.croisements import clore_signalements_ailleurs
from marketplace.territoire.reglages import reglages_au

REPONSES = (
    Transition.ETUDIER,
    Transition.RENCONTRER,
    Transition.PRE_EMBAUCHER,
    Transition.ACCEPTER,
    Transition.DECLINER,
    Transition.METTRE_AU_VIVIER,
)
A_PREPARER = frozenset({Transition.RENCONTRER, Transition.PRE_EMBAUCHER, Transition.ACCEPTER})
"""Answers that a person has to be told soon: her référent is written to at once."""

NOUVELLES = {
    Transition.ETUDIER: "l'employeur étudie votre proposition",
    Transition.RENCONTRER: "l'employeur propose une rencontre",
    Transition.PRE_EMBAUCHER: "l'employeur prévoit une immersion",
    Transition.ACCEPTER: "l'employeur accepte votre proposition",
    Transition.DECLINER: "sans suite, à revoir avec la personne",
    Transition.METTRE_AU_VIVIER: "l'employeur garde votre proposition pour plus tard",
}
"""What the one who proposed reads: never a reason, never a no-show (R88)."""


@dataclass(frozen=True, slots=True)
class Embauche:
    """What « embaucher » did: a contrat, or a validation still waited for."""

    contrat_ref: str | None
    validation_ref: str | None


def repondre(
    ctx: Contexte,
    acteur: Acteur,
    ref: str,
    transition: Transition,
    *,
    motif: str | None = None,
    creneau: datetime | None = None,
    lieu: str = "",
    version: int | None = None,
) -> None:
    """Answer a proposition. Declining needs a coded reason, meeting a date to come.

    Accepting asks at once for the validation of the person when none covers the start of the offre. The same
    answer given twice does nothing. Raises RegleViolee next to the field, ModifieEntreTemps for an old `version`.
    """
    if transition not in REPONSES:
        raise RegleViolee("Cette réponse n'existe pas : relisez la proposition, puis recommencez.")
    with ctx.transaction() as s:
        jour = ctx.aujourdhui()
        proposition, offre, personne = trouver(s, acteur, Action.REPONDRE_PROPOSITION, ref, jour)
        vers = rules.TRANSITIONS[transition].vers
        if proposition.etat.value == vers.value and transition is not Transition.RENCONTRER:
            return
        if version is not None:
            trouver(s, acteur, Action.REPONDRE_PROPOSITION, ref, jour, version)
        code = rules.exiger_motif(motif) if transition is Transition.DECLINER else None
        if transition is Transition.RENCONTRER:
            if creneau is None:
                raise RegleViolee("Choisissez le jour et l'heure de la rencontre.", champ="creneau")
            if creneau <= ctx.horloge():
                raise RegleViolee("Ce rendez-vous est passé : choisissez une date à venir.", champ="creneau")
            if proposition.creneau == creneau and proposition.etat is EtatProposition.RENCONTRE:
                return
            proposition.creneau, proposition.lieu = creneau, (lieu.strip() or proposition.lieu)[:200]
        passer(s, ctx, acteur, proposition, transition, Partie.EMPLOYEUR, code)
        proposition.motif = code
        consigner(
            s,
            ctx,
            acteur,
            f"{transition.value}_proposition",
            proposition,
            f"Proposition {proposition.ref} : {NOUVELLES[transition]}.",
        )
        if transition is Transition.ACCEPTER:
            _demander_si_besoin(s, ctx, acteur, offre, personne, max(offre.debut, jour))
        numero = proposition.version + 1
        prevenir_proposants(
            s,
            ctx,
            proposition,
            cle=f"proposition:{proposition.id}:{transition.value}:{numero}",
            texte=f"{personne.prenom} {personne.nom}, « {offre.intitule} » : {NOUVELLES[transition]}.",
            sujet="Une réponse à l'une de vos propositions",
            corps=f"Un employeur a répondu à votre proposition pour « {offre.intitule} ».",
            attendu=transition in A_PREPARER,
        )


def _validation_ouverte(s: Session, personne_id: int, debut: date) -> Validation | None:
    return s.scalar(
        select(Validation)
        .where(
            Validation.personne_id == personne_id,
            Validation.etat == EtatValidation.OUI,
            Validation.fenetre_debut <= debut,
            Validation.fenetre_fin >= debut,
        )
        .order_by(Validation.fenetre_fin.desc())
        .limit(1)
    )


def _par_la_personne(s: Session, organisation: Organisation, jour: date) -> bool:
    """Whether the eligibility of this employer's people must be validated one by one (R26)."""
    reglages = reglages_au(s, organisation.territoire_id, jour)
    structure = regles_modalites.TypeStructure(organisation.type.value)
    voie = regles_modalites.voie_eligibilite(structure, pour_modalites(reglages))
    return voie is regles_modalites.Voie.PERSONNE


def _demander_si_besoin(
    s: Session, ctx: Contexte, acteur: Acteur, offre: Offre, personne: Personne, debut: date
) -> Validation | None:
    """The validation asked of the facilitateur when one is needed and none covers `debut`; None otherwise."""
    organisation = s.get_one(Organisation, offre.organisation_id)
    if not _par_la_personne(s, organisation, ctx.aujourdhui()) or _validation_ouverte(s, personne.id, debut):
        return None
    validation = inscrire_validation(
        s,
        ctx.horloge(),
        acteur,
        personne=personne,
        demandeur_id=organisation.id,
        marche_id=offre.marche_id,
        poste=offre.intitule,
        debut=debut,
    )
    journaliser(
        s, ctx.horloge(), acteur, "demander_validation", validation, f"Validation demandée pour « {offre.intitule} »."
    )
    avis.prevenir(
        s,
        ctx,
        avis.facilitateurs(s, offre.territoire_id, ctx.aujourdhui()),
        cle=f"validation:{validation.id}:demandee",
        texte=f"{personne.prenom} {personne.nom} : éligibilité à valider avant l'embauche.",
        chemin="/personnes/a-valider",
        sujet="Une personne à valider",
        corps="Un employeur a accepté une personne : son éligibilité reste à valider.",
        famille=Famille.PERSONNES,
        attendu=True,
    )
    return validation


def modalites_de(organisation: Organisation) -> tuple[Modalite, ...]:
    """How this employer may produce hours (R26), most usual first."""
    structure = regles_modalites.TypeStructure(organisation.type.value)
    return tuple(Modalite(m.value) for m in regles_modalites.modalites_possibles(structure))


def embaucher(
    ctx: Contexte,
    acteur: Acteur,
    ref: str,
    *,
    debut: date,
    fin: date | None,
    heures_hebdo: Decimal,
    type_contrat: str,
    modalite: Modalite | None = None,
    version: int | None = None,
) -> Embauche:
    """Turn an accepted proposition into a contrat.

    Where the employer's people are validated one by one and no window covers `debut`, the validation is asked of
    the facilitateur and the contrat waits: the answer says so. Filling the last place closes the offre and its
    other propositions; the person's other propositions close too. A second call gives back the same contrat.
    """
    with ctx.transaction() as s:
        jour = ctx.aujourdhui()
        proposition, offre, personne = trouver(s, acteur, Action.REPONDRE_PROPOSITION, ref, jour)
        exiger(acteur, Action.EMBAUCHER, portee_proposition(s, proposition, jour))
        s.refresh(personne, with_for_update=True)  # one hire at a time: the next one reads that all has changed
        if proposition.etat is EtatProposition.EMBAUCHEE:
            return Embauche(_contrat_de(s, proposition.id), None)
        if version is not None:
            trouver(s, acteur, Action.REPONDRE_PROPOSITION, ref, jour, version)
        rules.exiger_embauchable(proposition.etat, conditions(s, proposition, jour), jour=jour)
        attente = _demander_si_besoin(s, ctx, acteur, offre, personne, debut)
        if attente is not None:
            return Embauche(None, attente.ref)
        organisation = s.get_one(Organisation, offre.organisation_id)
        possibles = modalites_de(organisation)
        if not possibles:
            raise RegleViolee("Cette structure ne peut pas porter ce contrat : appelez votre facilitateur.")
        validation = _validation_ouverte(s, personne.id, debut)
        contrat = inscrire_contrat(
            s,
            ctx,
            acteur,
            personne_id=personne.id,
            employeur_id=organisation.id,
            marche_id=offre.marche_id,
            validation_id=validation.id if validation else None,
            proposition_id=proposition.id,
            modalite=modalite or possibles[0],
            type_contrat=type_contrat,
            poste=offre.intitule,
            code_rome=offre.code_rome,
            debut=debut,
            fin=fin,
            heures_hebdo=heures_hebdo,
        )
        _conclure(s, ctx, acteur, proposition, offre, personne, contrat)
        return Embauche(contrat.ref, None)


def _conclure(
    s: Session,
    ctx: Contexte,
    acteur: Acteur,
    proposition: Proposition,
    offre: Offre,
    personne: Personne,
    contrat: Contrat,
) -> None:
    """A proposition became a contrat: everything else proposed for her closes, and the offre once its places are."""
    passer(s, ctx, acteur, proposition, Transition.EMBAUCHER, Partie.EMPLOYEUR)
    resume = f"Proposition {proposition.ref} : contrat {contrat.ref}."
    consigner(s, ctx, acteur, "embaucher_proposition", proposition, resume)
    clore_le_reste(s, ctx, acteur, personne, contrat.employeur_id, sauf=proposition.id)
    _pourvoir_si_complet(s, ctx, acteur, offre, proposition)
    prevenir_proposants(
        s,
        ctx,
        proposition,
        cle=f"proposition:{proposition.id}:embauchee",
        texte=f"{personne.prenom} {personne.nom} commence le {contrat.debut:%d/%m/%Y} : « {offre.intitule} ».",
        sujet="Une de vos propositions mène à un contrat",
        corps=f"Un contrat est signé pour « {offre.intitule} ».",
    )


def clore_le_reste(
    s: Session, ctx: Contexte, acteur: Acteur, personne: Personne, employeur_id: int, *, sauf: int
) -> None:
    """Close what still runs for somebody this employer hires: propositions here, applications elsewhere."""
    restantes = propositions_ouvertes(s, personne_id=personne.id, sauf=sauf)
    rendre_obsoletes(s, ctx, acteur, restantes, "la personne a trouvé un poste")
    clore_signalements_ailleurs(s, ctx, acteur, personne, employeur_id)


def embaucher_directement(ctx: Contexte, acteur: Acteur, validation_ref: str, **contrat: Any) -> str:
    """Hire a person answered « oui » without going through a proposition; the ref of the contrat.

    Same rules as `heures.services.contrats.embaucher_validee`. A proposition that this employer had accepted
    becomes the origin of the contrat; the others close.
    """
    with ctx.transaction() as s:
        ecrit = inscrire_validee(s, ctx, acteur, validation_ref, **contrat)
        personne = s.get_one(Personne, ecrit.personne_id, with_for_update=True)
        acceptee = s.execute(
            select(Proposition, Offre)
            .join(Offre, Offre.id == Proposition.offre_id)
            .where(
                Proposition.personne_id == personne.id,
                Proposition.etat == EtatProposition.ACCEPTEE,
                Offre.organisation_id == ecrit.employeur_id,
            )
            .order_by(Proposition.id)
        ).first()
        if acceptee is None:
            clore_le_reste(s, ctx, acteur, personne, ecrit.employeur_id, sauf=0)
        else:
            proposition, offre = acceptee
            ecrit.proposition_id = proposition.id
            _conclure(s, ctx, acteur, proposition, offre, personne, ecrit)
        return ecrit.ref


def _contrat_de(s: Session, proposition_id: int) -> str | None:
    return s.scalar(select(Contrat.ref).where(Contrat.proposition_id == proposition_id))


def _pourvoir_si_complet(s: Session, ctx: Contexte, acteur: Acteur, offre: Offre, derniere: Proposition) -> None:
    """Close an offre whose places are all taken, and what was still proposed for it."""
    s.flush()
    prises = s.scalar(
        select(func.count())
        .select_from(Proposition)
        .where(Proposition.offre_id == offre.id, Proposition.etat == EtatProposition.EMBAUCHEE)
    )
    if (prises or 0) < offre.places or offre.etat is not EtatOffre.PUBLIEE:
        return
    pourvoir_en_transaction(s, ctx, acteur, offre)
    rendre_obsoletes(
        s, ctx, acteur, propositions_ouvertes(s, offre_id=offre.id, sauf=derniere.id), "le poste est pourvu"
    )


def clore_offre(ctx: Contexte, acteur: Acteur, offre_ref: str, *, pourvue: bool, motif: str = "") -> None:
    """Close an offre, filled or not, with everything still proposed for it."""
    with ctx.transaction() as s:
        offre = charger_offre(s, acteur.territoire_id, offre_ref)
        exiger(acteur, Action.PUBLIER_OFFRE, portee_offre(offre))
        if offre.etat in (EtatOffre.POURVUE, EtatOffre.FERMEE):
            return
        if pourvue:
            pourvoir_en_transaction(s, ctx, acteur, offre)
        else:
            fermer_en_transaction(s, ctx, acteur, offre, motif)
        rendre_obsoletes(
            s,
            ctx,
            acteur,
            propositions_ouvertes(s, offre_id=offre.id, sauf=0),
            "le poste est pourvu" if pourvue else "l'offre est fermée",
        )
