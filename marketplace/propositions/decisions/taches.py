"""The monthly job of learning: a layer to examine where decisions are new. It never counts by itself (R127)."""

from __future__ import annotations

from datetime import date
from typing import Any

from marketplace.comptes.models import Affectation
from marketplace.comptes.roles import Role
from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee
from marketplace.journal.services import notifier
from marketplace.personnes.services.destinataires import membres
from marketplace.propositions.decisions.queries import decisions_du_territoire
from marketplace.propositions.decisions.services import MINIMUM, apprendre_pour_l_exploitant
from marketplace.territoire.queries import territoires


def apprendre_chaque_mois(ctx: Contexte, le: date, *, dry_run: bool = False) -> dict[str, Any]:
    """Learn a candidate for every territory with enough decisions, and tell its administrateurs it waits for them.

    Nothing is approved here: rankings stay as they were. Decisions already learned give nothing new.
    Returns {"vus", "apprises", "deja_apprises", "trop_peu"}; a territory that may not learn yet stops no other.
    """
    resume: dict[str, Any] = {"vus": 0, "apprises": 0, "deja_apprises": 0, "trop_peu": 0}
    with ctx.lecture() as s:
        assez = {t.id: decisions_du_territoire(s, t.id).retenues >= MINIMUM for t in territoires(s)}
    for territoire_id, suffisant in assez.items():
        resume["vus"] += 1
        if not suffisant:
            resume["trop_peu"] += 1
        elif not dry_run:
            resume[_apprendre(ctx, territoire_id, le)] += 1
    return resume


def _apprendre(ctx: Contexte, territoire_id: int, le: date) -> str:
    try:
        fait = apprendre_pour_l_exploitant(ctx, territoire_id)
    except RegleViolee:
        return "trop_peu"
    if not fait.nouvelle:
        return "deja_apprises"
    with ctx.transaction() as s:
        for utilisateur_id, _ in membres(s, territoire_id, le, Affectation.role == Role.ADMINISTRATEUR):
            notifier(
                s,
                ctx.horloge(),
                utilisateur_id=utilisateur_id,
                cle=f"couche:{fait.ref}",
                texte=f"Classement : ce que {fait.nombre} décisions ont appris attend votre examen.",
                lien=f"/admin/classement/couches/{fait.ref}",
            )
    return "apprises"
