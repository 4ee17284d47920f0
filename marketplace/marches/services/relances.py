"""Calls noted in one click from any row: who was reached, one line, when to come back to it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.journal.models import Relance
from marketplace.journal.services import journaliser
from marketplace.marches.alertes import reconcilier_marche
from marketplace.marches.queries.relances import libelle_relance


def noter_relance(
    ctx: Contexte,
    acteur: Acteur,
    objet_type: str,
    objet_ref: str,
    *,
    interlocuteur: str,
    note: str,
    prochaine_date: date | None = None,
) -> None:
    """Note a call about a row. It settles the calls that were due on the same row.

    Raises RegleViolee: nobody reached, no line, a next date already past; Introuvable out of the territory.
    """
    with ctx.transaction() as s:
        exiger(acteur, Action.NOTER_RELANCE, Portee(acteur.territoire_id))
        objet_id, libelle = libelle_relance(s, acteur.territoire_id, objet_type, objet_ref)
        if not interlocuteur.strip():
            raise RegleViolee("Dites qui vous avez joint.", champ="interlocuteur")
        if not note.strip():
            raise RegleViolee("Écrivez une ligne sur l'échange.", champ="note")
        if prochaine_date is not None and prochaine_date < ctx.aujourdhui():
            raise RegleViolee("La prochaine date est déjà passée.", champ="prochaine_date")
        maintenant = ctx.horloge()
        dues = select(Relance).where(
            Relance.territoire_id == acteur.territoire_id,
            Relance.objet_type == objet_type,
            Relance.objet_id == objet_id,
            Relance.prochaine_date.isnot(None),
            Relance.faite_le.is_(None),
        )
        for ancienne in s.scalars(dues):
            ancienne.faite_le = maintenant
        s.add(
            Relance(
                territoire_id=acteur.territoire_id,
                objet_type=objet_type,
                objet_id=objet_id,
                objet_ref=objet_ref,
                objet_libelle=libelle,
                quand=maintenant,
                auteur_id=acteur.utilisateur_id,
                auteur_nom=acteur.nom,
                interlocuteur=interlocuteur.strip()[:200],
                note=note.strip(),
                prochaine_date=prochaine_date,
            )
        )
        if objet_type == "marche":
            reconcilier_marche(s, maintenant, acteur.territoire_id, objet_id, ctx.aujourdhui())


def terminer_relance(ctx: Contexte, acteur: Acteur, relance_id: int) -> str:
    """Say that a due call no longer has to be made; the label of what it was about."""
    with ctx.transaction() as s:
        exiger(acteur, Action.NOTER_RELANCE, Portee(acteur.territoire_id))
        relance = s.scalar(
            select(Relance).where(Relance.id == relance_id, Relance.territoire_id == acteur.territoire_id)
        )
        if relance is None:
            raise Introuvable()
        if relance.faite_le is None:
            relance.faite_le = ctx.horloge()
            journaliser(
                s,
                ctx.horloge(),
                acteur,
                "terminer_relance",
                relance,
                f"a réglé la relance sur « {relance.objet_libelle} »",
            )
        return relance.objet_libelle
