"""An employer wishes to meet an unnamed person of its ranking; her référent proposes her, or does not."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, exiger
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.journal.services import journaliser
from marketplace.offres.models import EtatOffre, Offre
from marketplace.offres.portee import portee_offre
from marketplace.offres.queries import charger_offre
from marketplace.personnes.models import Personne
from marketplace.personnes.portee import portee_personne
from marketplace.personnes.queries.classement import profils_de_classement
from marketplace.propositions import avis
from marketplace.propositions.models import EtatSouhait, PassageClassement, Proposition, SouhaitRencontre
from marketplace.propositions.services.classer import cle_de_carte


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
            attendu=True,
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
