"""What a facilitateur may do with an alerte besides removing its cause: put it to sleep, with a reason."""

from __future__ import annotations

from datetime import date

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.journal.services import endormir_alerte, journaliser


def reporter_alerte(ctx: Contexte, acteur: Acteur, alerte_id: int, jusqu_au: date, motif: str) -> None:
    """Hide an open alerte until a day. Raises RegleViolee without a reason or for a day already come."""
    with ctx.transaction() as s:
        exiger(acteur, Action.NOTER_RELANCE, Portee(acteur.territoire_id))
        if not motif.strip():
            raise RegleViolee("Dites pourquoi, en une ligne.", champ="motif")
        if jusqu_au <= ctx.aujourdhui():
            raise RegleViolee("Choisissez un jour à venir.", champ="jusqu_au")
        alerte = endormir_alerte(s, alerte_id, acteur.territoire_id, jusqu_au, motif.strip())
        if alerte is None:
            raise Introuvable()
        resume = f"a reporté une alerte au {jusqu_au:%d/%m/%Y} : {motif.strip()}"
        journaliser(s, ctx.horloge(), acteur, "reporter_alerte", alerte, resume)
