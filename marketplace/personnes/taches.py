"""Jobs on people. Idempotent for a date; each returns a summary."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from marketplace.contexte import PARIS, Contexte
from marketplace.journal.services import reconcilier_alertes
from marketplace.personnes import alertes
from marketplace.personnes.models import DemandePreuve
from marketplace.personnes.rules.preuves import CONSERVATION_FICHIER_MOIS
from marketplace.personnes.services.fichiers import effacer_orphelins
from marketplace.territoire.queries import territoires
from marketplace.valeurs import ajouter_mois


def suivre_personnes(ctx: Contexte, le: date, *, dry_run: bool = False) -> dict[str, Any]:
    """Each night: answers that wait, PASS that end, files that may be one person's open their alertes, or close them.

    Files of proof whose row is gone, or older than R108 allows, are erased on the way.
    Returns {"dues", "ouvertes", "maintenues", "fermees", "fichiers"}.
    """
    bilan = {"dues": 0, "ouvertes": 0, "maintenues": 0, "fermees": 0}
    bilan["fichiers"] = purger_fichiers(ctx, le, dry_run=dry_run)
    with ctx.lecture() as s:
        numeros = [t.id for t in territoires(s)]
    for territoire_id in numeros:
        with ctx.transaction() as s:
            dues = alertes.dues(s, territoire_id, le)
            bilan["dues"] += len(dues)
            if not dry_run:
                comptes = reconcilier_alertes(s, ctx.horloge(), territoire_id, dues, alertes.TYPES)
                for nom, nombre in comptes.items():
                    bilan[nom] += nombre
    return bilan


def purger_fichiers(ctx: Contexte, le: date, *, dry_run: bool = False) -> int:
    """Forget the files of proof kept for 24 months (R108), then erase those no row names; how many are erased."""
    limite = ajouter_mois(le, -CONSERVATION_FICHIER_MOIS)
    depuis = datetime(limite.year, limite.month, limite.day, tzinfo=PARIS)
    gardes: list[str] = []
    with ctx.transaction() as s:
        for demande in s.scalars(select(DemandePreuve).where(DemandePreuve.fichier.is_not(None))):
            if demande.creee_le >= depuis:
                gardes.append(demande.fichier or "")
            elif not dry_run:
                demande.fichier = None
    return effacer_orphelins(ctx, gardes, dry_run=dry_run)
