"""Calls and reminders asked by hand: an employer asks to be called back, a facilitateur sends the link again."""

from __future__ import annotations

from sqlalchemy import select

from marketplace.comptes.droits import Action
from marketplace.comptes.models import Organisation
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee
from marketplace.heures.destinataires import prevenir_employeurs
from marketplace.heures.models import EtatDeclaration
from marketplace.heures.rules.declaration import ETATS_EN_ATTENTE_EMPLOYEUR
from marketplace.heures.rules.phrases import de_mois_en_texte, jour_en_texte
from marketplace.heures.services.declarations import charger_declaration
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


def renvoyer_lien(ctx: Contexte, acteur: Acteur, declaration_id: int) -> int:
    """Mail the link of a declaration again to those who declare for the firm, once a day at most; how many left.

    Raises RegleViolee when it is signed already, or when nobody has an address.
    """
    with ctx.transaction() as s:
        declaration = charger_declaration(s, acteur, Action.VALIDER_HEURES, declaration_id)
        if declaration.etat not in {EtatDeclaration(e.value) for e in ETATS_EN_ATTENTE_EMPLOYEUR}:
            raise RegleViolee("Cette déclaration est déjà signée.")
        dit = de_mois_en_texte(declaration.mois)
        partis = prevenir_employeurs(
            s,
            ctx,
            [declaration.employeur_id],
            cle=f"declaration-renvoi:{declaration.id}:{ctx.aujourdhui():%Y-%m-%d}",
            sujet=f"Le lien pour déclarer vos heures {dit}",
            corps=(
                f"Bonjour,\n\nVotre facilitateur vous envoie le lien pour déclarer vos heures {dit}, "
                f"attendues le {jour_en_texte(declaration.echeance)}."
            ),
            marches={declaration.employeur_id: [declaration.marche_id]},
        )
        if not partis:
            raise RegleViolee("Aucun courriel : pas d'adresse connue, ou le lien est déjà parti aujourd'hui.")
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "renvoyer_lien",
            declaration,
            f"Lien envoyé pour les heures {dit}",
            courriels=partis,
        )
        return partis
