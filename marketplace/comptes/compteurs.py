"""Counters with an end, shared by every process through the database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, delete, select
from sqlalchemy.dialects.postgresql import insert as insert_pg
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm import Session

from marketplace.comptes.models import CompteurDebit


def incrementer(s: Session, cle: str, maintenant: float, duree: float, pas: int = 1) -> int:
    """Add `pas` to the counter, which starts again from zero `duree` seconds after its first count; its new value."""
    inserer: Any = insert_pg if s.get_bind().dialect.name == "postgresql" else insert_sqlite
    c = CompteurDebit
    perime = c.expire_le <= maintenant
    ordre = (
        inserer(c)
        .values(cle=cle[:200], nombre=pas, expire_le=maintenant + duree)
        .on_conflict_do_update(
            index_elements=["cle"],
            set_={
                "nombre": case((perime, pas), else_=c.nombre + pas),
                "expire_le": case((perime, maintenant + duree), else_=c.expire_le),
            },
        )
        .returning(c.nombre)
    )
    return int(s.execute(ordre).scalar_one())


def lire(s: Session, cle: str, maintenant: float) -> tuple[int, float]:
    """(value, end) of a counter; (0, now) when it is not running."""
    requete = select(CompteurDebit.nombre, CompteurDebit.expire_le).where(
        CompteurDebit.cle == cle[:200], CompteurDebit.expire_le > maintenant
    )
    ligne = s.execute(requete).first()
    return (0, maintenant) if ligne is None else (ligne.nombre, ligne.expire_le)


def poser(s: Session, cle: str, maintenant: float, duree: float) -> None:
    """Start a counter anew at 1, to end `duree` seconds from now."""
    effacer(s, cle)
    incrementer(s, cle, maintenant, duree)


def effacer(s: Session, cle: str) -> None:
    """Forget a counter."""
    s.execute(delete(CompteurDebit).where(CompteurDebit.cle == cle[:200]))


def purger(s: Session, maintenant: float) -> int:
    """Drop the counters that ended; how many."""
    resultat: Any = s.execute(delete(CompteurDebit).where(CompteurDebit.expire_le <= maintenant))
    return int(resultat.rowcount)
