"""How a person gets about, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.personnes.models import MobilitePersonne
from marketplace.personnes.rules.mobilite import AIDES, CRENEAUX, ETATS_PERMIS


@dataclass(frozen=True, slots=True)
class MobiliteVue:
    """Licence as a dated state, vehicle, aids under way, hours."""

    permis_etat: str
    permis_le: date | None
    vehicule: bool
    aides: tuple[str, ...]
    creneaux: tuple[str, ...]
    notee_le: date

    @property
    def permis_libelle(self) -> str:
        """« Permis en cours »."""
        return ETATS_PERMIS[self.permis_etat]

    @property
    def aides_libelles(self) -> tuple[str, ...]:
        """Aids, in words."""
        return tuple(AIDES[code] for code in AIDES if code in self.aides)

    @property
    def creneaux_libelles(self) -> tuple[str, ...]:
        """Hours, in words."""
        return tuple(CRENEAUX[code] for code in CRENEAUX if code in self.creneaux)


def mobilite_vue(s: Session, personne_id: int) -> MobiliteVue | None:
    """What is written of her mobility; None while nothing is."""
    m = s.scalar(select(MobilitePersonne).where(MobilitePersonne.personne_id == personne_id))
    if m is None:
        return None
    return MobiliteVue(m.permis_etat.value, m.permis_le, m.vehicule, tuple(m.aides), tuple(m.creneaux), m.notee_le)
