"""What the tests of the ledger read again: the target, the file, the journal and the open alertes of a marché."""

from sqlalchemy import select

from marketplace.journal.models import Alerte, Evenement
from marketplace.marches.queries import (
    dossier_marche,
    fiche_marche,
    objectifs,
)


def du(ctx, marche, jour=None):
    with ctx.lecture() as s:
        return objectifs(s, [marche.id], jour or ctx.aujourdhui()).get(marche.id)


def dossier(ctx, acteur, ref):
    with ctx.lecture() as s:
        return dossier_marche(s, fiche_marche(s, acteur, ref), ctx.aujourdhui())


def journal(ctx, marche):
    with ctx.lecture() as s:
        return list(
            s.scalars(
                select(Evenement.resume)
                .where(Evenement.objet_type == "marche", Evenement.objet_id == marche.id)
                .order_by(Evenement.id)
            )
        )


def ouvertes(ctx, marche):
    with ctx.lecture() as s:
        return set(s.scalars(select(Alerte.type).where(Alerte.objet_id == marche.id, Alerte.fermee_le.is_(None))))
