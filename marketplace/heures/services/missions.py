"""Acts on the missions of a contrat: add one, prolong one."""

from __future__ import annotations

from datetime import date

from marketplace.comptes.droits import Action
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.heures import missions
from marketplace.heures.services.contrats import charger_contrat


def ajouter_mission(
    ctx: Contexte, acteur: Acteur, contrat_ref: str, *, debut: date, fin: date, numero: str = ""
) -> str:
    """Add a mission after a contrat; the ref of the contrat that holds it, a new one when the series was broken.

    Raises RegleViolee with its field, Introuvable out of reach.
    """
    with ctx.transaction() as s:
        contrat = charger_contrat(s, acteur, Action.EMBAUCHER, contrat_ref)
        return missions.ajouter_mission(s, ctx, acteur, contrat, debut=debut, fin=fin, numero=numero).ref


def prolonger_mission(ctx: Contexte, acteur: Acteur, contrat_ref: str, mission_id: int, *, fin: date) -> None:
    """Move the end of a mission later. Raises RegleViolee with its field, Introuvable out of reach."""
    with ctx.transaction() as s:
        contrat = charger_contrat(s, acteur, Action.EMBAUCHER, contrat_ref)
        missions.prolonger_mission(s, ctx, acteur, contrat, mission_id, fin=fin)
