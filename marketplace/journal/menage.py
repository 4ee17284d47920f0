"""Retention of what the journal keeps (R108): access logs a year, sent messages a year, runs of jobs three months."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, func, select

from marketplace.contexte import Contexte
from marketplace.journal.models import Courriel, EtatPassage, LecturePersonne, Notification, Passage
from marketplace.valeurs import Bareme, Valeur

DUREE_LECTURES = Bareme(Valeur(365, date(2021, 10, 14), "R108 : journaux d'accès, six à douze mois (CNIL)"))
DUREE_COURRIELS = Bareme(Valeur(365, date(2021, 10, 14), "R108 : durée des journaux d'accès"))
DUREE_PASSAGES = Bareme(Valeur(90, date(2026, 11, 21), "choix du produit : un trimestre pour relire un incident"))


def faire_le_menage(ctx: Contexte, le: date, *, dry_run: bool = False) -> dict[str, Any]:
    """Delete what is past its retention. Returns {"lectures", "courriels", "notifications", "passages"}.

    The last successful run of each job is kept whatever its age: the scheduler starts again from it.
    """
    minuit = ctx.horloge()
    derniers = select(func.max(Passage.id)).where(Passage.etat == EtatPassage.REUSSI).group_by(Passage.tache)
    cibles: dict[str, tuple[Any, Any]] = {
        "lectures": (LecturePersonne, LecturePersonne.quand < minuit - timedelta(days=DUREE_LECTURES.au(le))),
        "courriels": (Courriel, Courriel.envoye_le < minuit - timedelta(days=DUREE_COURRIELS.au(le))),
        "notifications": (Notification, Notification.lue_le < minuit - timedelta(days=DUREE_COURRIELS.au(le))),
        "passages": (
            Passage,
            (Passage.commence_le < minuit - timedelta(days=DUREE_PASSAGES.au(le))) & Passage.id.not_in(derniers),
        ),
    }
    comptes: dict[str, Any] = {}
    with ctx.transaction() as s:
        for nom, (table, condition) in cibles.items():
            comptes[nom] = s.scalar(select(func.count()).select_from(table).where(condition)) or 0
            if comptes[nom] and not dry_run:
                s.execute(delete(table).where(condition))
    return comptes
