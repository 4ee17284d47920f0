"""The mail that gathers messages: each week by default, each day for who wants so. Figures only, never a name (N21)."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from sqlalchemy import or_, select, update

from marketplace.comptes.models import Affectation, Utilisateur
from marketplace.contexte import Contexte
from marketplace.journal.messages import (
    ACCUEIL,
    LIBELLES,
    SIGNATURE,
    Famille,
    Frequence,
    choix_de,
    frequence,
    pied,
)
from marketplace.journal.models import Notification
from marketplace.journal.services import poster


def recapituler_la_semaine(ctx: Contexte, le: date, *, dry_run: bool = False) -> dict[str, Any]:
    """Every Monday: one mail to each who has messages unread and no other wish."""
    return _recapituler(ctx, le, Frequence.HEBDOMADAIRE, dry_run=dry_run)


def recapituler_la_journee(ctx: Contexte, le: date, *, dry_run: bool = False) -> dict[str, Any]:
    """Every morning: the same, to who wants it each day."""
    return _recapituler(ctx, le, Frequence.QUOTIDIEN, dry_run=dry_run)


def _recapituler(ctx: Contexte, le: date, rythme: Frequence, *, dry_run: bool) -> dict[str, Any]:
    """Idempotent: a message told of once is told of no more. Returns {"utilisateurs", "messages", "courriels"}."""
    with ctx.lecture() as s:
        attente: dict[int, list[tuple[int, str]]] = {}
        for ligne in s.execute(
            select(Notification.utilisateur_id, Notification.id, Notification.famille)
            .where(Notification.lue_le.is_(None), Notification.recapitulee_le.is_(None))
            .order_by(Notification.id)
        ):
            attente.setdefault(ligne[0], []).append((ligne[1], ligne[2]))
        choix = choix_de(s, list(attente))
        adresses: dict[int, str] = dict(
            s.execute(
                select(Utilisateur.id, Utilisateur.courriel)
                .join(Affectation, Affectation.utilisateur_id == Utilisateur.id)
                .where(
                    Utilisateur.id.in_(list(attente)),
                    Utilisateur.desactive_le.is_(None),
                    Utilisateur.courriel.contains("@"),
                    Affectation.depuis <= le,
                    or_(Affectation.jusqu_au.is_(None), Affectation.jusqu_au >= le),
                )
                .distinct()
            ).all()
        )
    bilan = {"utilisateurs": 0, "messages": 0, "courriels": 0}
    for utilisateur_id, courriel in sorted(adresses.items()):
        voulus = choix.get(utilisateur_id, {})
        siens = [(n, f) for n, f in attente[utilisateur_id] if frequence(voulus.get(f)) is rythme]
        if not siens:
            continue
        bilan["utilisateurs"] += 1
        bilan["messages"] += len(siens)
        if dry_run:
            continue
        with ctx.transaction() as s:
            bilan["courriels"] += poster(
                s,
                ctx.horloge(),
                cle=f"recapitulatif:{rythme.value}:{utilisateur_id}:{le.isoformat()}",
                destinataire=courriel,
                sujet=sujet(len(siens)),
                corps=corps(ctx, utilisateur_id, Counter(f for _, f in siens)),
            )
            s.execute(
                update(Notification)
                .where(Notification.id.in_([n for n, _ in siens]), Notification.recapitulee_le.is_(None))
                .values(recapitulee_le=ctx.horloge())
            )
    return bilan


def sujet(nombre: int) -> str:
    """« 3 messages vous attendent »."""
    return "1 message vous attend" if nombre == 1 else f"{nombre} messages vous attendent"


def corps(ctx: Contexte, utilisateur_id: int, nombres: Counter[str]) -> str:
    """How many of each family, where to read them, where to choose."""
    lignes = "\n".join(f"- {LIBELLES[f]} : {nombres[f]}" for f in Famille if nombres[f])
    return (
        f"Bonjour,\n\n{sujet(nombres.total())} sur La Place des clauses :\n{lignes}\n\n"
        f"{ctx.config.adresse_publique}{ACCUEIL}{SIGNATURE}{pied(ctx, utilisateur_id)}"
    )
