"""What the acts on propositions share: finding one in the caller's perimeter, moving it, closing the others."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, exiger
from marketplace.comptes.roles import Acteur, Role
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, ModifieEntreTemps
from marketplace.journal.services import journaliser
from marketplace.offres.models import Offre, OffreExterne
from marketplace.personnes.models import Personne
from marketplace.personnes.queries.classement import ids_eligibles, profils_de_classement
from marketplace.propositions import avis, rules
from marketplace.propositions.models import Proposition, TransitionProposition
from marketplace.propositions.portee import portee_proposition
from marketplace.propositions.rules import Partie, Transition


def trouver(
    s: Session, acteur: Acteur, action: Action, ref: str, jour: date, version: int | None = None
) -> tuple[Proposition, Offre, Personne]:
    """The proposition of an actor who may act on it, with its offre and its person.

    Raises Introuvable outside the perimeter, ModifieEntreTemps when `version` is an old one.
    """
    proposition = s.scalar(
        select(Proposition).where(Proposition.ref == ref, Proposition.territoire_id == acteur.territoire_id)
    )
    if proposition is None:
        raise Introuvable()
    exiger(acteur, action, portee_proposition(s, proposition, jour))
    if version is not None and proposition.version != version:
        raise ModifieEntreTemps()
    return (
        proposition,
        s.get_one(Offre, proposition.offre_id),
        s.get_one(Personne, proposition.personne_id),
    )


def partie_de(acteur: Acteur) -> Partie:
    """The side this hat takes in a proposition."""
    return Partie.PROPOSANT if acteur.role is Role.REFERENT else Partie.EMPLOYEUR


def passer(
    s: Session,
    ctx: Contexte,
    acteur: Acteur,
    proposition: Proposition,
    transition: Transition,
    partie: Partie,
    motif: str | None = None,
) -> None:
    """Move a proposition by the table of the rules, and keep the line of it (D7 reasons go nowhere else)."""
    avant = proposition.etat
    vers = rules.suivant(avant, transition, partie)
    proposition.etat = vers
    if partie is Partie.EMPLOYEUR:
        proposition.repondue_le = ctx.horloge()
    s.add(
        TransitionProposition(
            proposition_id=proposition.id,
            de=avant.value,
            vers=vers.value,
            quand=ctx.horloge(),
            acteur_id=acteur.utilisateur_id,
            motif=motif,
        )
    )


def consigner(s: Session, ctx: Contexte, acteur: Acteur, action: str, proposition: Proposition, resume: str) -> None:
    """Write the act in the journal; the sentence carries no reason and no status."""
    journaliser(s, ctx.horloge(), acteur, action, proposition, resume)


def conditions(s: Session, proposition: Proposition, jour: date) -> rules.Conditions:
    """What the rules ask of a proposition's person, as it stands today."""
    return rules.Conditions(
        informee=bool(profils_de_classement(s, proposition.territoire_id, [proposition.personne_id])),
        eligible=proposition.personne_id in ids_eligibles(s, proposition.territoire_id, jour),
        accord_le=proposition.accord_le,
        accord_canal=proposition.accord_canal,
    )


def est_nationale(s: Session, offre_id: int) -> bool:
    """Whether an offre is a post of the national platform, read by an import."""
    return s.scalar(select(OffreExterne.id).where(OffreExterne.offre_id == offre_id).limit(1)) is not None


def prevenir_proposants(
    s: Session,
    ctx: Contexte,
    p: Proposition,
    *,
    cle: str,
    texte: str,
    sujet: str | None = None,
    corps: str = "",
    attendu: bool = False,
) -> None:
    """Tell those who follow the person and, when a structure presents its own salarié, that structure."""
    jour = ctx.aujourdhui()
    cercles = [(avis.referents(s, p.personne_id, p.territoire_id, jour), f"/propositions/{p.ref}")]
    if p.presentee_par_id is not None:
        siens = avis.employeurs(s, p.presentee_par_id, p.territoire_id, jour)
        cercles.append(([d for d in siens if d.audience is Role.EMPLOYEUR], f"/suites/propositions/{p.ref}"))
    for destinataires, chemin in cercles:
        avis.prevenir(
            s, ctx, destinataires, cle=cle, texte=texte, chemin=chemin, sujet=sujet, corps=corps, attendu=attendu
        )


def rendre_obsoletes(s: Session, ctx: Contexte, acteur: Acteur, propositions: list[Proposition], raison: str) -> None:
    """Close what has no object any more, and tell both sides in words that say nothing of the person."""
    for p in propositions:
        passer(s, ctx, acteur, p, Transition.RENDRE_OBSOLETE, Partie.PRODUIT)
        consigner(s, ctx, acteur, "clore_proposition", p, f"Proposition {p.ref} close : {raison}.")
        offre = s.get_one(Offre, p.offre_id)
        prevenir_proposants(
            s,
            ctx,
            p,
            cle=f"proposition:{p.id}:obsolete:{p.proposee_le.date()}",
            texte=f"« {offre.intitule} » : {raison}.",
        )


def propositions_ouvertes(
    s: Session, *, personne_id: int | None = None, offre_id: int | None = None, sauf: int
) -> list[Proposition]:
    """Propositions still alive for a person or an offre, but one."""
    requete = select(Proposition).where(Proposition.etat.in_(list(rules.OUVERTS)), Proposition.id != sauf)
    if personne_id is not None:
        requete = requete.where(Proposition.personne_id == personne_id)
    if offre_id is not None:
        requete = requete.where(Proposition.offre_id == offre_id)
    return list(s.scalars(requete.order_by(Proposition.id)))
