"""What the journal keeps, and for how long."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from marketplace.contexte import Contexte
from marketplace.journal.menage import faire_le_menage
from marketplace.journal.models import EtatPassage, LecturePersonne, Passage


def test_les_lectures_de_plus_d_un_an_sont_effacees_les_autres_restent(ctx: Contexte) -> None:
    maintenant = ctx.horloge()
    with ctx.transaction() as s:
        for jours in (400, 366, 364, 1):
            s.add(
                LecturePersonne(
                    quand=maintenant - timedelta(days=jours), role="referent", personne_id=1, finalite="suivi"
                )
            )
    assert faire_le_menage(ctx, ctx.aujourdhui(), dry_run=True)["lectures"] == 2
    assert faire_le_menage(ctx, ctx.aujourdhui())["lectures"] == 2
    with ctx.lecture() as s:
        assert s.scalar(select(func.count(LecturePersonne.id))) == 2


def test_le_dernier_passage_reussi_reste_meme_ancien(ctx: Contexte) -> None:
    ancien = ctx.horloge() - timedelta(days=200)
    with ctx.transaction() as s:
        for periode in ("2026-04", "2026-05"):
            s.add(
                Passage(tache="mois", periode=periode, etat=EtatPassage.REUSSI, commence_le=ancien, resume={}, essais=1)
            )
    faire_le_menage(ctx, ctx.aujourdhui())
    with ctx.lecture() as s:
        assert s.scalars(select(Passage.periode)).all() == ["2026-05"]
