"""The job that forgets what opened an account: spent links, counters that ended."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, update

from marketplace.comptes.models import CompteurDebit, Jeton
from marketplace.contexte import Contexte
from marketplace.journal.models import Courriel

DUREE_JETONS = timedelta(days=30)
AVEC_LIEN = ("invitation:", "mot-de-passe:", "code-declaration:", "declaration-", "preuve:", "questionnaire-fin:")
"""How the keys of the messages that carry a secret start."""
LIEN_EFFACE = "Lien effacé après l'envoi."


def effacer_acces(ctx: Contexte, le: date, *, dry_run: bool = False) -> dict[str, Any]:
    """Drop old links and ended counters, and take the links out of the messages already sent.

    Idempotent. Returns {"jetons", "compteurs", "courriels"}: how many of each.
    """
    maintenant = ctx.horloge()
    vieux = Jeton.expire_le < maintenant - DUREE_JETONS
    finis = CompteurDebit.expire_le <= maintenant.timestamp()
    partis = (
        Courriel.envoye_le.is_not(None)
        & or_(*(Courriel.cle.startswith(prefixe) for prefixe in AVEC_LIEN))
        & (Courriel.corps != LIEN_EFFACE)
    )
    with ctx.transaction() as s:
        resume = {
            nom: s.scalar(select(func.count()).select_from(table).where(condition)) or 0
            for nom, table, condition in (
                ("jetons", Jeton, vieux),
                ("compteurs", CompteurDebit, finis),
                ("courriels", Courriel, partis),
            )
        }
        if not dry_run:
            s.execute(delete(Jeton).where(vieux))
            s.execute(delete(CompteurDebit).where(finis))
            s.execute(update(Courriel).where(partis).values(corps=LIEN_EFFACE))
    return resume
