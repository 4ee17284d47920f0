"""« Être rappelé »: an employer asks its facilitateur for help on a marché."""

from __future__ import annotations

from sqlalchemy import select

from marketplace.comptes.droits import Action
from marketplace.comptes.models import Organisation
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.journal.models import Relance
from marketplace.journal.services import journaliser
from marketplace.marches.portee import charger_marche


def demander_rappel(ctx: Contexte, acteur: Acteur, marche_ref: str) -> bool:
    """Put a call due today on the marché; whether it is a new one: asking twice leaves one call only."""
    with ctx.transaction() as s:
        marche = charger_marche(s, acteur, Action.VOIR_MARCHE, marche_ref)
        ouvert = s.scalar(
            select(Relance.id).where(
                Relance.objet_type == "marche",
                Relance.objet_id == marche.id,
                Relance.auteur_id == acteur.utilisateur_id,
                Relance.faite_le.is_(None),
            )
        )
        if ouvert is not None or acteur.utilisateur_id is None:
            return False
        organisation = s.get(Organisation, acteur.organisation_id) if acteur.organisation_id else None
        telephone = organisation.telephone if organisation else ""
        interlocuteur = f"{acteur.nom}, {acteur.organisation_nom}" + (f", {telephone}" if telephone else "")
        s.add(
            Relance(
                territoire_id=marche.territoire_id,
                objet_type="marche",
                objet_id=marche.id,
                objet_ref=marche.ref,
                objet_libelle=marche.intitule,
                quand=ctx.horloge(),
                auteur_id=acteur.utilisateur_id,
                auteur_nom=acteur.nom,
                interlocuteur=interlocuteur[:200],
                note="Demande à être rappelé pour trouver des heures.",
                prochaine_date=ctx.aujourdhui(),
            )
        )
        journaliser(s, ctx.horloge(), acteur, "demander_rappel", marche, "Demande à être rappelé")
        return True
