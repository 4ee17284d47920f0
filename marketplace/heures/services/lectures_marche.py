"""Reading the people at work on a marché: the facilitateur sees their names, and the reading is kept (N2)."""

from __future__ import annotations

from marketplace.comptes.droits import Action
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.heures.suivi_marche import ContratDuMarche, personnes_du_marche
from marketplace.journal.services import noter_lectures
from marketplace.marches.portee import charger_marche


def lire_personnes_du_marche(ctx: Contexte, acteur: Acteur, ref: str) -> tuple[ContratDuMarche, ...]:
    """Contrats on a marché, named. Raises Introuvable for anyone but a facilitateur of its territory."""
    with ctx.transaction() as s:
        marche = charger_marche(s, acteur, Action.GERER_MARCHE, ref)
        personnes = personnes_du_marche(s, marche.id)
        if personnes:
            lues = (p.personne_id for p in personnes)
            noter_lectures(s, ctx.horloge(), acteur, lues, f"page du marché {ref}")
        return personnes
