"""The counts behind the rate limits: each is its own transaction, so that a refused act is still counted."""

from __future__ import annotations

from marketplace.comptes import compteurs
from marketplace.contexte import Contexte


def compter(ctx: Contexte, cle: str, duree: float, pas: int) -> int:
    """Count `pas` more; the new value."""
    with ctx.transaction() as s:
        return compteurs.incrementer(s, cle, ctx.horloge().timestamp(), duree, pas)


def oublier(ctx: Contexte, cle: str) -> None:
    """Forget one count."""
    with ctx.transaction() as s:
        compteurs.effacer(s, cle)


def purger(ctx: Contexte) -> int:
    """Drop the counts that ended; how many."""
    with ctx.transaction() as s:
        return compteurs.purger(s, ctx.horloge().timestamp())
