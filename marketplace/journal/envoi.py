"""Sends the outbox: each message at least once, with a stable Message-ID, later and later after a failure."""

from __future__ import annotations

import logging
from datetime import date, timedelta
from typing import Any

from sqlalchemy import or_, select

from marketplace.contexte import Contexte
from marketplace.journal.models import Courriel

ESSAIS_MAX = 8
LOT = 200
JOURNAL = logging.getLogger("marketplace.courriel")


def envoyer_courriels(ctx: Contexte, le: date, *, dry_run: bool = False) -> dict[str, Any]:
    """Send what waits in the outbox. Returns {"a_envoyer", "envoyes", "reportes"}.

    One transaction per message: a relay that fails half-way leaves the sent ones marked. The row is locked while it
    is sent on PostgreSQL, so that two senders share the work.
    """
    maintenant = ctx.horloge()
    attente = (
        select(Courriel.id)
        .where(
            Courriel.envoye_le.is_(None),
            Courriel.essais < ESSAIS_MAX,
            or_(Courriel.prochain_essai_le.is_(None), Courriel.prochain_essai_le <= maintenant),
        )
        .order_by(Courriel.id)
        .limit(LOT)
    )
    with ctx.lecture() as s:
        a_envoyer = list(s.scalars(attente))
    comptes = {"a_envoyer": len(a_envoyer), "envoyes": 0, "reportes": 0}
    if dry_run:
        return comptes
    for identifiant in a_envoyer:
        parti = _envoyer(ctx, identifiant)
        if parti is not None:
            comptes["envoyes" if parti else "reportes"] += 1
    return comptes


def envoyer_maintenant(ctx: Contexte, cle: str) -> bool | None:
    """Send one message of the outbox without waiting for the job, once its act is committed: a code that lives ten
    minutes. Whether it left; the job tries again otherwise. None when there is nothing to send under that key.
    """
    with ctx.lecture() as s:
        identifiant = s.scalar(select(Courriel.id).where(Courriel.cle == cle))
    return None if identifiant is None else _envoyer(ctx, identifiant)


def _envoyer(ctx: Contexte, identifiant: int) -> bool | None:
    """Hand one message to the relay, in its own transaction; None when another sender has it."""
    maintenant = ctx.horloge()
    with ctx.transaction() as s:
        courriel = s.scalar(
            select(Courriel)
            .where(Courriel.id == identifiant, Courriel.envoye_le.is_(None))
            .with_for_update(skip_locked=True)
        )
        if courriel is None:
            return None
        courriel.essais += 1
        try:
            ctx.messager.envoyer(
                destinataire=courriel.destinataire,
                sujet=courriel.sujet,
                corps=courriel.corps,
                message_id=f"<{courriel.id}.{courriel.cle.replace(' ', '')}@place-des-clauses>",
            )
        except OSError as erreur:
            courriel.derniere_erreur = f"{type(erreur).__name__} : {erreur}"[:500]
            courriel.prochain_essai_le = maintenant + timedelta(minutes=5 * 2 ** (courriel.essais - 1))
            JOURNAL.warning("courriel %s reporté : %s", courriel.id, type(erreur).__name__)
            return False
        courriel.envoye_le, courriel.derniere_erreur = maintenant, None
        return True
