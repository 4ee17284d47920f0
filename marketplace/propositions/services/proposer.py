"""Proposing a person to an employer, taking it back, answering an employer's wish to meet."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, exiger
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, ModifieEntreTemps, RegleViolee
from marketplace.journal.services import journaliser, noter_lectures
from marketplace.offres.models import EtatOffre, Offre
from marketplace.offres.portee import portee_offre
from marketplace.offres.queries import charger_offre
from marketplace.personnes.models import Personne
from marketplace.personnes.portee import personne_du_perimetre, portee_personne
from marketplace.personnes.queries.classement import ids_eligibles, profils_de_classement
from marketplace.personnes.rules.information import Canal
from marketplace.propositions import avis, rules
from marketplace.propositions.classement import Perimetre
from marketplace.propositions.models import (
    EtatProposition,
    EtatSouhait,
    PassageClassement,
    Proposition,
    SouhaitRencontre,
    TransitionProposition,
)
from marketplace.propositions.rules import Partie, Transition
from marketplace.propositions.services.classer import cle_de_carte, lancer
from marketplace.propositions.services.commun import consigner, passer, trouver
from marketplace.territoire.reglages import reglages_au

CANAUX_ACCORD = (Canal.ENTRETIEN, Canal.TELEPHONE, Canal.COURRIEL, Canal.COURRIER)


def _ligne(ctx: Contexte, s: Session, offre: Offre, personne: Personne) -> tuple[Decimal | None, list[Any], str]:
    """(score, reasons as the employer may read them, model version) of one person for one offre today."""
    qui = Perimetre({personne.ref: personne.id}, 0, 0)
    brut = lancer(ctx, s, offre, qui, 1)
    if not brut.lignes:
        hors = [h for h in brut.hors_de_portee if h.ref == personne.ref]
        return None, [{"critere": "aide", "texte": h.manque, "signe": "moins"} for h in hors], brut.version
    ligne = brut.lignes[0]
    raisons = [
        {"critere": r.critere, "texte": r.texte, "signe": r.signe} for r in ligne.raisons if r.critere != "trajet"
    ]
    if ligne.trajet_minutes is not None:
        raisons.append(
            {"critere": "trajet", "texte": f"{ligne.trajet_minutes} min de trajet (estimation)", "signe": "plus"}
        )
    return Decimal(str(round(ligne.score, 6))), raisons, brut.version


def proposer(
    ctx: Contexte,
    acteur: Acteur,
    offre_ref: str,
    personne_ref: str,
    *,
    accord_canal: str,
    accord_le: date | None = None,
    creneau: datetime | None = None,
    lieu: str = "",
    mot: str = "",
) -> str:
    """Name a person to the employer of an offre, with her agreement for it. Returns the proposition's reference.

    Needs an open offre, and a person informed, eligible, of the caller's perimeter (R109, R118). A second click
    gives back the same proposition. Raises RegleViolee next to the field otherwise.
    """
    try:
        return _proposer(
            ctx,
            acteur,
            offre_ref,
            personne_ref,
            accord_canal=accord_canal,
            accord_le=accord_le or ctx.aujourdhui(),
            creneau=creneau,
            lieu=lieu,
            mot=mot,
        )
    except IntegrityError:
        # two clicks at the same instant: the other one won, its proposition is the answer
        with ctx.lecture() as s:
            ref = s.scalar(
                select(Proposition.ref)
                .join(Offre, Offre.id == Proposition.offre_id)
                .join(Personne, Personne.id == Proposition.personne_id)
                .where(
                    Offre.ref == offre_ref,
                    Personne.ref == personne_ref,
                    Proposition.territoire_id == acteur.territoire_id,
                )
            )
        if ref is None:
            raise ModifieEntreTemps() from None
        return ref


def _proposer(
    ctx: Contexte,
    acteur: Acteur,
    offre_ref: str,
    personne_ref: str,
    *,
    accord_canal: str,
    accord_le: date,
    creneau: datetime | None,
    lieu: str,
    mot: str,
) -> str:
    with ctx.transaction() as s:
        jour = ctx.aujourdhui()
        personne = personne_du_perimetre(s, acteur, Action.PROPOSER, personne_ref, jour)
        offre = charger_offre(s, acteur.territoire_id, offre_ref)
        existante = s.scalar(
            select(Proposition).where(Proposition.offre_id == offre.id, Proposition.personne_id == personne.id)
        )
        if existante is not None and existante.etat in rules.OUVERTS | {rules.EtatProposition.EMBAUCHEE}:
            return existante.ref
        if accord_canal not in set(CANAUX_ACCORD):
            raise RegleViolee("Dites comment la personne a donné son accord pour cette offre.", champ="accord_canal")
        rules.exiger_proposable(
            rules.Conditions(
                informee=bool(profils_de_classement(s, personne.territoire_id, [personne.id])),
                eligible=personne.id in ids_eligibles(s, personne.territoire_id, jour),
                accord_le=accord_le,
                accord_canal=accord_canal,
            ),
            offre_ouverte=offre.etat is EtatOffre.PUBLIEE,
            jour=jour,
        )
        if creneau is not None and creneau <= ctx.horloge():
            raise RegleViolee("Ce rendez-vous est passé : choisissez une date à venir.", champ="creneau")
        score, raisons, version_modele = _ligne(ctx, s, offre, personne)
        delai = reglages_au(s, personne.territoire_id, jour).delai_reponse_jours
        valeurs: dict[str, Any] = {
            "auteur_id": acteur.utilisateur_id,
            "accord_le": accord_le,
            "accord_canal": str(accord_canal),
            "creneau": creneau,
            "lieu": lieu.strip()[:200],
            "mot": mot.strip()[:2000],
            "motif": None,
            "score": score,
            "raisons": raisons,
            "source": acteur.source,
            "proposee_le": ctx.horloge(),
            "repondue_le": None,
            "echeance_le": rules.echeance(jour, delai),
        }
        if existante is None:
            proposition = _creer(s, ctx, acteur, offre, personne, valeurs)
        else:
            proposition = existante
            passer(s, ctx, acteur, proposition, Transition.REPROPOSER, Partie.PROPOSANT)
            for champ, valeur in valeurs.items():
                setattr(proposition, champ, valeur)
        _repondre_au_souhait(s, ctx, offre, personne)
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "proposer",
            proposition,
            f"{personne.prenom} {personne.nom} proposée pour « {offre.intitule} ».",
            version_modele=version_modele,
        )
        noter_lectures(s, ctx.horloge(), acteur, [personne.id], f"Proposition pour l'offre {offre.ref}")
        avis.prevenir(
            s,
            ctx,
            avis.employeurs(s, offre.organisation_id, offre.territoire_id, jour),
            cle=f"proposition:{proposition.id}:{proposition.proposee_le.isoformat()}",
            texte=f"{personne.prenom} vous est proposée pour « {offre.intitule} ».",
            chemin=f"/propositions/{proposition.ref}",
            sujet="Une personne vous est proposée",
            corps=(
                f"Une personne vous est proposée pour votre offre « {offre.intitule} ». "
                f"Répondez avant le {proposition.echeance_le:%d/%m/%Y} : une minute suffit."
            ),
        )
        return proposition.ref


def _creer(
    s: Session, ctx: Contexte, acteur: Acteur, offre: Offre, personne: Personne, valeurs: dict[str, Any]
) -> Proposition:
    proposition = Proposition(
        ref=f"PR-{secrets.token_hex(8)}",
        territoire_id=offre.territoire_id,
        offre_id=offre.id,
        personne_id=personne.id,
        etat=EtatProposition.PROPOSEE,
        **valeurs,
    )
    s.add(proposition)
    s.flush()
    proposition.ref = f"PR-{proposition.id:06d}"
    s.add(
        TransitionProposition(
            proposition_id=proposition.id,
            de=None,
            vers=EtatProposition.PROPOSEE.value,
            quand=ctx.horloge(),
            acteur_id=acteur.utilisateur_id,
        )
    )
    return proposition


def _repondre_au_souhait(s: Session, ctx: Contexte, offre: Offre, personne: Personne) -> None:
    souhait = s.scalar(
        select(SouhaitRencontre).where(
            SouhaitRencontre.offre_id == offre.id,
            SouhaitRencontre.personne_id == personne.id,
            SouhaitRencontre.etat == EtatSouhait.OUVERT,
        )
    )
    if souhait is not None:
        souhait.etat, souhait.repondu_le = EtatSouhait.PROPOSE, ctx.horloge()


def annuler(ctx: Contexte, acteur: Acteur, ref: str, *, version: int | None = None) -> None:
    """Take a proposition back: the person no longer wishes it, or it was a mistake. No reason is asked."""
    with ctx.transaction() as s:
        jour = ctx.aujourdhui()
        proposition, offre, personne = trouver(s, acteur, Action.PROPOSER, ref, jour, version)
        if proposition.etat is EtatProposition.ANNULEE:
            return
        passer(s, ctx, acteur, proposition, Transition.ANNULER, Partie.PROPOSANT)
        consigner(s, ctx, acteur, "annuler_proposition", proposition, f"Proposition {proposition.ref} retirée.")
        avis.prevenir(
            s,
            ctx,
            avis.employeurs(s, offre.organisation_id, offre.territoire_id, jour),
            cle=f"proposition:{proposition.id}:annulee:{proposition.proposee_le.isoformat()}",
            texte=f"{personne.prenom} n'est plus proposée pour « {offre.intitule} ».",
            chemin=f"/propositions/{proposition.ref}",
        )


def demander_rencontre(ctx: Contexte, acteur: Acteur, offre_ref: str, carte: str) -> None:
    """An employer asks to meet an unnamed person of its ranking; her référent is told. A second click does nothing.

    `carte` is the key of a card that was shown to this offre's employer. Raises Introuvable for any other.
    """
    with ctx.transaction() as s:
        jour = ctx.aujourdhui()
        offre = charger_offre(s, acteur.territoire_id, offre_ref)
        exiger(acteur, Action.REPONDRE_PROPOSITION, portee_offre(offre))
        if offre.etat is not EtatOffre.PUBLIEE:
            raise RegleViolee("Cette offre est fermée : publiez-en une nouvelle.")
        personne = _personne_de_carte(ctx, s, offre, carte)
        if not profils_de_classement(s, offre.territoire_id, [personne.id]):
            raise Introuvable()
        existant = s.scalar(
            select(SouhaitRencontre.id).where(
                SouhaitRencontre.offre_id == offre.id, SouhaitRencontre.personne_id == personne.id
            )
        )
        propose = s.scalar(
            select(Proposition.id).where(Proposition.offre_id == offre.id, Proposition.personne_id == personne.id)
        )
        if existant is not None or propose is not None:
            return
        souhait = SouhaitRencontre(
            offre_id=offre.id,
            personne_id=personne.id,
            demandeur_id=acteur.utilisateur_id,
            etat=EtatSouhait.OUVERT,
            demande_le=ctx.horloge(),
        )
        s.add(souhait)
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "demander_rencontre",
            souhait,
            f"{acteur.organisation_nom or 'Un employeur'} souhaite rencontrer une personne pour « {offre.intitule} ».",
        )
        avis.prevenir(
            s,
            ctx,
            avis.referents(s, personne.id, offre.territoire_id, jour),
            cle=f"souhait:{souhait.id}",
            texte=f"Un employeur souhaite rencontrer {personne.prenom} {personne.nom} pour « {offre.intitule} ».",
            chemin=f"/offres/{offre.ref}/proposer/{personne.ref}",
            sujet="Un employeur souhaite rencontrer une personne que vous suivez",
            corps=f"Un employeur souhaite rencontrer une personne que vous suivez, pour « {offre.intitule} ».",
        )


def _personne_de_carte(ctx: Contexte, s: Session, offre: Offre, carte: str) -> Personne:
    """The person behind a card, among those whose cards were shown for this offre."""
    montrees: set[str] = set()
    for ordre in s.scalars(
        select(PassageClassement.ordre).where(
            PassageClassement.offre_id == offre.id, PassageClassement.role == "employeur"
        )
    ):
        montrees.update(str(ligne[0]) for ligne in ordre)
    for personne in s.scalars(select(Personne).where(Personne.ref.in_(sorted(montrees)[:900]))):
        if cle_de_carte(ctx, offre.id, personne.id) == carte:
            return personne
    raise Introuvable()


def decliner_souhait(ctx: Contexte, acteur: Acteur, offre_ref: str, personne_ref: str) -> None:
    """A référent does not propose the person an employer wished to meet. A second click does nothing."""
    with ctx.transaction() as s:
        jour = ctx.aujourdhui()
        personne = s.scalar(
            select(Personne).where(Personne.ref == personne_ref, Personne.territoire_id == acteur.territoire_id)
        )
        if personne is None:
            raise Introuvable()
        exiger(acteur, Action.PROPOSER, portee_personne(s, personne, jour))
        offre = charger_offre(s, acteur.territoire_id, offre_ref)
        souhait = s.scalar(
            select(SouhaitRencontre).where(
                SouhaitRencontre.offre_id == offre.id, SouhaitRencontre.personne_id == personne.id
            )
        )
        if souhait is None:
            raise Introuvable()
        if souhait.etat is not EtatSouhait.OUVERT:
            return
        souhait.etat, souhait.repondu_le = EtatSouhait.DECLINE, ctx.horloge()
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "decliner_souhait",
            souhait,
            f"Demande de rencontre pour « {offre.intitule} » close.",
        )
        avis.prevenir(
            s,
            ctx,
            avis.employeurs(s, offre.organisation_id, offre.territoire_id, jour),
            cle=f"souhait:{souhait.id}:decline",
            texte=f"« {offre.intitule} » : la personne que vous vouliez rencontrer n'est pas disponible.",
            chemin=f"/offres/{offre.ref}",
        )
