"""How often the hours of a marché are declared, and with which piece, as it stood in a month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.marches.models import ConsigneDeclaration
from marketplace.marches.rules.consignes import ModePieces, Rythme
from marketplace.territoire.reglages import Reglages, reglages_au
from marketplace.valeurs import dernier_du_mois, premier_du_mois


@dataclass(frozen=True, slots=True)
class Consignes:
    """What a marché asks of the declaration of a month; `propre_*` when it says so itself."""

    rythme: Rythme
    pieces: ModePieces
    propre_rythme: bool = False
    propres_pieces: bool = False


class LectureConsignes:
    """The consignes of some marchés of one territory, month by month: one query, plus one a month for the settings."""

    def __init__(self, s: Session, territoire_id: int, marche_ids: Iterable[int]) -> None:
        self._s, self._territoire_id = s, territoire_id
        self._reglages: dict[date, Reglages] = {}
        self._par_marche: defaultdict[int, list[ConsigneDeclaration]] = defaultdict(list)
        for consigne in s.scalars(
            select(ConsigneDeclaration)
            .where(ConsigneDeclaration.marche_id.in_(set(marche_ids)))
            .order_by(ConsigneDeclaration.a_partir_du)
        ):
            self._par_marche[consigne.marche_id].append(consigne)

    def au(self, marche_id: int, mois: date) -> Consignes:
        """What the marché asked of that month; the territory's settings where it says nothing."""
        mois = premier_du_mois(mois)
        if mois not in self._reglages:
            self._reglages[mois] = reglages_au(self._s, self._territoire_id, dernier_du_mois(mois))
        reglages = self._reglages[mois]
        dites = [c for c in self._par_marche[marche_id] if c.a_partir_du <= mois]
        rythme = dites[-1].rythme if dites else None
        pieces = dites[-1].pieces if dites else None
        return Consignes(
            rythme=rythme or Rythme(reglages.rythme_declaration),
            pieces=pieces or ModePieces(reglages.pieces_declaration),
            propre_rythme=rythme is not None,
            propres_pieces=pieces is not None,
        )


@dataclass(frozen=True, slots=True)
class ConsigneVue:
    """One dated change, as the page of the marché shows it."""

    a_partir_du: date
    rythme: Rythme | None
    pieces: ModePieces | None


def consignes_de(s: Session, marche_id: int) -> tuple[ConsigneVue, ...]:
    """Every change of a marché, the latest first."""
    return tuple(
        ConsigneVue(c.a_partir_du, c.rythme, c.pieces)
        for c in s.scalars(
            select(ConsigneDeclaration)
            .where(ConsigneDeclaration.marche_id == marche_id)
            .order_by(ConsigneDeclaration.a_partir_du.desc())
        )
    )
