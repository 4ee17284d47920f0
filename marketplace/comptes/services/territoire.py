"""Acts on a territory that need a hat: changing its settings."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.journal.services import journaliser
from marketplace.territoire import services as territoires
from marketplace.territoire.models import Territoire
from marketplace.territoire.parametres import parametre


def poser_reglage(ctx: Contexte, acteur: Acteur, *, cle: str, valeur: Any, a_partir_du: date, source: str) -> None:
    """Add one dated value of a setting. Raises Interdit, RegleViolee."""
    exiger(acteur, Action.REGLER_TERRITOIRE, Portee(acteur.territoire_id))
    with ctx.transaction() as s:
        territoires.inscrire_reglage(
            s,
            ctx.horloge(),
            ctx.aujourdhui(),
            territoire_id=acteur.territoire_id,
            cle=cle,
            valeur=valeur,
            a_partir_du=a_partir_du,
            source=source,
            auteur_id=acteur.utilisateur_id,
        )
        territoire = s.scalar(select(Territoire).where(Territoire.id == acteur.territoire_id))
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "poser_reglage",
            territoire,
            f"{acteur.nom} change « {parametre(cle).libelle} » à partir du {a_partir_du:%d/%m/%Y}",
            cle=cle,
        )
